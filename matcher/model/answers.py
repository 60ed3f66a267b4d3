"""What a question and what work bring: one plain record for each."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from matcher.model.frozen import dataclass
from matcher.model.match import THRESHOLD
from matcher.model.searched import NOTHING_UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.caution import Unconfirmed
    from matcher.model.changes import Change
    from matcher.model.decision import Decision
    from matcher.model.institute import Institute
    from matcher.model.match import Away, Evidence, Match
    from matcher.model.parts import Part
    from matcher.model.profile_revision import Revision
    from matcher.model.project import OwnProjects
    from matcher.model.searched import SearchOutcome


@dataclass(frozen=True, slots=True)
class Ranking:
    """Best calls for an institute (`institute` is its identifier) or for a text (None)."""

    institute: str | None
    name: str
    as_of: date
    matches: tuple[Match, ...]
    sample: str | None  # the label of the packaged sample listing, when that is what was ranked
    away: tuple[Away, ...] = ()  # what its excluded terms keep away
    unknown: Unknown = NOTHING_UNKNOWN
    least: int = THRESHOLD  # the fit from which on a call is recommended


@dataclass(frozen=True, slots=True)
class SharedMatch:
    """A call that suits one or several: the match that is best, and (institute, fit) of each, best first."""

    match: Match
    fits: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class JointRanking:
    """The best calls of several institutes or labs, each call once.

    `rankings` are theirs alone, `problems` of those that failed.
    """

    rankings: tuple[Ranking, ...]
    as_of: date
    matches: tuple[SharedMatch, ...]
    sample: str | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call was, or was not, recommended; `match.rank` is 0 when a filter stopped the call.

    `away` is the term of the profile's excluded ones that the call is about, `least` the fit from which on a call is
    recommended.
    """

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
    away: str | None = None
    least: int = THRESHOLD


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call in full, its history, and its match for an institute when one was named."""

    call: Call
    as_of: date
    changes: tuple[Change, ...]
    match: Match | None
    sample: str | None
    unconfirmed: tuple[Unconfirmed, ...] = ()
    decisions: tuple[Decision, ...] = ()  # of every institute, by institute
    institute: str | None = None  # the one that was named, or that a named lab is of


@dataclass(frozen=True, slots=True)
class CallListing:
    """Calls that pass a filter, in the order that was asked for; `outcome` where they were searched for.

    `decisions` are those of every institute, by call.
    """

    calls: tuple[Call, ...]
    as_of: date
    sample: str | None
    outcome: SearchOutcome | None = None
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A programme or a part of one, how deep it stands in its programme, and how many of its calls are live."""

    part: Part
    depth: int
    open: int
    forthcoming: int

    @property
    def live(self) -> int:
        return self.open + self.forthcoming


@dataclass(frozen=True, slots=True)
class PartListing:
    """Programmes, each followed by its parts."""

    lines: tuple[PartLine, ...]
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
    """An institute, the terms that the ranking reads of it, heaviest first, and what its own projects add.

    `standing` is the edit by which it stands in the database, above its file; None where the file counts.
    """

    institute: Institute
    terms: tuple[Evidence, ...]
    own: OwnProjects
    standing: Revision | None = None
