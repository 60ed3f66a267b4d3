"""Rows on their way in, from the portal or a file, and what came of keeping them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.model.call import LIVE, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from matcher.model.call import Call
    from matcher.model.caution import MassChange
    from matcher.model.changes import Change


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row of the portal that became a call; `key` tells rows apart (source, reference, url).

    `raw` is the row as canonical JSON, kept for inspection; `ingested` is the row's esDA_IngestDate.
    """

    key: str
    call: Call
    raw: bytes
    language: str = "en"
    datasource: str = "SEDIA"
    ingested: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """One row that could not become a call, with the reason and the row itself for inspection."""

    key: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one fetch saw and did; the JSON of `matcher fetch`.

    `seen` counts rows received, `distinct` the different ones among them and `counted` what the portal says
    it holds; `complete` is True when every counted row was seen or the difference was explained.
    """

    seen: int = 0
    distinct: int = 0
    counted: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    set_aside: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    complete: bool = True
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingScope:
    """Which calls a listing would have held: absent ones of this scope have left it.

    `programmes` are abbreviations (`HORIZON`); empty stands for all. `unread` are calls that are listed, but in rows
    that could not be read: they have not left.
    """

    kinds: frozenset[Kind] = frozenset({Kind.TOPIC})
    programmes: frozenset[str] = frozenset()
    statuses: frozenset[Status] = LIVE
    unread: frozenset[str] = frozenset()

    def holds(self, kind: Kind, programme: str | None, status: Status | None) -> bool:
        """True when a call of that kind, programme and judged status would be in the listing."""
        wanted = {p.upper() for p in self.programmes}
        return kind in self.kinds and status in self.statuses and (not wanted or (programme or "").upper() in wanted)


@dataclass(frozen=True, slots=True)
class Saved:
    """What one save did, counted in calls; `changes` are those told, in the order of the rows.

    `new` were never seen before, `changed` have a new version, `unchanged` were not touched, `ignored` rows were
    older or poorer than what is kept; `closed`, `withdrawn` and `returned` (reopened ones too) count changes told.
    `masses` are changes of more calls at once than on a normal day, believed or not.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ignored: int = 0
    closed: int = 0
    withdrawn: int = 0
    returned: int = 0
    set_aside: int = 0
    changes: tuple[Change, ...] = ()
    masses: tuple[MassChange, ...] = ()

    @classmethod
    def total(cls, parts: Iterable[Saved]) -> Saved:
        """The sum of several saves (the batches of an archive)."""
        numbers = ("new", "changed", "unchanged", "ignored", "closed", "withdrawn", "returned", "set_aside")
        parts = list(parts)
        sums = {name: sum(getattr(p, name) for p in parts) for name in numbers}
        return cls(
            **sums,
            changes=tuple(c for p in parts for c in p.changes),
            masses=tuple(m for p in parts for m in p.masses),
        )


@dataclass(frozen=True, slots=True)
class SetAsideRecord:
    """A row that could not become a call, as kept: the run that met it, why, and the row itself."""

    run: int
    key: str
    reason: str
    raw: bytes
