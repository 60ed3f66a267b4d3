"""Projects as they are kept: an organisation's own, those of a call, their partners, and all of them for an index."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Row, func, select

from matcher.model.project import Participation, Project
from matcher.store.engines import chunks
from matcher.store.kept_facts import projects_revision_of
from matcher.store.schema import organisations, participations, projects
from matcher.text.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from matcher.store.engines import Transactions


@dataclass(frozen=True, slots=True)
class ProjectCounts:
    """How much is kept of projects."""

    projects: int
    participations: int
    organisations: int


class Projects:
    """Reads what `ProjectSaving` keeps."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    @property
    def revision(self) -> int:
        """Grows by one with every import that changed projects."""
        with self._transactions.reading() as connection:
            return projects_revision_of(connection)

    def counts(self) -> ProjectCounts:
        """How many are kept, those that no dump has any more among them."""
        with self._transactions.reading() as connection:
            numbers = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (projects, participations, organisations)
            ]
        return ProjectCounts(*numbers)

    def all(self) -> Iterator[Project]:
        """Every project, by its number, a batch in memory at a time."""
        with self._transactions.reading() as connection:
            rows = connection.execution_options(yield_per=1_000).execute(select(projects).order_by("identifier"))
            for row in rows:
                yield _project(row)

    def named(self, identifiers: Iterable[str]) -> list[Project]:
        """The projects of these numbers, by number; unknown ones are left out."""
        with self._transactions.reading() as connection:
            return _named(connection, sorted(set(identifiers)))

    def of_call(self, topic: str) -> list[Project]:
        """The projects that a call led to, by number."""
        with self._transactions.reading() as connection:
            query = select(projects).where(func.upper(projects.c.topic) == topic.upper()).order_by("identifier")
            return [_project(row) for row in connection.execute(query)]

    def of_organisations(self, pics: Sequence[str]) -> list[Project]:
        """The projects that one of these organisations is or was in, by number."""
        with self._transactions.reading() as connection:
            found: set[str] = set()
            for some in chunks(sorted(set(pics))):
                query = select(participations.c.project).where(participations.c.pic.in_(some))
                found.update(connection.execute(query).scalars())
            return _named(connection, sorted(found))

    def numbers_of(self, pics: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The numbers of the projects that each of these organisations is or was in, ascending; {} for none."""
        found: dict[str, set[str]] = {}
        query = select(participations.c.pic, participations.c.project)
        with self._transactions.reading() as connection:
            for some in chunks(sorted(set(pics))):
                for row in connection.execute(query.where(participations.c.pic.in_(some))):
                    found.setdefault(row.pic, set()).add(row.project)
        return {pic: tuple(sorted(numbers)) for pic, numbers in found.items()}

    def called(self, words: Sequence[str]) -> list[str]:
        """The PICs of the organisations whose present name holds every one of these words, whatever case and accents.

        Databases fold ASCII alone, and CORDIS writes names with accents and without.
        """
        wanted = [plain for word in words if (plain := folded(word))]
        query = select(organisations.c.pic, organisations.c.name).order_by(organisations.c.pic)
        with self._transactions.reading() as connection:
            names = [(pic, folded(name)) for pic, name in connection.execute(query)] if wanted else []
        return [pic for pic, name in names if all(word in name for word in wanted)]

    def participations(self, identifiers: Iterable[str]) -> dict[str, list[Participation]]:
        """Who is in each of these projects, in the order of the project."""
        found: dict[str, list[Participation]] = {}
        names = sorted(set(identifiers))
        joined = participations.join(organisations, organisations.c.pic == participations.c.pic)
        facts = (organisations.c.name, organisations.c.country, organisations.c.type, organisations.c.sme)
        query = select(participations, *facts).select_from(joined)
        with self._transactions.reading() as connection:
            for some in chunks(names):
                chosen = query.where(participations.c.project.in_(some))
                for row in connection.execute(chosen.order_by(participations.c.project, participations.c.position)):
                    found.setdefault(row.project, []).append(_participation(row))
        return found

    def lines(self) -> tuple[list[Row[Any]], list[Row[Any]], list[Row[Any]]]:
        """All that consortia are counted from: projects (number, topic, signature), parts in them (number, PIC, role)
        and organisations (PIC, name, country, type, whether small); hundreds of thousands, without any text.
        """
        columns = (projects.c.identifier, projects.c.topic, projects.c.signed)
        parts = (participations.c.project, participations.c.pic, participations.c.role)
        facts = (organisations.c.name, organisations.c.country, organisations.c.type, organisations.c.sme)
        named = (organisations.c.pic, *facts)
        with self._transactions.reading() as connection:
            first, second, third = (list(connection.execute(select(*wanted))) for wanted in (columns, parts, named))
        return first, second, third

    def unknown(self, pics: Iterable[str]) -> list[str]:
        """The organisations among these that are in no project."""
        wanted = sorted(set(pics))
        with self._transactions.reading() as connection:
            found: set[str] = set()
            for some in chunks(wanted):
                query = select(organisations.c.pic).where(organisations.c.pic.in_(some))
                found.update(connection.execute(query).scalars())
        return [pic for pic in wanted if pic not in found]


def _named(connection: Connection, names: Sequence[str]) -> list[Project]:
    found: list[Project] = []
    for some in chunks(names):
        query = select(projects).where(projects.c.identifier.in_(some)).order_by("identifier")
        found += [_project(row) for row in connection.execute(query)]
    return found


def _project(row: Row[Any]) -> Project:
    body = json.loads(zlib.decompress(row.body))
    body["concepts"] = tuple(body["concepts"])
    return Project(
        identifier=row.identifier,
        title=row.title,
        topic=row.topic,
        date=row.signed,
        acronym=row.acronym,
        start=row.started,
        end=row.ended,
        updated=row.updated,
        **body,
    )


def _participation(row: Row[Any]) -> Participation:
    return Participation(
        project=row.project,
        pic=row.pic,
        name=row.name,
        role=row.role,
        order=row.position + 1,
        country=row.country,
        type=row.type,
        sme=row.sme,
        contribution_eur=row.contribution_eur,
        net_eur=row.net_eur,
        ended=row.left,
    )
