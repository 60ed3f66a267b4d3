"""Lists of things that are no calls, each with a moment: projects, what people did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class DatedEntry:
    """One thing for a feed or a calendar: `name` makes its id, the same in every file."""

    name: tuple[str, ...]
    title: str
    moment: datetime
    lines: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DatedList:
    """A list: its rows for tables (`fields` are their columns) and JSON, and as entries for feeds and calendars."""

    kind: str
    title: str
    as_of: date
    now: datetime
    fields: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    entries: tuple[DatedEntry, ...]
