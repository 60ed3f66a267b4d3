"""Lists of other things than calls: projects, what people did, joint bids, institutes."""

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
    """A list: its rows for tables (`fields` are their columns) and JSON, and as entries for feeds and calendars.

    Of things that have no moment `entries` is None: no calendar and no feed is made of them. `sample` is the label of
    the packaged sample, where that is what is listed.
    """

    kind: str
    title: str
    as_of: date
    now: datetime
    fields: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    entries: tuple[DatedEntry, ...] | None = None
    sample: str | None = None
