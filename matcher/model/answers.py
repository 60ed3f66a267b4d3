"""What a question and what work bring: one plain record for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matcher.model.match import THRESHOLD
from matcher.model.searched import NOTHING_UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from matcher.model.call import Call
    from matcher.model.caution import Unconfirmed
    from matcher.model.changes import Change
    from matcher.model.decision import Decision
    from matcher.model.institute import Institute
    from matcher.model.match import Away, Evidence, Match
    from matcher.model.parts import Part
    from matcher.model.project import OwnProjects, ProjectHealth, ProjectReport
    from matcher.model.rows import FetchReport
    from matcher.model.searched import SearchOutcome
    from matcher.model.subscription import (
        AddressRecord,
        DeliveryReport,
        Digest,
        DigestLine,
        Mail,
        MailsLeft,
        QueuedMail,
        QueueStatus,
        Subscriber,
    )


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
    """The best calls of several institutes or labs, each call once; `rankings` are theirs alone."""

    rankings: tuple[Ranking, ...]
    as_of: date
    matches: tuple[SharedMatch, ...]
    sample: str | None


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
    """An institute, the terms that the ranking reads of it, heaviest first, and what its own projects add."""

    institute: Institute
    terms: tuple[Evidence, ...]
    own: OwnProjects


@dataclass(frozen=True, slots=True)
class TextHealth:
    """How many closed calls of Horizon Europe are kept, and how many of them have a text."""

    calls: int
    with_text: int


@dataclass(frozen=True, slots=True)
class Health:
    """The last runs and what they left: counts of calls, projects, the index, the label of a sample listing.

    `unconfirmed` counts the calls of which something was reported that waits for a second day, by what it is.
    """

    runs: tuple[RunRecord, ...]
    calls: int
    live: int
    last_good_fetch: datetime | None
    indexed: str | None
    index_current: bool
    sample: str | None
    unconfirmed: Mapping[str, int] = field(default_factory=dict)
    projects: ProjectHealth | None = None
    texts: TextHealth | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of `doctor`: what was looked at, whether it is well, and what to do when not."""

    check: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class InstituteLine:
    """The outcome of a run for one institute: how many matches, and the best of them."""

    institute: str
    matches: int
    best: str | None
    fit: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Sending:
    """What one sending did: a line for each subscriber, what the delivery did, every problem, the mails that wait."""

    day: date
    lines: tuple[DigestLine, ...]
    delivery: DeliveryReport
    problems: tuple[str, ...]
    partly: bool  # some mails could not be composed or delivered, or were put off
    left: MailsLeft


@dataclass(frozen=True, slots=True)
class Preview:
    """What a subscriber would get; nothing was queued. `headers` are some of those that would be sent, decoded."""

    digest: Digest
    mail: Mail
    headers: Mapping[str, str]
    text: str  # the plain part
    due: bool
    worth_sending: bool


@dataclass(frozen=True, slots=True)
class MailStatus:
    """The outbox: its numbers, the last mails, the addresses that refused some, and where mails go."""

    queue: QueueStatus
    mails: tuple[QueuedMail, ...]
    addresses: tuple[AddressRecord, ...]
    transport: str


@dataclass(frozen=True, slots=True)
class SubscriberLine:
    """A subscriber, the days of the last mail that was delivered and of one that waits, and whether it is paused."""

    subscriber: Subscriber
    last_mail: date | None
    queued: date | None
    paused: bool


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What the daily job did.

    `fetch` is None when the portal could not be reached; `folder` and `lines` are of the lists that are written where
    nobody is subscribed; `sending` is None there. `projects` is what came of the sources that were never read before,
    None where there were none. `run` is its number in the store.
    """

    run: int
    as_of: date
    outcome: str  # ok, partial, failed
    fetch: FetchReport | None
    sample: str | None
    folder: Path | None
    lines: tuple[InstituteLine, ...]
    sending: Sending | None
    problems: tuple[str, ...]
    exit_code: int
    projects: ProjectReport | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One execution of the daily job or of a part of it, as kept in the store."""

    identifier: int
    kind: str  # run, fetch, bulk
    started: datetime
    finished: datetime | None
    outcome: str  # running, ok, partial, failed, interrupted
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a clean-up forgot: raw rows, rows set aside, texts of mails, runs."""

    raw_rows: int = 0
    set_aside: int = 0
    mails: int = 0
    runs: int = 0
