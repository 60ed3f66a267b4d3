"""Keeping a dump of projects: what is new, what changed, what no dump has any more."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select, update

from matcher.model.project import Project
from matcher.store.engines import AT_ONCE, chunks, insert_plain, upsert
from matcher.store.kept_facts import grow_projects_revision
from matcher.store.organisation_saving import SeenOrganisations
from matcher.store.runs import hold
from matcher.store.schema import clean, participations, project_concepts, project_sources, projects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from matcher.model.project import Participation
    from matcher.store.engines import Transactions


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
        members: Callable[[str], Sequence[Participation]],
        *,
        run_id: int,
        now: datetime,
        accept: Callable[[SavedProjects], None],
    ) -> SavedProjects:
        """Keep the projects of a dump with their participations, which `members` gives for a project's number.

        Of a project that two dumps have, the one that CORDIS renewed last counts, whatever their order. `accept` is
        told what was read before anything is final; what it raises undoes all of it.
        """
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            save = _Save(connection, source, members, now)
            for batch in _batched(found):
                save.batch(batch)
            accept(save.saved)
            save.leave()
            if save.wrote:
                grow_projects_revision(connection)
            return save.saved


@dataclass
class _Save:
    connection: Connection
    source: str
    members: Callable[[str], Sequence[Participation]]
    now: datetime
    tally: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._organisations = SeenOrganisations()
        rows = self.connection.execute(
            select(projects.c.identifier, projects.c.digest, projects.c.updated, projects.c.source, projects.c.gone)
        )
        self._kept = {row.identifier: row for row in rows}
        mine = select(project_sources.c.project).where(project_sources.c.source == self.source)
        self._before = set(self.connection.execute(mine).scalars())
        self._seen: set[str] = set()

    @property
    def wrote(self) -> bool:
        return any(self.tally[name] for name in ("new", "changed", "gone", "organisations"))

    @property
    def saved(self) -> SavedProjects:
        names = ("new", "changed", "gone", "parts_new", "parts_changed", "parts_gone")
        return SavedProjects(len(self._seen), self.tally["parts"], **{name: self.tally[name] for name in names})

    def batch(self, found: Sequence[Project]) -> None:
        """Decide on some projects, and write those that differ from what is kept."""
        fresh: list[_Fresh] = []
        same: list[str] = []
        member: list[tuple[str, str]] = []
        for project in found:
            name = clean(project.identifier)
            if name in self._seen:
                continue
            self._seen.add(name)
            if name not in self._before:
                member.append((self.source, name))
            parts = self.members(project.identifier)
            self.tally["parts"] += len(parts)
            self._organisations.see(project, parts)
            one = _Fresh(name, project, parts, _digest(project, parts))
            if self._differs(one):
                fresh.append(one)
            elif self._kept[name].digest == one.digest and self._kept[name].source < self.source:
                same.append(name)
        self._write(fresh)
        if same:  # of files that say the same the last by name is the source, in whatever order they come
            self.connection.execute(update(projects).where(projects.c.identifier.in_(same)).values(source=self.source))
        insert_plain(self.connection, project_sources, member)

    def leave(self) -> None:
        """Keep the organisations, and mark the projects that this dump had and no dump has any more."""
        self.tally["organisations"] = self._organisations.keep(self.connection)
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

    def _differs(self, one: _Fresh) -> bool:
        kept = self._kept.get(one.name)
        if kept is None:
            return True
        if kept.digest == one.digest:
            return kept.gone is not None
        if kept.source == self.source:
            return True
        return (one.project.updated or date.min, one.digest) > (kept.updated or date.min, kept.digest)

    def _write(self, fresh: Sequence[_Fresh]) -> None:
        if not fresh:
            return
        counted: Counter[str] = Counter()
        for some in chunks([one.name for one in fresh if one.name in self._kept]):
            theirs = select(participations.c.project).where(participations.c.project.in_(some))
            counted.update(self.connection.execute(theirs).scalars())
            for table in (participations, project_concepts):
                self.connection.execute(delete(table).where(table.c.project.in_(some)))
        upsert(self.connection, projects, [one.row(self.source) for one in fresh], replace=True)
        insert_plain(self.connection, participations, [row for one in fresh for row in one.part_rows()])
        insert_plain(self.connection, project_concepts, [row for one in fresh for row in one.concept_rows()])
        for one in fresh:
            before, after = counted[one.name], len(one.parts)
            self.tally["changed" if one.name in self._kept else "new"] += 1
            self.tally["parts_changed"] += min(before, after)
            self.tally["parts_new"] += max(after - before, 0)
            self.tally["parts_gone"] += max(before - after, 0)


BODY = ("text", "keywords", "scheme", "legal_basis", "framework", "cost_eur", "contribution_eur", "concepts")
"""What is kept of a project in its body, beside the columns that are asked for."""

_FACTS = tuple(fact.name for fact in fields(Project))

_FAST = 1
"""The level of zlib: a tenth more room than at 6, in a third of the time."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A project as a dump has it, with its participations; `name` is its number as databases take it."""

    name: str
    project: Project
    parts: Sequence[Participation]
    digest: str

    def row(self, source: str) -> dict[str, Any]:
        project = self.project
        return {
            "identifier": self.name,
            "acronym": project.acronym,
            "title": project.title,
            "topic": project.topic,
            "signed": project.date,
            "started": project.start,
            "ended": project.end,
            "body": zlib.compress(_json({name: getattr(project, name) for name in BODY}), _FAST),
            "digest": self.digest,
            "updated": project.updated,
            "source": source,
            "gone": None,
        }

    def part_rows(self) -> Iterator[tuple[Any, ...]]:
        for position, part in enumerate(self.parts):
            pic, role = clean(part.pic), clean(part.role)
            yield self.name, position, pic, role, part.contribution_eur, part.net_eur, part.ended

    def concept_rows(self) -> Iterator[tuple[Any, ...]]:
        for path in dict.fromkeys(clean(path) for path in self.project.concepts):
            yield self.name, path


def _digest(project: Project, parts: Sequence[Participation]) -> str:
    facts = [
        {name: getattr(project, name) for name in _FACTS},
        [[p.pic, p.role, p.order, p.name, p.contribution_eur, p.net_eur, p.ended] for p in parts],
    ]
    return hashlib.sha256(_json(facts)).hexdigest()[:32]


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _json(value: object) -> bytes:
    return _encode(value).encode("utf-8", "surrogatepass")


def _batched(items: Iterable[Project]) -> Iterator[list[Project]]:
    stream = iter(items)
    while batch := list(islice(stream, AT_ONCE)):
        yield batch
