"""What goes into the store and comes out of it, beside calls: plain records without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.model import LIVE, Change, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from matcher.digest.nouns import Mail, MailState


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
class Cleaned:
    """What a clean-up forgot: raw rows, rows set aside, texts of mails, runs."""

    raw_rows: int = 0
    set_aside: int = 0
    mails: int = 0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class SetAsideRecord:
    """A row that could not become a call, as kept: the run that met it, why, and the row itself."""

    run: int
    key: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What one mail tells of one call.

    `facts` are JSON-ready (see `matcher.digest.told`); `reminders` are (deadline, days before) that were due, and
    `known` is the newest change of the call that composing knew.
    """

    call: str
    facts: Mapping[str, Any]
    reminders: tuple[tuple[date, int], ...] = ()
    known: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one subscriber was told of one call, over all mails that did not fail for good.

    `facts` are those last told; `reminders` all that ever fired, `known` the newest change ever known.
    """

    call: str
    first: date
    last: date
    facts: Mapping[str, Any]
    reminders: frozenset[tuple[date, int]] = frozenset()
    known: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail of the outbox and where it stands; `attempts` counts claims, the running one too."""

    mail: Mail
    state: MailState
    attempts: int
    next_attempt: datetime
    created: datetime
    claimed_at: datetime | None = None
    tried_at: datetime | None = None
    sent_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """An address that refused mail: how often in a row, and since when nothing is sent to it."""

    address: str
    refusals: int
    paused_at: datetime | None = None
    reason: str | None = None
