"""What goes into the store and comes out of it, beside calls: plain records without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.model import LIVE, Change, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ListingScope:
    """Which calls a listing would have held: absent ones of this scope have left it.

    `programmes` are abbreviations (`HORIZON`); empty stands for all.
    """

    kinds: frozenset[Kind] = frozenset({Kind.TOPIC})
    programmes: frozenset[str] = frozenset()
    statuses: frozenset[Status] = LIVE

    def holds(self, kind: Kind, programme: str | None, status: Status | None) -> bool:
        """True when a call of that kind, programme and judged status would be in the listing."""
        wanted = {p.upper() for p in self.programmes}
        return kind in self.kinds and status in self.statuses and (not wanted or (programme or "").upper() in wanted)


@dataclass(frozen=True, slots=True)
class Saved:
    """What one save did, counted in calls; `changes` are those told, in the order of the rows.

    `new` were never seen before, `changed` have a new version, `unchanged` were not touched, `ignored` rows were
    older or poorer than what is kept; `closed`, `withdrawn` and `returned` (reopened ones too) count changes told.
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

    @classmethod
    def total(cls, parts: Iterable[Saved]) -> Saved:
        """The sum of several saves (the batches of an archive)."""
        numbers = ("new", "changed", "unchanged", "ignored", "closed", "withdrawn", "returned", "set_aside")
        parts = list(parts)
        sums = {name: sum(getattr(p, name) for p in parts) for name in numbers}
        return cls(**sums, changes=tuple(c for p in parts for c in p.changes))


@dataclass(frozen=True, slots=True)
class SetAsideRecord:
    """A row that could not become a call, as kept: the run that met it, why, and the row itself."""

    run: int
    key: str
    reason: str
    raw: bytes
