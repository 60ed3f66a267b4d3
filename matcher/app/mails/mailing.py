"""Subscribers and their mails, as the command line, the daily run and notebooks use them."""

from __future__ import annotations

import os
import time
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.app.mails.reader_choices import as_chosen, choices, unreadable
from matcher.app.mishaps import cause
from matcher.errors import MatcherError, StoreError, StoreMissing, UsageError
from matcher.model.day import brussels_day, noon
from matcher.model.outcomes import MailStatus, Preview, Sending, SubscriberLine
from matcher.model.subscription import NETWORK, Fate, Frequency, MailState, Subscriber
from matcher.text.masking import masked
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.app.mails.queueing import Queueing
    from matcher.app.run_context import Run
    from matcher.config.settings import Settings
    from matcher.mail.smtp import Server
    from matcher.mail.transport import Transport
    from matcher.model.language import Language
    from matcher.model.subscription import DeliveryReport, DigestLine, Freshness, Mail, MailsLeft
    from matcher.store.database import Store


_NOWHERE = "preview@localhost.localdomain"


def mail_server(settings: Settings) -> Server | None:
    """The configured server; None where mails become files. Raises ConfigError."""
    from matcher.mail.smtp import URL_VARIABLE, server_from

    origin = settings.origins.get("mail.smtp_url", URL_VARIABLE)
    return server_from(settings.mail.smtp_url, os.environ, settings.mail.ca_file, origin=origin)


def transport_of(settings: Settings) -> Transport:
    """Where mails go: the configured server, or files in the home folder. Raises ConfigError."""
    from matcher.mail.smtp import SmtpTransport
    from matcher.mail.transport import FileTransport

    server = mail_server(settings)
    if server is None:
        return FileTransport(outbox_folder(settings))
    return SmtpTransport(server, hours=settings.portal.max_hours)


def outbox_folder(settings: Settings) -> Path:
    """Where mails become files while no server is configured."""
    return settings.home / "outbox"


def destination(settings: Settings) -> str:
    """Where mails go, for a person. Raises ConfigError."""
    server = mail_server(settings)
    return f"files in {outbox_folder(settings)}" if server is None else f"the mail server {server}"


class Mailing:
    """The mails of one configuration."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._settings = home.settings

    # who

    @property
    def nobody(self) -> Saying:
        """What to tell where nobody is subscribed."""
        return Saying(
            "Nobody is subscribed: add an address and its institutes to {path} (the file shows how), "
            "or see what an institute would get with `matcher digest preview --institute ID`.",
            path=self._settings.config_dir / "subscribers.yaml",
        )

    def listed(self) -> tuple[SubscriberLine, ...]:
        """Every subscriber with the days of the last mail that was delivered, and of the newest that waits."""
        found = self._home.subscribers
        try:
            with self._home.open_store(read_only=True) as store:
                found = as_chosen(store, found, brussels_day(self._home.clock()))
                chosen = set(choices(store))
                paused = {a.address.casefold() for a in store.outbox.refusing() if a.paused_at is not None}
                newest = store.told.newest()
        except StoreMissing:
            paused, newest, chosen = set(), {}, set()
        lines = (_line(s, newest, paused=s.address.casefold() in paused) for s in found)
        return tuple(replace(line, chosen=line.subscriber.identifier in chosen) for line in lines)

    def unpause(self, address: str) -> None:
        """Send to an address again that was paused after refusals. Raises UsageError when it was not."""
        with self._home.open_filled() as store:
            known = {record.address.casefold(): record.address for record in store.outbox.refusing()}
            if not store.outbox.unpause(known.get(address.strip().casefold(), address)):
                raise UsageError(
                    "{address} is not paused; `matcher digest status` lists the addresses that are.", address=address
                )

    # looking

    def preview(
        self,
        name: str | None = None,
        *,
        institute: str | None = None,
        language: Language | None = None,
        joint_bids: bool = False,
        as_of: date | None = None,
    ) -> Preview:
        """What somebody would get on a day, due or not; nothing is queued.

        Without a name: the first subscriber. With an `institute` (or `id/lab`, or `*`): what a new subscriber would.
        With `joint_bids`: the mail of joint bids of the next round.
        """
        from matcher.app.mails.day_digests import Digests
        from matcher.app.mails.joint_round import JointRound
        from matcher.digest.compose import is_worth_sending
        from matcher.digest.joint_bids import gets_joint_bids
        from matcher.digest.render import render

        subscriber = self._previewed(name, institute)
        if language is not None:
            subscriber = replace(subscriber, language=language)
        index = current_index(self._home)
        with self._home.open_store(read_only=True) as store:
            day = self._home.day(as_of, index).date
            others = [s for s in self._home.subscribers if s.identifier != subscriber.identifier]
            subscriber, *others = as_chosen(store, [subscriber, *others], day)
            digests = Digests(self._home, store, index, [subscriber, *others], day=day)
            if joint_bids:
                of_round = JointRound(digests, store, index)
                digest, due = of_round.digest(subscriber), of_round.is_due
                worth_sending = bool(digest.items) and gets_joint_bids(subscriber)
            else:
                digest, due = digests.digest(subscriber), digests.is_due(subscriber)
                worth_sending = is_worth_sending(digest)
        mail = render(digest, self._settings.mail, now=noon(day))
        return Preview(digest, mail, *_as_read(mail), due, worth_sending)

    def _previewed(self, name: str | None, institute: str | None) -> Subscriber:
        from matcher.config.subscribers import resolve_institute

        if name is not None and institute is not None:
            raise UsageError("Give a subscriber or --institute, not both.")
        if institute is not None:
            named = (resolve_institute(institute, self._home.institutes),)
            title = "Carnot Europe" if named == (NETWORK,) else institute
            every_day = Frequency.DAILY
            threshold = self._home.settings.digest.threshold
            return Subscriber("preview", title, _NOWHERE, institutes=named, frequency=every_day, threshold=threshold)
        if name is not None:
            return self._home.subscriber(name)
        if not self._home.subscribers:
            raise UsageError(self.nobody)
        return self._home.subscribers[0]

    def status(self, last: int = 20) -> MailStatus:
        """The outbox: numbers, the last mails, addresses that refused some."""
        from matcher.mail.delivery import queue_status
        from matcher.model.subscription import QueueStatus

        where = destination(self._settings)
        try:
            with self._home.open_store(read_only=True) as store:
                queue = queue_status(store, self._home.clock())
                return MailStatus(queue, tuple(store.outbox.listed(limit=last)), tuple(store.outbox.refusing()), where)
        except StoreMissing:
            return MailStatus(QueueStatus(), (), (), where)

    # sending

    def send(
        self,
        names: Sequence[str] = (),
        *,
        as_of: date | None = None,
        dry_run: bool = False,
        at_once: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Sending:
        """Compose and queue what is due, then deliver the outbox; whoever has a mail of the day gets no second one.

        Those who are named get theirs whatever their day is; all others only when they are due. `at_once` delivers
        the mails that wait for another attempt too. Raises UsageError.
        """
        if at_once and dry_run:
            raise UsageError("--now sends what waits, and --dry-run sends nothing: give one of them.")
        named = list(dict.fromkeys(self._home.subscriber(name).identifier for name in names))
        index = current_index(self._home)
        day = self._home.day(as_of, index).date
        with self._home.open_store(read_only=dry_run) as store:
            queueing = self._queueing(store, day, dry=dry_run)
            if at_once:
                store.outbox.hurry(self._home.clock())
            return self._send(queueing, store, named, sleep)

    def send_within(self, run: Run, day: date, *, health: Freshness | None = None) -> Sending:
        """The same for everybody, as a part of a run: nothing is queued once the run lost its lock. Raises RunLost."""
        queueing = self._queueing(run.store, day, health=health, run_id=run.number)
        return self._send(queueing, run.store, (), run.pause)

    def _queueing(
        self, store: Store, day: date, *, health: Freshness | None = None, run_id: int | None = None, dry: bool = False
    ) -> Queueing:
        from matcher.app.mails.day_digests import Digests
        from matcher.app.mails.joint_round import JointRound
        from matcher.app.mails.queueing import Queueing

        index = current_index(self._home)
        everybody = as_chosen(store, self._home.subscribers, day)
        digests = Digests(self._home, store, index, everybody, day=day, health=health)
        return Queueing(
            digests,
            JointRound(digests, store, index),
            store,
            self._settings.mail,
            now=noon(day),
            clock=self._home.clock,
            sample=bool(index.meta["sample"]),
            run_id=run_id,
            dry=dry,
            unreadable=unreadable(store),
        )

    def _send(self, queueing: Queueing, store: Store, named: Sequence[str], sleep: Callable[[float], None]) -> Sending:
        from matcher.mail.delivery import mails_left
        from matcher.model.subscription import DeliveryReport

        day = queueing.day
        readers = {reader.identifier: reader for reader in queueing.digests.subscribers}
        lines = [queueing.queue(readers[name], named=bool(named)) for name in named or readers]
        if not named and self._settings.digest.joint_bids:
            lines += queueing.queue_round()
        if queueing.dry:
            left = mails_left(store, self._home.clock())
            return Sending(day, tuple(lines), DeliveryReport(), tuple(queueing.problems), bool(queueing.problems), left)
        delivery = self.deliver(store, sleep=sleep)
        left = mails_left(store, self._home.clock())
        problems = (*queueing.problems, *delivery.problems)
        unsent = delivery.failed or delivery.retried or len(delivery.problems) > len(delivery.duplicates_possible)
        partly = bool(queueing.problems or unsent)
        return Sending(day, tuple(_settled(store, lines)), delivery, problems, partly, left)

    def resend(
        self, name: str, day: date, *, sleep: Callable[[float], None] = time.sleep
    ) -> tuple[tuple[str, ...], DeliveryReport, MailsLeft]:
        """Send a subscriber's mails of a day once more, the very same ones; their Message-IDs. Raises UsageError.

        The name may be one that the outbox knows and the configuration does not (any more).
        """
        from matcher.mail.delivery import mails_left, resend

        with self._home.open_filled() as store:
            found = resend(store, self._name_in_outbox(name), day, self._home.clock())
            if not found:
                raise UsageError(
                    "No mail of {day} for {name} is there; `matcher digest status` lists the mails.", day=day, name=name
                )
            return found, self.deliver(store, sleep=sleep), mails_left(store, self._home.clock())

    def deliver(self, store: Store, *, sleep: Callable[[float], None] = time.sleep) -> DeliveryReport:
        """Deliver what is due in the outbox, at the pace of the settings; files need none."""
        from matcher.mail.delivery import deliver

        rate = self._settings.mail.rate if self._settings.mail.smtp_url else None
        transport = transport_of(self._settings)
        return deliver(store, transport, clock=self._home.clock, sleep=sleep, rate=rate)

    def notify(self, store: Store, reason: str, problems: Sequence[str], day: date) -> bool:
        """Queue a mail to the operator, one for each reason and day; False when there is nobody or nothing to tell."""
        message = self._notice(reason, problems, day)
        return message is not None and store.outbox.queue(message, (), now=self._home.clock())

    def tell(self, reason: str, error: Exception, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Tell the operator at once that something failed: through the outbox, or past it where it takes nothing.

        A mail that the database cannot keep is handed over all the same, at each such failure. What cannot be told
        is no further news, so nothing is raised but what interrupts.
        """
        message = self._notice(reason, [cause(error)], brussels_day(self._home.clock()))
        if message is None:
            return
        try:
            if isinstance(error, StoreError):
                raise error
            with self._home.open_store() as store:
                if store.outbox.queue(message, (), now=self._home.clock()):
                    self.deliver(store, sleep=sleep)
        except MatcherError:
            with suppress(MatcherError), closing(transport_of(self._settings)) as transport:
                transport.send(message)

    def _notice(self, reason: str, problems: Sequence[str], day: date) -> Mail | None:
        """A mail to the operator; None when there is nobody or nothing to tell."""
        from matcher.mail.message import notice

        mail = self._settings.mail
        if not mail.operator or not problems:
            return None
        return notice(masked(reason), [masked(problem) for problem in problems], mail, now=noon(day))

    def _name_in_outbox(self, name: str) -> str:
        from matcher.mail.message import OPERATOR

        with suppress(UsageError):
            return self._home.subscriber(name).identifier
        return OPERATOR if name.strip().casefold() == OPERATOR else name.strip()


def _settled(store: Store, lines: Iterable[DigestLine]) -> Iterable[DigestLine]:
    """The lines with what became of the mails that were queued."""
    fates = {MailState.SENT: Fate.SENT, MailState.FAILED: Fate.FAILED}
    for line in lines:
        kept = store.outbox.get(line.message_id) if line.fate is Fate.QUEUED and line.message_id else None
        yield line if kept is None else replace(line, fate=fates.get(kept.state, Fate.QUEUED))


def _as_read(mail: Mail) -> tuple[dict[str, str], str]:
    """The headers that a preview shows and the plain part, as a mail program reads them."""
    from email import message_from_bytes, policy

    message = message_from_bytes(mail.body, policy=policy.default)
    part = message.get_body(("plain",))
    text = str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
    return {name: str(message[name]) for name in ("To", "Subject")}, text


def _line(subscriber: Subscriber, newest: Mapping[tuple[str, MailState], date], *, paused: bool) -> SubscriberLine:
    waiting = (newest.get((subscriber.identifier, state)) for state in (MailState.QUEUED, MailState.SENDING))
    queued = max((day for day in waiting if day), default=None)
    return SubscriberLine(subscriber, newest.get((subscriber.identifier, MailState.SENT)), queued, paused)
