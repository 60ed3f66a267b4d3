"""Subscribers, their digests and mails: the nouns of what is told, frozen and without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from matcher.model.language import Language
from matcher.model.match import THRESHOLD
from matcher.model.role import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from matcher.model.call import Call, Deadline
    from matcher.model.changes import Change
    from matcher.model.consortium import Bid, WonBefore
    from matcher.model.decision import Decision
    from matcher.model.match import Away, Match
    from matcher.model.searched import SavedSearch

NETWORK = "*"
"""A subscriber with this as institute gets the network digest."""


class Frequency(StrEnum):
    """How often a subscriber wants a mail; `WEEKLY` goes with a day of the week."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    OFF = "off"


class MailKind(StrEnum):
    """What a mail of the outbox is."""

    DIGEST = "digest"
    NETWORK = "network"  # the digest of the whole network
    JOINT = "bids"  # joint bids, told once to all concerned
    NOTICE = "notice"  # to the operator


class MailSection(StrEnum):
    """The sections of a digest, in the order in which they stand; a call stands in one only."""

    KEPT = "kept"  # kept, assigned or applied for: changes, reminders, and what was not told before
    CLOSING = "closing"  # a reminder is due: N days or fewer before a deadline
    NEW = "new"  # never delivered to this subscriber, open
    CHANGED = "changed"  # delivered before, and its deadline, budget… changed since
    FORTHCOMING = "forthcoming"  # never delivered to this subscriber, not open yet
    ABOVE = "above"  # known before and never delivered; above the threshold since fits were computed anew
    BROAD = "broad"  # never delivered to this subscriber; open to any science
    CLOSED_TO_US = "closed_to_us"  # never delivered to this subscriber; a research institute may not enter
    JOINT = "joint"  # institutes cover it together; in mails of joint bids alone


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets which mail, as `config/subscribers.yaml` says.

    `institutes` are identifiers, `identifier/lab name`, or `*` for the whole network, `searches` what is told besides
    or instead; `weekday` is 0 for Monday;
    `reminders` are days before a deadline, `most` the number of items shown, `threshold` the
    fit from which on a call is recommended.
    """

    identifier: str
    name: str
    address: str
    language: Language = Language.FR
    institutes: tuple[str, ...] = ()
    frequency: Frequency = Frequency.WEEKDAYS
    weekday: int = 0
    threshold: int = THRESHOLD
    programmes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    most: int = 15
    reminders: tuple[int, ...] = (30, 14, 3)
    mute_calls: tuple[str, ...] = ()
    mute_terms: tuple[str, ...] = ()
    send_empty: bool = False
    reminders_of_kept: bool = False  # reminders come only of calls that the institute follows
    resurface: bool = (
        False  # a call that the reader himself muted or dismissed comes back when its deadline or budget changes
    )
    joint_bids: bool = True  # the mails of joint bids that concern the institutes
    searches: tuple[SavedSearch, ...] = ()
    role: Role = Role.OFFICER  # in the pages of the browser
    by_part: bool = False  # the calls of each section under the parts of programmes that they are in

    @property
    def is_network(self) -> bool:
        return NETWORK in self.institutes

    @property
    def of_institutes(self) -> frozenset[str]:
        """The identifiers of its institutes, those of its labs among them; `*` stands for itself."""
        return institutes_of(self.institutes)

    @property
    def is_of_one(self) -> bool:
        """Whether all that it is told of is for one institute, lab or search, which then needs no name."""
        return len(self.institutes) + len(self.searches) == 1 and not self.is_network

    @property
    def search_marks(self) -> tuple[str, ...]:
        return tuple(search.mark for search in self.searches)


def institutes_of(names: Iterable[str]) -> frozenset[str]:
    """The institutes that these are, or that these labs (`INSTITUTE/LAB`) are of."""
    return frozenset(name.partition("/")[0] for name in names)


@dataclass(frozen=True, slots=True)
class ItemLinks:
    """Addresses by which a reader answers for a call; each asks before it does anything."""

    keep: str
    dismiss: str
    why: str


@dataclass(frozen=True, slots=True)
class DigestLinks:
    """Addresses of a mail as a whole: where its reader changes his mails, and where he ends them."""

    mails: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Item:
    """One call in a digest: `matches` with the subscriber's institutes and searches, best first; `others` with the
    other institutes.
    """

    call: Call
    part: MailSection
    matches: tuple[Match, ...]
    others: tuple[Match, ...] = ()
    deadline: Deadline | None = None  # the next one on the digest's day
    days_left: int | None = None
    reminder: int | None = None  # the reminder that made it `closing`
    changes: tuple[Change, ...] = ()  # since it was last delivered
    first: bool = False  # never delivered to this subscriber before, whatever the section
    known: datetime | None = None  # the newest change of the call when the digest was composed
    decisions: tuple[Decision, ...] = ()  # of every institute
    won: WonBefore | None = None  # what the network won of the call that it continues
    links: ItemLinks | None = None  # where the product has an address in the web
    bid: Bid | None = None  # who covers it together, in the mails of the network and of joint bids

    @property
    def fit(self) -> int:
        return self.matches[0].fit if self.matches else 0


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the listing is: what a reader must know before trusting silence."""

    last_good_fetch: datetime | None
    stale: bool  # older than the reader would expect
    problems: tuple[str, ...] = ()
    sample: str | None = None  # the label of the packaged sample listing, when that is what was ranked


@dataclass(frozen=True, slots=True)
class NetworkStanding:
    """How many calls of each list of the network a mail does not tell of anew."""

    joint: int = 0
    unseen: int = 0
    untaken: int = 0


@dataclass(frozen=True, slots=True)
class NetworkView:
    """What only the network digest has.

    `matrix` rows are institutes and columns `calls`, each cell a fit or None; `joint` are calls that several institutes
    match; `unseen` are calls of high fit that were in no subscriber's digest; `untaken` suit
    several institutes, and none of them follows them. Of these three only news is there, `before` are the numbers of
    those that earlier mails told, or that have no room; `without` are institutes without a match, `failed` those that
    could not be compared with the calls.
    """

    calls: tuple[Call, ...] = ()
    matrix: tuple[tuple[str, tuple[int | None, ...]], ...] = ()
    joint: tuple[Item, ...] = ()
    unseen: tuple[Item, ...] = ()
    untaken: tuple[Item, ...] = ()
    before: NetworkStanding = NetworkStanding()
    without: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()  # one sentence for each of the last runs


@dataclass(frozen=True, slots=True)
class Standing:
    """What a mail left untold, so that the next one can tell what is new from what only scores otherwise now.

    `known` is the newest news of any call that composing knew. `waiting` are calls above the threshold that the mail
    did not tell of (left out, filtered, muted): they are new still. `passed` are those that came above it by a fit anew
    and had no room in the mail's section for them: they are not told any more, unless they change. `network` is what
    the lists of the network's mails told so far of each live call, None where no mail kept it.
    """

    known: datetime
    institutes: tuple[str, ...]
    threshold: int
    waiting: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    searches: tuple[str, ...] = ()  # their marks
    network: Mapping[str, frozenset[str]] | None = None

    def is_for(self, subscriber: Subscriber) -> bool:
        """False when the subscriber has asked for something else since: then what comes above the threshold is new."""
        asked = (subscriber.institutes, subscriber.threshold, subscriber.search_marks)
        return (self.institutes, self.threshold, self.searches) == asked


@dataclass(frozen=True, slots=True)
class Digest:
    """What one subscriber gets on one day; `left_out` counts items beyond `subscriber.most`.

    `names` are how institutes and labs are called, by identifier. `above` are all calls that came above the threshold
    by a fit anew; `standing` is what would be untold if nothing of this digest were told. `fit_is_new` marks the first
    mail since a fit is a chance.
    """

    subscriber: Subscriber
    day: date
    items: tuple[Item, ...]
    left_out: int
    health: Freshness
    network: NetworkView | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    away: tuple[Away, ...] = ()  # calls never told that only an excluded or muted term keeps away
    above: tuple[str, ...] = ()
    standing: Standing | None = None
    fit_is_new: bool = False
    is_joint: bool = False  # a mail of joint bids
    links: DigestLinks | None = None

    @property
    def kind(self) -> MailKind:
        if self.is_joint:
            return MailKind.JOINT
        return MailKind.NETWORK if self.network is not None else MailKind.DIGEST

    @property
    def above_left(self) -> int:
        """How many of `above` the digest has no room for."""
        return len(self.above) - len(self.of(MailSection.ABOVE))

    @property
    def is_empty(self) -> bool:
        """Nothing to act on: calls that are not open to research wait for a mail that tells something else."""
        return self.network is None and all(item.part is MailSection.CLOSED_TO_US for item in self.items)

    def of(self, part: MailSection) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.part is part)


class Fate(StrEnum):
    """What became of one subscriber's mail of a day."""

    NOT_DUE = "not due"  # not this subscriber's day
    ALREADY = "already"  # there is a mail of this day, or of a later one
    EMPTY = "nothing new"
    READY = "ready"  # would be sent: a dry run
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One subscriber's mail of a day; `calls` are those it tells of, None where it was not composed."""

    subscriber: str
    address: str
    fate: Fate
    calls: int | None = None
    left_out: int | None = None
    subject: str | None = None
    message_id: str | None = None
    kind: MailKind = MailKind.DIGEST


class MailState(StrEnum):
    """Where a mail of the outbox stands."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed by a process; a crash here is resolved by Message-ID
    SENT = "sent"
    FAILED = "failed"  # refused for good (5xx), or given up after the last retry


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it will be sent: complete bytes, so that a retry sends the very same."""

    message_id: str
    subscriber: str
    address: str
    day: date
    subject: str
    body: bytes
    html: str
    kind: str = MailKind.DIGEST


@dataclass(frozen=True, slots=True)
class Told:
    """What one mail tells of one call.

    `facts` are JSON-ready (see `matcher.digest.news`); `reminders` are (deadline, days before) that were due, and
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


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did: numbers of mails, addresses newly paused, Message-IDs that may arrive twice, sentences."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    paused: tuple[str, ...] = ()
    duplicates_possible: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailsLeft:
    """Mails that a delivery left in the outbox: `due` go with the next one, `waiting` not before `until`.

    Those to addresses that are paused are neither.
    """

    due: int = 0
    waiting: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Where the mails of the outbox stand: numbers of mails, the time of the next attempt, addresses held back.

    `due` of the `queued` ones could be sent now; `sending` ones are with a process, or were when it died.
    """

    queued: int = 0
    due: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    next_attempt: datetime | None = None
    paused: tuple[str, ...] = ()
