"""The nouns of a digest: frozen, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from matcher.model import Call, Change, Deadline

NETWORK = "*"
"""A subscriber with this as institute gets the network digest."""


class Language(StrEnum):
    """The languages that a mail can be written in."""

    FR = "fr"
    EN = "en"


class Frequency(StrEnum):
    """How often a subscriber wants a mail; `WEEKLY` goes with a day of the week."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    OFF = "off"


class Part(StrEnum):
    """The sections of a digest, in the order in which they stand; a call stands in one only."""

    CLOSING = "closing"  # a reminder is due: N days or fewer before a deadline
    NEW = "new"  # never delivered to this subscriber, open
    CHANGED = "changed"  # delivered before, and its deadline, budget… changed since
    FORTHCOMING = "forthcoming"  # never delivered to this subscriber, not open yet


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets which mail, as `config/subscribers.yaml` says.

    `institutes` are identifiers, `identifier/lab name`, or `*` for the whole network; `weekday` is 0 for Monday;
    `reminders` are days before a deadline, `most` the number of items shown.
    """

    identifier: str
    name: str
    address: str
    language: Language = Language.FR
    institutes: tuple[str, ...] = ()
    frequency: Frequency = Frequency.WEEKDAYS
    weekday: int = 0
    min_fit: int = 0
    programmes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    most: int = 15
    reminders: tuple[int, ...] = (30, 14, 3)
    mute_calls: tuple[str, ...] = ()
    mute_terms: tuple[str, ...] = ()
    send_empty: bool = False
    resurface: bool = False  # a muted or dismissed call comes back when its deadline or budget changes

    @property
    def is_network(self) -> bool:
        return NETWORK in self.institutes


@dataclass(frozen=True, slots=True)
class Suitor:
    """An institute that a call suits: its fit (0-100) and the words that made it."""

    institute: str
    name: str
    fit: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One call in a digest. `suitors` are the subscriber's institutes, best first; `others` the rest of the network."""

    call: Call
    part: Part
    suitors: tuple[Suitor, ...]
    others: tuple[Suitor, ...] = ()
    deadline: Deadline | None = None  # the next one on the digest's day
    days_left: int | None = None
    reminder: int | None = None  # the reminder that made it `closing`
    changes: tuple[Change, ...] = ()  # since it was last delivered
    first: bool = False  # never delivered to this subscriber before, whatever the section
    known: datetime | None = None  # the newest change of the call when the digest was composed

    @property
    def fit(self) -> int:
        return self.suitors[0].fit if self.suitors else 0


@dataclass(frozen=True, slots=True)
class Health:
    """How fresh the listing is: what a reader must know before trusting silence."""

    last_good_fetch: datetime | None
    stale: bool  # older than the reader would expect
    problems: tuple[str, ...] = ()
    sample: str | None = None  # the label of the packaged sample listing, when that is what was ranked


@dataclass(frozen=True, slots=True)
class NetworkView:
    """What only the network digest has.

    `matrix` rows are institutes and columns `calls`, each cell a fit or None; `joint` are calls that several institutes
    match; `unseen` are calls of high fit that were in no subscriber's digest; `without` are institutes without a match.
    """

    calls: tuple[Call, ...] = ()
    matrix: tuple[tuple[str, tuple[int | None, ...]], ...] = ()
    joint: tuple[Item, ...] = ()
    unseen: tuple[Item, ...] = ()
    without: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()  # one sentence for each of the last runs


@dataclass(frozen=True, slots=True)
class Digest:
    """What one subscriber gets on one day; `left_out` counts items beyond `subscriber.most`.

    `names` are how the subscriber's institutes are called, in the order of `subscriber.institutes`.
    """

    subscriber: Subscriber
    day: date
    items: tuple[Item, ...]
    left_out: int
    health: Health
    network: NetworkView | None = None
    names: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.items and self.network is None

    def of(self, part: Part) -> tuple[Item, ...]:
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
    kind: str = "digest"  # digest, network, notice
