"""The digests of one day: composed for each subscriber from one edition, and queued; what fails for one is told."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.digest.compose import compose, for_subscriber, is_due, is_worth_sending
from matcher.digest.edition import build_edition
from matcher.digest.network_part import compose_network
from matcher.digest.news import told_by
from matcher.digest.render import rendered
from matcher.errors import MatcherError, StoreError
from matcher.model.subscription import DigestLine, Fate, Frequency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from matcher.digest.compose import Edition
    from matcher.mail.message import MailOptions
    from matcher.model.institute import Institute
    from matcher.model.subscription import Digest, Mail, Subscriber
    from matcher.model.subscription import Freshness as Health
    from matcher.ranking.index import Index
    from matcher.store.database import Store

_log = logging.getLogger("matcher.digest")


class Morning:
    """One day's digests of all subscribers.

    Args:
        store: what was told before, the changes, the outbox.
        index: the matches.
        institutes: those that are compared.
        subscribers: everybody: the network's digest tells what the others are told.
        day: today, or a day that is replayed.
        health: how fresh the listing is, where the caller knows better than the store's runs.

    """

    def __init__(
        self,
        store: Store,
        index: Index,
        institutes: Sequence[Institute],
        subscribers: Sequence[Subscriber],
        *,
        day: date,
        health: Health | None = None,
    ) -> None:
        self.day = day
        self._store = store
        self._index = index
        self._institutes = institutes
        self._subscribers = subscribers
        self._health = health

    def digest(self, subscriber: Subscriber) -> Digest:
        """What a subscriber gets on this day, whether it is due or not."""
        own = for_subscriber(self._edition, self._store, subscriber)
        if subscriber.is_network:
            return compose_network(subscriber, own, self._told_to_anyone)
        return compose(subscriber, own)

    def is_due(self, subscriber: Subscriber) -> bool:
        """Whether it is the subscriber's day, whatever was sent on it or later."""
        return is_due(subscriber, self.day, self._store.last_mail_day(subscriber.identifier, before=self.day))

    def fate(self, subscriber: Subscriber, *, named: bool = False) -> Fate | None:
        """Why a subscriber gets no mail now; None when one is due. Whoever is `named` need not wait for the day."""
        last = self._store.last_mail_day(subscriber.identifier)
        if subscriber.frequency is Frequency.OFF:
            return Fate.NOT_DUE
        if last is not None and last >= self.day:
            return Fate.ALREADY
        return None if named or is_due(subscriber, self.day, last) else Fate.NOT_DUE

    @cached_property
    def _edition(self) -> Edition:
        edition = build_edition(self._store, self._index, self._institutes, self._subscribers, day=self.day)
        return edition if self._health is None else replace(edition, health=self._health)

    @cached_property
    def _told_to_anyone(self) -> set[str]:
        """The calls that somebody was told of before this day, or is told of on it."""
        told = self._store.seen_by_anyone(before=self.day)
        for subscriber in self._subscribers:
            if not subscriber.is_network and self.is_due(subscriber):
                told |= {item.call.identifier for item in self.digest(subscriber).items}
        return told


class Queueing:
    """Puts a morning's digests into the outbox, each with what it tells; `dry` only says what would be put there.

    From the packaged `sample`, nothing counts as told: real calls are news to those who saw it. As a part of a run
    (`run_id`), nothing is queued once the run has lost its lock (RunLost).
    """

    def __init__(
        self,
        morning: Morning,
        store: Store,
        options: MailOptions,
        *,
        now: datetime,
        clock: Callable[[], datetime],
        sample: bool,
        run_id: int | None = None,
        dry: bool = False,
    ) -> None:
        self.problems: list[str] = []
        self._morning = morning
        self._store = store
        self._options = options
        self._now = now
        self._clock = clock
        self._sample = sample
        self._run_id = run_id
        self._dry = dry

    def queue(self, subscriber: Subscriber, *, named: bool = False) -> DigestLine:
        """Compose and queue one digest, where it is due and tells something. Raises StoreError only."""
        fate = self._morning.fate(subscriber, named=named)
        if fate is not None:
            return DigestLine(subscriber.identifier, subscriber.address, fate)
        try:
            digest = self._morning.digest(subscriber)
            mail: Mail | None = None
            if is_worth_sending(digest):
                mail, digest = rendered(digest, self._options, now=self._now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  (what one call or profile holds must not cost the others their mail)
            _log.debug("The digest of %s failed.", subscriber.identifier, exc_info=True)
            sentence = str(error) if isinstance(error, MatcherError) else f"{type(error).__name__}: {error}"
            self.problems.append(f"The digest of {subscriber.identifier} could not be composed: {sentence}")
            return DigestLine(subscriber.identifier, subscriber.address, Fate.FAILED)
        return self._line(subscriber, digest, mail)

    def _line(self, subscriber: Subscriber, digest: Digest, mail: Mail | None) -> DigestLine:
        calls, left_out = len(digest.items), digest.left_out
        if mail is None:
            return DigestLine(subscriber.identifier, subscriber.address, Fate.EMPTY, calls, left_out)
        fate = Fate.READY
        if not self._dry:
            told = () if self._sample else told_by(digest)
            queued = self._store.queue_mail(mail, told, now=self._clock(), run_id=self._run_id)
            fate = Fate.QUEUED if queued else Fate.ALREADY
        return DigestLine(
            subscriber.identifier, subscriber.address, fate, calls, left_out, mail.subject, mail.message_id
        )
