"""The tables of a dump as projects and participations; a row that cannot be read is set aside.

Columns go by their names, as dumps order them differently and older ones name some of them differently.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from matcher.cordis import fields as written
from matcher.model.project import Participation, Project, RowSetAside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from matcher.cordis.dumps import Dump, Row

_Value = TypeVar("_Value")

MANY = 0.03
"""A share of rows set aside, or of fields unread in a column, above which something changed at the source."""

MOST = 0.5
"""A column unread in more rows than this makes the whole dump unusable."""

_PROJECT = {
    "identifier": ("id", "projectID", "project_id"),
    "acronym": ("acronym",),
    "title": ("title",),
    "text": ("objective",),
    "keywords": ("keywords",),
    "topics": ("topics", "topic"),
    "date": ("ecSignatureDate", "signatureDate"),
    "start": ("startDate",),
    "end": ("endDate",),
    "scheme": ("fundingScheme",),
    "legal_basis": ("legalBasis", "programme"),
    "framework": ("frameworkProgramme",),
    "cost": ("totalCost",),
    "contribution": ("ecMaxContribution", "ecContribution"),
    "updated": ("contentUpdateDate", "lastUpdateDate"),
}
_ORGANISATION = {
    "project": ("projectID", "projectId", "project_id"),
    "pic": ("organisationID", "organizationID", "id"),
    "name": ("name",),
    "short_name": ("shortName",),
    "role": ("role",),
    "order": ("order",),
    "country": ("country",),
    "type": ("activityType",),
    "sme": ("SME",),
    "contribution": ("ecContribution",),
    "net": ("netEcContribution",),
    "ended": ("endOfParticipation",),
}


@dataclass
class Reading:
    """What was seen while a dump was read: rows by file, and the fields that could not be understood."""

    set_aside: list[RowSetAside] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)

    def alarms(self) -> list[str]:
        """What became of too many rows, each with the column or the file it concerns."""
        aside = Counter(row.file for row in self.set_aside)
        found = [
            f"{file}: {count} of {self.rows[file]} rows cannot be read"
            for file, count in sorted(aside.items())
            if count > MANY * self.rows[file]
        ]
        return found + [
            f"{file}: column {column!r} cannot be read in {count} of {self.rows[file]} rows"
            for (file, column), count in sorted(self.unread.items())
            if count > MANY * self.rows[file]
        ]

    def unusable(self) -> list[str]:
        """Columns that most rows lack: such a dump is not to be taken over."""
        return [
            f"{file}: column {column!r} cannot be read in {count} of {self.rows[file]} rows"
            for (file, column), count in sorted(self.unread.items())
            if count > MOST * self.rows[file]
        ]


def read_projects(dump: Dump, reading: Reading) -> Iterator[Project]:
    """Every project of a dump, in its order."""
    concepts = _listed(dump, reading, "euroscivoc.csv", "euroSciVocPath")
    topics = _listed(dump, reading, "topics.csv", "topic")
    bases = _listed(dump, reading, "legalbasis.csv", "legalBasis")
    for row in dump.rows("project.csv"):
        fields = _Fields("project.csv", row, _PROJECT, reading)
        identifier = fields.line("identifier", 40)
        title = fields.line("title")
        if not identifier or not title:
            fields.set_aside(row.fault or ("no id" if not identifier else "no title"))
            continue
        yield Project(
            identifier=identifier,
            title=title,
            text=written.paragraph(fields.raw("text")),
            keywords=fields.line("keywords", 5_000),
            topic=_topic(fields.raw("topics")) or next(iter(topics.get(identifier, ())), None),
            date=fields.read("date", written.day),
            acronym=fields.line("acronym", 100),
            start=fields.read("start", written.day),
            end=fields.read("end", written.day),
            scheme=fields.line("scheme", 100),
            legal_basis=fields.line("legal_basis", 200) or "; ".join(bases.get(identifier, ())),
            framework=fields.line("framework", 40),
            cost_eur=fields.read("cost", written.amount),
            contribution_eur=fields.read("contribution", written.amount),
            updated=fields.read("updated", written.day),
            concepts=tuple(dict.fromkeys(concepts.get(identifier, ()))),
        )


def read_participations(dump: Dump, reading: Reading) -> Iterator[Participation]:
    """Every participation of a dump; a row without a PIC goes by the organisation's name and country."""
    for row in dump.rows("organization.csv"):
        fields = _Fields("organization.csv", row, _ORGANISATION, reading)
        project, name = fields.line("project", 40), fields.line("name", 300)
        pic = written.pic(fields.raw("pic"))
        if not project or not (name or pic):
            fields.set_aside(row.fault or ("no project" if not project else "neither PIC nor name"))
            continue
        country = fields.line("country", 10)
        yield Participation(
            project=project,
            pic=pic or f"{country}:{name.casefold()}",
            name=name,
            role=fields.line("role", 40) or "participant",
            order=fields.read("order", _number),
            short_name=fields.line("short_name", 100),
            country=country,
            type=fields.line("type", 10),
            sme=written.truth(fields.raw("sme")),
            contribution_eur=fields.read("contribution", written.amount),
            net_eur=fields.read("net", written.amount),
            ended=bool(written.truth(fields.raw("ended"))),
        )


class _Fields:
    """One row by the names that this module uses."""

    def __init__(self, file: str, row: Row, columns: Mapping[str, tuple[str, ...]], reading: Reading) -> None:
        self._file, self._row, self._columns, self._reading = file, row, columns, reading
        reading.rows[file] += 1

    def raw(self, name: str) -> str:
        fields = self._row.fields
        return next((fields[column] for column in self._columns[name] if column in fields), "")

    def line(self, name: str, limit: int = 1_000) -> str:
        return written.line(self.raw(name), limit)

    def read(self, name: str, parse: Callable[[str], _Value | None]) -> _Value | None:
        """A parsed value; one that cannot be understood counts as unread and is None."""
        try:
            return parse(self.raw(name))
        except (ValueError, OverflowError):
            self._reading.unread[self._file, self._columns[name][0]] += 1
            return None

    def set_aside(self, reason: str) -> None:
        self._reading.set_aside.append(RowSetAside(self._file, self._row.line, reason))


def _listed(dump: Dump, reading: Reading, table: str, column: str) -> dict[str, list[str]]:
    """Project → the values of one column of a small table."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in dump.rows(table):
        reading.rows[table] += 1
        project, value = row.fields.get("projectID", "").strip(), written.line(row.fields.get(column, ""), 300)
        if project and value:
            found[project].append(value)
        elif row.fault or not project:
            reading.set_aside.append(RowSetAside(table, row.line, row.fault or "no project"))
    return found


def _topic(value: str) -> str | None:
    """The first of several topics, which older dumps separate by commas or semicolons."""
    return next((word for part in value.replace(";", ",").split(",") if (word := written.line(part, 100))), None)


def _number(value: str) -> int | None:
    return int(value) if value.strip() else None
