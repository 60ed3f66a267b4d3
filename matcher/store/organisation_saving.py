"""What projects say of organisations, kept under their PICs; the same in whatever order dumps are read.

Name, country and type are those of the newest project that an organisation was ever seen in: by its signature (its
start, where that is not known), then its number, then its renewal. A row that lacks one of them counts only where no
other has them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from matcher.store.engines import AT_ONCE, upsert
from matcher.store.schema import clean, organisations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.project import Participation, Project


class _Told(NamedTuple):
    """What one row says of an organisation; the greatest of all rows counts."""

    told_by: str
    name: str
    country: str
    type: str


@dataclass(slots=True)
class _Seen:
    """What all rows of a dump say of an organisation."""

    told: _Told
    names: set[str]
    small: bool | None


class SeenOrganisations:
    """The organisations of a dump, gathered project by project."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def see(self, project: Project, parts: Iterable[Participation]) -> None:
        """Take in what a project's rows say."""
        mark = f"{project.date or project.start or ''} {clean(project.identifier)} {project.updated or ''}"
        for part in parts:
            pic = clean(part.pic)
            name = clean(part.name or part.short_name or pic)
            whole = "1" if part.name and part.country and part.type else "0"
            told = _Told(f"{whole} {mark}", name, clean(part.country), clean(part.type))
            seen = self._seen.get(pic)
            if seen is None:
                self._seen[pic] = _Seen(told, {name}, part.sme)
                continue
            seen.told = max(seen.told, told)
            seen.names.add(name)
            seen.small = _small(seen.small, part.sme)

    def keep(self, connection: Connection) -> int:
        """Write those that are not kept so already; returns how many."""
        kept = {row.pic: row for row in connection.execute(select(organisations))}
        fresh = [row for pic, seen in self._seen.items() if (row := _row(pic, seen, kept.get(pic))) is not None]
        for start in range(0, len(fresh), AT_ONCE):
            upsert(connection, organisations, fresh[start : start + AT_ONCE], replace=True)
        return len(fresh)


def _row(pic: str, seen: _Seen, before: Any) -> dict[str, Any] | None:
    """The organisation with what was kept `before`; None where that is all."""
    told, names, sme = seen.told, seen.names, seen.small
    if before is not None:
        told = max(told, _Told(before.told_by, before.name, before.country, before.type))
        names = names.union(before.names)
        sme = _small(sme, before.sme)
    row = {"pic": pic, **told._asdict(), "sme": sme, "names": sorted(names)}
    return None if before is not None and all(value == getattr(before, key) for key, value in row.items()) else row


def _small(one: bool | None, other: bool | None) -> bool | None:
    """Companies grow: one is small where a row says so and none says otherwise."""
    return other if one is None else one and other is not False
