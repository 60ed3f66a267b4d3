"""What the work of the facade brings: runs, mails and the check of a set-up, one plain record each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from matcher.digest.deliver import DeliveryReport, QueueStatus
    from matcher.digest.nouns import Digest, DigestLine, Mail, Subscriber
    from matcher.model import FetchReport
    from matcher.store import AddressRecord, QueuedMail


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
    """What one sending did: a line for each subscriber, what the delivery did, and every problem."""

    day: date
    lines: tuple[DigestLine, ...]
    delivery: DeliveryReport
    problems: tuple[str, ...]
    partly: bool  # some mails could not be composed or delivered, or wait


@dataclass(frozen=True, slots=True)
class Preview:
    """What a subscriber would get; nothing was queued."""

    digest: Digest
    mail: Mail
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
    """A subscriber, the day of the last mail, and whether the address is paused."""

    subscriber: Subscriber
    last_mail: date | None
    paused: bool


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What the daily job did.

    `fetch` is None when the portal could not be reached; `folder` and `lines` are of the lists that are written where
    nobody is subscribed; `sending` is None there.
    """

    as_of: date
    outcome: str  # ok, partial, failed
    fetch: FetchReport | None
    sample: str | None
    folder: Path | None
    lines: tuple[InstituteLine, ...]
    sending: Sending | None
    problems: tuple[str, ...]
    exit_code: int
