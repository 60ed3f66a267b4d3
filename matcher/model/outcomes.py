"""What work brings, and how it stands: one plain record for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from matcher.model.project import ProjectHealth, ProjectReport
    from matcher.model.rows import FetchReport
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

PARTLY_DONE = 3
"""The exit code of work that did what it could."""


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
    """A subscriber as it gets mails, the days of the last that was delivered and of one that waits.

    `paused`: the address refused mails; `chosen`: the reader chose otherwise than `subscribers.yaml`, by a link.
    """

    subscriber: Subscriber
    last_mail: date | None
    queued: date | None
    paused: bool
    chosen: bool = False


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
