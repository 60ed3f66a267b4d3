"""The tables of a dump as projects and participations; a row that cannot be read is set aside.

Columns go by their names, as dumps order them differently and older ones name some of them differently.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar

from matcher.cordis import fields as written
from matcher.cordis.by_project import ByProject
from matcher.model.project import Participation, Project, RowSetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from matcher.cordis.dumps import Dump

_Value = TypeVar("_Value")

MANY = 0.03
"""A share of rows set aside, or of fields unread in a column, above which something changed at the source."""

MOST = 0.5
"""A table in which more rows than this are set aside, or a column unread, makes the whole dump unusable."""

_SAMPLED = 16
"""Of a long table the columns of every so many rows are looked at for whether they hold anything."""

_SHORT = 1_000
"""Rows of which each is looked at so."""

_EXAMPLES = 100
"""Rows set aside that are kept as such; all of them are counted."""

_DIGITS = 9
"""Digits of an organisation's place in a project; real ones have three."""

PROJECTS = "project.csv"
PARTS = "organization.csv"

_PROJECT = (
    ("id", "projectID", "project_id"),
    ("acronym",),
    ("title",),
    ("objective",),
    ("keywords",),
    ("topics", "topic"),
    ("ecSignatureDate", "signatureDate"),
    ("startDate",),
    ("endDate",),
    ("fundingScheme",),
    ("legalBasis", "programme"),
    ("frameworkProgramme",),
    ("totalCost",),
    ("ecMaxContribution", "ecContribution"),
    ("contentUpdateDate", "lastUpdateDate"),
)
_PART = (
    ("projectID", "projectId", "project_id"),
    ("organisationID", "organizationID", "id"),
    ("name",),
    ("shortName",),
    ("role",),
    ("order",),
    ("country",),
    ("activityType",),
    ("SME",),
    ("ecContribution",),
    ("netEcContribution",),
    ("endOfParticipation",),
)


@dataclass
class Reading:
    """What was seen while a dump was read: rows by file, rows set aside, fields that could not be understood."""

    set_aside: list[RowSetAside] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    _looked: Counter[str] = field(default_factory=Counter)
    _held: Counter[tuple[str, str]] = field(default_factory=Counter)

    def see(self, file: str, columns: Sequence[Sequence[str]], values: Sequence[str]) -> None:
        """Count a row; of some it is noted which columns hold anything."""
        self.rows[file] += 1
        if self.rows[file] <= _SHORT or self.rows[file] % _SAMPLED == 0:
            self._looked[file] += 1
            self._held.update((file, names[0]) for names, value in zip(columns, values, strict=True) if value)

    def filled(self) -> dict[str, float]:
        """The share of rows in which each column holds anything; those that hold nothing at all are left out."""
        return {f"{file}: {column}": count / self._looked[file] for (file, column), count in self._held.items()}

    def emptied(self, before: Mapping[str, float]) -> list[str]:
        """Columns that most rows of the last dump filled, and not half as many of this one: moved or renamed."""
        now = self.filled()
        return [
            f"{column.replace(': ', ': column ')} holds something in {now.get(column, 0):.0%} of the rows, and did in "
            f"{share:.0%}"
            for column, share in sorted(before.items())
            if share > MOST and now.get(column, 0) < MOST * share
        ]

    def read(self, file: str, column: str, value: str, parse: Callable[[str], _Value | None]) -> _Value | None:
        """A parsed value, None for an empty one; one that cannot be understood counts as unread and is None."""
        if not value:
            return None
        try:
            return parse(value)
        except (ValueError, OverflowError):
            self.unread[file, column] += 1
            return None

    def put_aside(self, file: str, line: int, reason: str) -> None:
        self.aside[file] += 1
        if len(self.set_aside) < _EXAMPLES:
            self.set_aside.append(RowSetAside(file, line, reason))

    def alarms(self) -> list[str]:
        """What became of too many rows, each with the column or the file it concerns."""
        return self._more_than(MANY)

    def unusable(self) -> list[str]:
        """What became of most rows: such a dump is not to be taken over."""
        return self._more_than(MOST)

    def _more_than(self, share: float) -> list[str]:
        whole = [
            f"{file}: {count} of {self.rows[file]} rows cannot be read"
            for file, count in sorted(self.aside.items())
            if count > share * self.rows[file]
        ]
        return whole + [
            f"{file}: column {column!r} cannot be read in {count} of {self.rows[file]} rows"
            for (file, column), count in sorted(self.unread.items())
            if count > share * self.rows[file]
        ]


def read_projects(dump: Dump, reading: Reading) -> Iterator[Project]:
    """Every project of a dump, in its order."""
    with ExitStack() as opened:
        listed = [
            opened.enter_context(ByProject(_listed(dump, reading, table, column)))
            for table, column in (
                ("euroscivoc.csv", "euroSciVocPath"),
                ("topics.csv", "topic"),
                ("legalbasis.csv", "legalBasis"),
            )
        ]
        yield from _projects(dump, reading, *listed)


def _projects(
    dump: Dump, reading: Reading, concepts: ByProject, topics: ByProject, bases: ByProject
) -> Iterator[Project]:
    for row in dump.rows(PROJECTS, _PROJECT):
        reading.see(PROJECTS, _PROJECT, row.values)
        number, acronym, title, text, keywords, topic, signed, start, end, scheme, basis, framework, *rest = row.values
        cost, contribution, updated = rest
        identifier, title = written.line(number, 40), written.line(title)
        if not identifier or not title:
            reading.put_aside(PROJECTS, row.line, row.fault or ("no id" if not identifier else "no title"))
            continue
        yield Project(
            identifier=identifier,
            title=title,
            text=written.paragraph(text),
            keywords=written.line(keywords, 5_000),
            topic=_topic(topic) or next((value for _, value in topics.of(identifier)), None),
            date=reading.read(PROJECTS, "ecSignatureDate", signed, written.day),
            acronym=written.line(acronym, 100),
            start=reading.read(PROJECTS, "startDate", start, written.day),
            end=reading.read(PROJECTS, "endDate", end, written.day),
            scheme=written.code(scheme),
            legal_basis=written.code(basis, 200) or "; ".join(value for _, value in bases.of(identifier)),
            framework=written.code(framework, 40),
            cost_eur=reading.read(PROJECTS, "totalCost", cost, written.amount),
            contribution_eur=reading.read(PROJECTS, "ecMaxContribution", contribution, written.amount),
            updated=reading.read(PROJECTS, "contentUpdateDate", updated, written.day),
            concepts=tuple(dict.fromkeys(value for _, value in concepts.of(identifier))),
        )


def read_participations(dump: Dump, reading: Reading) -> Iterator[Participation]:
    """Every participation of a dump; a row without a PIC goes by the organisation's name and country."""
    return (Participation(*values) for values in _participations(dump, reading))


class Members:
    """Who is in each project of a dump, project by project; a context manager.

    Reads the whole table first, so that what is wrong with it is known before anything is done with it.
    """

    def __init__(self, dump: Dump, reading: Reading) -> None:
        self._reading = reading
        self._rows = ByProject(_participations(dump, reading))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.__exit__(kind, error, trace)

    def of(self, project: str) -> list[Participation]:
        """Those of one project, as the dump has them."""
        return [Participation(*values) for values in self._rows.of(project)]

    def put_rest_aside(self) -> None:
        """Set aside, once all projects are read, the rows of projects that the dump has not."""
        for _ in range(self._rows.left):
            self._reading.put_aside(PARTS, 0, f"a project that {PROJECTS} lacks")


def _participations(dump: Dump, reading: Reading) -> Iterator[tuple[Any, ...]]:
    """The values of each participation, in the order of the noun's fields."""
    for row in dump.rows(PARTS, _PART):
        reading.see(PARTS, _PART, row.values)
        number, code, name, short_name, role, order, country, kind, sme, contribution, net, ended = row.values
        project, name = written.code(number, 40), written.line(name, 300)
        pic = written.pic(code)
        if not project or not (name or pic):
            reading.put_aside(PARTS, row.line, row.fault or ("no project" if not project else "neither PIC nor name"))
            continue
        country = written.code(country, 10)
        yield (
            project,
            pic or f"{country}:{name.casefold()}",
            name,
            written.code(role, 40) or "participant",
            reading.read(PARTS, "order", order, _number),
            written.line(short_name, 100),
            country,
            written.code(kind, 10),
            written.truth(sme),
            reading.read(PARTS, "ecContribution", contribution, written.amount),
            reading.read(PARTS, "netEcContribution", net, written.amount),
            bool(written.truth(ended)),
        )


def _listed(dump: Dump, reading: Reading, table: str, column: str) -> Iterator[tuple[str, str]]:
    """Project and value of each row of a small table."""
    for row in dump.rows(table, (("projectID",), (column,))):
        reading.rows[table] += 1
        project, value = written.code(row.values[0], 40), written.code(row.values[1], 300)
        if project and value:
            yield project, value
        elif not project:
            reading.put_aside(table, row.line, row.fault or "no project")


def _topic(value: str) -> str | None:
    """The first of several topics, which older dumps separate by commas or semicolons."""
    return next((word for part in value.replace(";", ",").split(",") if (word := written.line(part, 100))), None)


def _number(value: str) -> int | None:
    found = value.strip()
    if len(found) > _DIGITS:
        raise ValueError(f"no number: {value!r:.40}")
    return int(found) if found else None
