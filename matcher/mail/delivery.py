"""Delivering the outbox: claims, tries, back-off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from matcher.errors import StoreError
from matcher.mail.transport import Verdict
from matcher.model.subscription import DeliveryReport, MailsLeft, MailState, QueueStatus
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from matcher.mail.transport import Outcome, Transport
    from matcher.model.subscription import QueuedMail
    from matcher.store.database import Store

BACK_OFF = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Waits after the first, second… attempt: close to two days in all, as long as mail servers try among themselves."""

PAUSE_AFTER = 3
"""So many mails in a row refused because of the address pause it."""


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts (1 or more); None: give up."""
    return now + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


_LONGEST_CLAIM = timedelta(minutes=30)  # of a process that cannot be seen to live; longer than any send may take

_AT_ONCE = 50  # mails read from the outbox at a time

_IN_A_ROW = 3  # so many mails one after the other that fail as a server's fault makes them fail are one


def deliver(
    store: Store,
    transport: Transport,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    rate: float | None = 1.0,
) -> DeliveryReport:
    """Delivers every mail that is due, and closes the transport. Safe to call at any time, from any process.

    Args:
        store: holds the outbox.
        transport: `SmtpTransport`, or `FileTransport` where no server is configured.
        clock: the aware time now.
        sleep: waits so many seconds.
        rate: mails a second at most, None without a limit.

    Raises:
        StoreError: the outbox cannot be read or written; mails that were not marked stay as they are.

    """
    delivery = _Delivery(store, clock)
    delivery.take_back_claims()
    pause = 1.0 / rate if rate else 0.0
    earliest = clock()
    try:
        for message_id in _due(store, clock):
            sleep(min(max((earliest - clock()).total_seconds(), 0.0), pause))
            mail = delivery.claimed(message_id)
            if mail is None:
                continue  # another process was faster
            earliest = clock() + timedelta(seconds=pause)
            delivery.settle(mail, transport.send(mail.mail))
            if delivery.stopped:
                break
    finally:
        transport.close()
    return delivery.report()


def _due(store: Store, clock: Callable[[], datetime]) -> Iterator[str]:
    """Message-IDs of the mails that are due, some at a time; each is claimed before the next is asked."""
    while batch := store.outbox.due(clock(), _AT_ONCE):
        yield from batch


@dataclass(slots=True)
class _Delivery:
    """The running account of one delivery, and the mark that each outcome leaves in the store."""

    store: Store
    clock: Callable[[], datetime]
    stopped: bool = False
    sent: int = 0
    retried: int = 0
    failed: int = 0
    in_a_row: int = 0
    put_off: dict[str, str] = field(default_factory=dict)  # of those in a row: what was said of each that waits now
    paused: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take_back_claims(self) -> None:
        now = self.clock()
        for mail in self.store.outbox.release(now, now - _LONGEST_CLAIM):
            self.doubt(mail, "its delivery was cut short")

    def claimed(self, message_id: str) -> QueuedMail | None:
        """A mail for this process alone; None where another one was faster, or what is kept is no mail any more."""
        try:
            return self.store.outbox.claim(message_id, self.clock())
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  (one that cannot be read must not hold up the others for good)
            reason = f"it cannot be read ({type(error).__name__}: {error}), and what it told comes in the next one"
            self.store.outbox.lose(message_id, self.clock(), reason)
            self.failed += 1
            self.problems.append(f"The mail {message_id} is not delivered: {reason}.")
            return None

    def settle(self, queued: QueuedMail, outcome: Outcome) -> None:
        if not self._suspicious(outcome):
            self.in_a_row, self.put_off = 0, {}
        match outcome.verdict:
            case Verdict.ACCEPTED:
                self.store.outbox.sent(queued.mail.message_id, self.clock())
                self.sent += 1
            case Verdict.TROUBLE:
                self.trouble(queued, outcome.reason)
            case Verdict.REFUSED | Verdict.NO_MAILBOX:
                self.fail(queued, outcome.reason, blame=outcome.verdict is Verdict.NO_MAILBOX)
            case Verdict.LATER | Verdict.SET_UP | Verdict.LOST | Verdict.DOUBT:
                self.retry(queued, outcome)
        if self._suspicious(outcome):
            self.in_a_row += 1
            if self.in_a_row == _IN_A_ROW:
                self.server_at_fault(outcome)

    def _suspicious(self, outcome: Outcome) -> bool:
        """Whether it is the server that may be at fault; where it took mails, its policy is about the others."""
        broken = outcome.verdict in (Verdict.LOST, Verdict.DOUBT)
        return broken or (outcome.verdict is Verdict.SET_UP and not self.sent)

    def server_at_fault(self, outcome: Outcome) -> None:
        """It is no fault of the mails: those that were put off for it are due again, the attempt is not counted."""
        self.store.outbox.spare(self.put_off, self.clock())
        self.retried -= len(self.put_off)
        said = set(self.put_off.values())
        self.problems = [problem for problem in self.problems if problem not in said]
        self.stopped = True
        what = "mails in a row were refused" if outcome.verdict is Verdict.SET_UP else "connections in a row were lost"
        self.problems.append(f"{self.in_a_row} {what}, the last because {outcome.reason}: all mails stay queued.")

    def retry(self, queued: QueuedMail, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.DOUBT:
            self.doubt(queued, outcome.reason)
        again = next_attempt(queued.attempts, self.clock())
        if again is None:
            self.fail(queued, f"given up after {counted(queued.attempts, 'attempt')}: {outcome.reason}", blame=False)
            return
        self.store.outbox.retry(queued.mail.message_id, self.clock(), again, outcome.reason)
        self.retried += 1
        sentence = f"{_named(queued)} waits until {again:%Y-%m-%d %H:%M} UTC: {outcome.reason}."
        self.problems.append(sentence)
        if outcome.verdict is not Verdict.DOUBT:  # what may have arrived is not sent again at once
            self.put_off[queued.mail.message_id] = sentence

    def fail(self, queued: QueuedMail, reason: str, *, blame: bool) -> None:
        in_a_row = self.store.outbox.failed(queued.mail.message_id, self.clock(), reason, blame=blame)
        self.failed += 1
        self.problems.append(given_up(queued, reason))
        address = queued.mail.address
        if blame and in_a_row >= PAUSE_AFTER and self.store.outbox.pause(address, reason, self.clock()):
            self.paused.append(address)
            self.problems.append(
                f"{address} was refused {in_a_row} times in a row and gets no mail until it is taken up again."
            )

    def trouble(self, queued: QueuedMail, reason: str) -> None:
        """The mail stays due, at no cost, behind the others: should it be the cause, it does not hold them up."""
        self.store.outbox.give_back(queued.mail.message_id, self.clock())
        self.stopped = True
        self.problems.append(f"{reason[:1].upper()}{reason[1:]}: all mails stay queued.")

    def doubt(self, queued: QueuedMail, reason: str) -> None:
        message_id = queued.mail.message_id
        self.doubtful.append(message_id)
        self.problems.append(f"{_named(queued)} may arrive twice ({reason}); its Message-ID is {message_id}.")

    def report(self) -> DeliveryReport:
        paused, doubtful, problems = tuple(self.paused), tuple(self.doubtful), tuple(self.problems)
        return DeliveryReport(self.sent, self.retried, self.failed, paused, doubtful, problems)


def given_up(queued: QueuedMail, reason: str) -> str:
    """The sentence on a mail that failed for good."""
    return f"{_named(queued)} is not delivered: {reason}."


def _named(queued: QueuedMail) -> str:
    mail = queued.mail
    return f"The {mail.kind} of {mail.day} for {mail.subscriber}"


def queue_status(store: Store, now: datetime) -> QueueStatus:
    """The outbox at a glance; `Outbox.listed` has the mails themselves, the error of the last attempt with each."""
    counts = store.outbox.counts()
    waiting = store.outbox.next_attempts()
    paused = tuple(record.address for record in store.outbox.refusing() if record.paused_at is not None)
    return QueueStatus(
        counts.get(MailState.QUEUED, 0),
        sum(time <= now for time in waiting),
        counts.get(MailState.SENDING, 0),
        counts.get(MailState.SENT, 0),
        counts.get(MailState.FAILED, 0),
        min(waiting, default=None),
        paused,
    )


def mails_left(store: Store, now: datetime) -> MailsLeft:
    """What is in the outbox after a delivery."""
    times = store.outbox.next_attempts()
    waiting = [time for time in times if time > now]
    return MailsLeft(len(times) - len(waiting), len(waiting), min(waiting, default=None))


def resend(store: Store, subscriber: str, day: date, now: datetime) -> tuple[str, ...]:
    """Queues a subscriber's mails of a day once more, the very same ones; returns their Message-IDs.

    Mails that wait already are left as they are. A receiving system may drop a copy of what it has kept.
    """
    mails = store.outbox.listed(subscriber=subscriber, day=day)
    names = (queued.mail.message_id for queued in reversed(mails))
    return tuple(name for name in names if store.outbox.requeue(name, now))
