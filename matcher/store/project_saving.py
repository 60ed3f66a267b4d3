"""Keeping a dump of projects: what is new, what changed, what no dump has any more."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from matcher.store.engines import chunks, upsert
from matcher.store.kept_facts import grow_projects_revision
from matcher.store.runs import hold
from matcher.store.schema import clean, organisations, participations, project_concepts, project_sources, projects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from matcher.model.project import Participation, Project
    from matcher.store.engines import Transactions

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SavedProjects:
    """What the import of one dump did; `new`, `changed` and `gone` count projects, `parts_…` participations."""

    projects: int = 0
    participations: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    parts_new: int = 0
    parts_changed: int = 0
    parts_gone: int = 0


class ProjectSaving:
    """Takes a dump over in one transaction: a process that is killed leaves the former state."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def dump(
        self,
        source: str,
        found: Iterable[Project],
        parts: Mapping[str, Sequence[Participation]],
        *,
        run_id: int,
        now: datetime,
        accept: Callable[[SavedProjects], None],
    ) -> SavedProjects:
        """Keep the projects of a dump with their participations, by project.

        Of a project that two dumps have, the one that CORDIS renewed last counts, whatever their order. `accept` is
        told what was read before anything is final; what it raises undoes all of it.
        """
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            save = _Save(connection, source, now)
            for batch in _batched(found):
                save.batch(batch, parts)
            accept(save.saved)
            save.organisations(part for rows in parts.values() for part in rows)
            save.leave()
            if save.wrote:
                grow_projects_revision(connection)
            return save.saved


@dataclass
class _Save:
    connection: Connection
    source: str
    now: datetime
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        rows = self.connection.execute(
            select(projects.c.identifier, projects.c.digest, projects.c.updated, projects.c.source, projects.c.gone)
        )
        self._kept = {row.identifier: row for row in rows}
        mine = select(project_sources.c.project).where(project_sources.c.source == self.source)
        self._before = set(self.connection.execute(mine).scalars())
        self._seen: set[str] = set()

    @property
    def wrote(self) -> bool:
        return any(self.tally[name] for name in ("new", "changed", "gone"))

    @property
    def saved(self) -> SavedProjects:
        names = ("new", "changed", "gone", "parts_new", "parts_changed", "parts_gone")
        return SavedProjects(len(self._seen), self.tally["parts"], **{name: self.tally[name] for name in names})

    def batch(self, found: Sequence[Project], parts: Mapping[str, Sequence[Participation]]) -> None:
        """Decide on some projects, and write those that differ from what is kept."""
        fresh: list[tuple[Project, Sequence[Participation], str]] = []
        for project in found:
            name = clean(project.identifier)
            if name in self._seen:
                continue
            self._seen.add(name)
            rows = parts.get(project.identifier, ())
            self.tally["parts"] += len(rows)
            digest = _digest(project, rows)
            if self._differs(name, project, digest):
                fresh.append((project, rows, digest))
        self._write(fresh)
        names = [clean(project.identifier) for project in found]
        member = [{"source": self.source, "project": name} for name in dict.fromkeys(names) if name not in self._before]
        upsert(self.connection, project_sources, member, replace=False)

    def leave(self) -> None:
        """Mark the projects that this dump had and no dump has any more."""
        lost = sorted(self._before - self._seen)
        for names in chunks(lost):
            mine = project_sources.c.source == self.source
            self.connection.execute(delete(project_sources).where(mine, project_sources.c.project.in_(names)))
            elsewhere = select(project_sources.c.project).where(project_sources.c.project.in_(names))
            orphans = set(names) - set(self.connection.execute(elsewhere).scalars())
            marked = projects.c.identifier.in_(orphans) & projects.c.gone.is_(None)
            self.tally["gone"] += self.connection.execute(update(projects).where(marked).values(gone=self.now)).rowcount
            theirs = select(participations.c.project).where(participations.c.project.in_(orphans))
            self.tally["parts_gone"] += len(self.connection.execute(theirs).all())

    def organisations(self, parts: Iterable[Participation]) -> None:
        """Keep each organisation under its PIC, with every name that it was seen under."""
        kept = {row.pic: row for row in self.connection.execute(select(organisations))}
        names: defaultdict[str, set[str]] = defaultdict(set)
        facts: dict[str, tuple[str, str]] = {}
        small: dict[str, bool | None] = {}
        for part in parts:
            pic = clean(part.pic)
            names[pic].add(clean(part.name or part.short_name or pic))
            facts[pic] = max(facts.get(pic, ("", "")), (clean(part.country), clean(part.type)))
            small[pic] = _small(small.get(pic), part.sme)
        rows = []
        for pic, found in names.items():
            before = kept.get(pic)
            every = sorted(found | set(before.names if before else ()))
            country, kind = facts[pic]
            sme = _small(small[pic], before.sme if before else None)
            row = {"pic": pic, "name": every[-1], "country": country, "type": kind, "sme": sme, "names": every}
            if before is None or any(row[name] != getattr(before, name) for name in row):
                rows.append(row)
        for some in _batched(rows):
            upsert(self.connection, organisations, some, replace=True)

    def _differs(self, name: str, project: Project, digest: str) -> bool:
        kept = self._kept.get(name)
        if kept is None:
            return True
        if kept.digest == digest:
            return kept.gone is not None
        if kept.source == self.source:
            return True
        return (project.updated or date.min, digest) > (kept.updated or date.min, kept.digest)

    def _write(self, fresh: Sequence[tuple[Project, Sequence[Participation], str]]) -> None:
        if not fresh:
            return
        names = [clean(project.identifier) for project, _, _ in fresh]
        known = [name for name in names if name in self._kept]
        counted: Counter[str] = Counter()
        for some in chunks(known):
            theirs = select(participations.c.project).where(participations.c.project.in_(some))
            counted.update(self.connection.execute(theirs).scalars())
            for table in (participations, project_concepts):
                self.connection.execute(delete(table).where(table.c.project.in_(some)))
        upsert(self.connection, projects, [self._row(project, digest) for project, _, digest in fresh], replace=True)
        rows = [row for project, parts, _ in fresh for row in _part_rows(project, parts)]
        if rows:
            self.connection.execute(insert(participations), rows)
        paths = [
            {"project": clean(project.identifier), "path": clean(path)}
            for project, _, _ in fresh
            for path in dict.fromkeys(project.concepts)
        ]
        upsert(self.connection, project_concepts, paths, replace=False)
        for name, (_, parts, _) in zip(names, fresh, strict=True):
            before, after = counted[name], len(parts)
            self.tally["changed" if name in self._kept else "new"] += 1
            self.tally["parts_changed"] += min(before, after)
            self.tally["parts_new"] += max(after - before, 0)
            self.tally["parts_gone"] += max(before - after, 0)

    def _row(self, project: Project, digest: str) -> dict[str, Any]:
        return {
            "identifier": clean(project.identifier),
            "acronym": project.acronym,
            "title": project.title,
            "topic": project.topic,
            "signed": project.date,
            "started": project.start,
            "ended": project.end,
            "body": zlib.compress(_json(_body(project)), 6),
            "digest": digest,
            "updated": project.updated,
            "source": self.source,
            "gone": None,
        }


def _small(one: bool | None, other: bool | None) -> bool | None:
    """Companies grow: one is small where a row says so and none says otherwise, in whatever order they come."""
    return other if one is None else one and other is not False


BODY = ("text", "keywords", "scheme", "legal_basis", "framework", "cost_eur", "contribution_eur", "concepts")
"""What is kept of a project in its body, beside the columns that are asked for."""


def _body(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in BODY}


def _part_rows(project: Project, parts: Sequence[Participation]) -> Iterator[dict[str, Any]]:
    for position, part in enumerate(parts):
        yield {
            "project": clean(project.identifier),
            "position": position,
            "pic": part.pic,
            "role": part.role,
            "contribution_eur": part.contribution_eur,
            "net_eur": part.net_eur,
            "left": part.ended,
        }


def _digest(project: Project, parts: Sequence[Participation]) -> str:
    facts = [
        asdict(project),
        [[p.pic, p.role, p.order, p.name, p.contribution_eur, p.net_eur, p.ended] for p in parts],
    ]
    return hashlib.sha256(_json(facts)).hexdigest()[:32]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def _batched(items: Iterable[Any]) -> Iterator[list[Any]]:
    stream = iter(items)
    while batch := list(islice(stream, _AT_ONCE)):
        yield batch
