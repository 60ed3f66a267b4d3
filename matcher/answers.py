"""What the facade answers to a question: one plain record for each; what work brings is in `outcomes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from matcher.model import Call, Change, Evidence, Institute, Match, RunRecord


@dataclass(frozen=True, slots=True)
class Ranking:
    """Best calls for an institute (`institute` is its identifier) or for a text (None)."""

    institute: str | None
    name: str
    as_of: date
    matches: tuple[Match, ...]
    sample: str | None  # the label of the packaged sample listing, when that is what was ranked


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call was, or was not, recommended; `match.rank` is 0 when a filter stopped the call."""

    institute: str
    as_of: date
    match: Match
    recommended: bool
    stopped_by: str | None
    candidates: int
    top: int
    score_needed: float | None  # the lowest score in the top list, when that list is full
    min_fit: int
    sample: str | None


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call in full, its history, and its match for an institute when one was named."""

    call: Call
    as_of: date
    changes: tuple[Change, ...]
    match: Match | None
    sample: str | None


@dataclass(frozen=True, slots=True)
class CallListing:
    """Calls that pass a filter, in the order of their next deadline."""

    calls: tuple[Call, ...]
    as_of: date
    sample: str | None


@dataclass(frozen=True, slots=True)
class ChangeListing:
    """What changed in calls, newest first."""

    changes: tuple[Change, ...]
    as_of: date
    sample: str | None


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """An institute and the terms that the ranking reads of it, heaviest first."""

    institute: Institute
    terms: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """The last runs and what they left: counts of calls, the index, the label of a sample listing."""

    runs: tuple[RunRecord, ...]
    calls: int
    live: int
    last_good_fetch: datetime | None
    indexed: str | None
    index_current: bool
    sample: str | None
