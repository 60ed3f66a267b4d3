"""A day's mails put into the outbox, each with what it tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.app.mails.day_digests import uncomposed
from matcher.digest.compose import is_worth_sending
from matcher.digest.news import told_by
from matcher.digest.render import rendered
from matcher.digest.threshold_crossing import standing_after
from matcher.model.subscription import DigestLine, Fate, MailKind
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date, datetime

    from matcher.app.mails.day_digests import Digests
    from matcher.app.mails.joint_round import JointRound
    from matcher.config.setting_sections import MailSettings
    from matcher.model.day import Clock
    from matcher.model.subscription import Digest, Mail, Subscriber
    from matcher.store.database import Store


_UNREADABLE = Saying(
    "What {name} chose for his mails cannot be read, so none goes to him: `matcher digest revert {name}` lets "
    "subscribers.yaml stand again."
)


@dataclass(slots=True)
class Queueing:
    """Puts a day's digests into the outbox, each with what it tells; `dry` only says what would be put there.

    From the packaged `sample`, nothing counts as told: real calls are news to those who saw it. As a part of a run
    (`run_id`), nothing is queued once the run has lost its lock (RunLost).
    """

    digests: Digests
    round: JointRound
    store: Store
    settings: MailSettings
    now: datetime  # what the mails are dated by
    clock: Clock
    sample: bool
    run_id: int | None = None
    dry: bool = False
    unreadable: Collection[str] = ()  # subscribers of whom it is not known whether they want mail

    @property
    def day(self) -> date:
        return self.digests.day

    @property
    def problems(self) -> list[str]:
        """What could not be composed, and what was left out for that."""
        return self.digests.mishaps.problems

    def queue(self, subscriber: Subscriber, *, named: bool = False) -> DigestLine:
        """Compose and queue one digest, where it is due and tells something. Raises what is `EVERYBODYS` only."""
        if subscriber.identifier in self.unreadable:
            self.problems.append(str(_UNREADABLE.of(name=subscriber.identifier)))
            return _unsent(subscriber, Fate.FAILED)
        line = self.digests.mishaps.one(lambda: self._queued(subscriber, named=named), uncomposed(subscriber))
        return line or _unsent(subscriber, Fate.FAILED)

    def _queued(self, subscriber: Subscriber, *, named: bool) -> DigestLine:
        fate = self.digests.fate(subscriber, named=named)
        if fate is not None:
            return _unsent(subscriber, fate)
        return self._line(subscriber, *self._composed(subscriber, self.digests.digest, is_worth_sending))

    def queue_round(self) -> list[DigestLine]:
        """Compose and queue the mails of new joint bids, where a round is due, all at once.

        Whose mail cannot be composed misses what the others are told, and has it with the next round. Raises what is
        `EVERYBODYS` only.
        """
        return self.digests.mishaps.one(self._queued_round, "The mails of joint bids could not be composed") or []

    def _queued_round(self) -> list[DigestLine]:
        if self.round.is_over or not self.round.is_due:
            return []
        composed, failed = self.digests.mishaps.each(self._of_round, self.round.readers, _unbid)
        missing = {reader.identifier for reader in failed} | set(self.unreadable)
        mails = [(digest, mail) for digest, mail in composed.values() if mail is not None]
        fate = Fate.READY
        if mails and not self.dry:
            told = [(mail, told_by(digest)) for digest, mail in mails]
            queued = self.store.outbox.queue_round(
                told, day=self.day, now=self.clock(), run_id=self.run_id, missing=missing
            )
            fate = Fate.QUEUED if queued else Fate.ALREADY
        return [_line(digest, mail, fate) for digest, mail in mails]

    def _composed(
        self, subscriber: Subscriber, digest_of: Callable[[Subscriber], Digest], is_sent: Callable[[Digest], bool]
    ) -> tuple[Digest, Mail | None]:
        """A digest, and its mail where it is worth one."""
        digest = digest_of(subscriber)
        if not is_sent(digest):
            return digest, None
        mail, digest = rendered(digest, self.settings, now=self.now)
        return digest, mail

    def _of_round(self, reader: Subscriber) -> tuple[Digest, Mail | None]:
        return self._composed(reader, self.round.digest, _tells)

    def _line(self, subscriber: Subscriber, digest: Digest, mail: Mail | None) -> DigestLine:
        if mail is None:
            return replace(_unsent(subscriber, Fate.EMPTY), calls=len(digest.items), left_out=digest.left_out)
        fate = Fate.READY
        if not self.dry:
            told = () if self.sample else told_by(digest)
            standing = standing_after(replace(digest, network=None) if self.sample else digest, told)
            queued = self.store.outbox.queue(mail, told, now=self.clock(), run_id=self.run_id, standing=standing)
            fate = Fate.QUEUED if queued else Fate.ALREADY
        return _line(digest, mail, fate)


def _unbid(reader: Subscriber) -> Saying:
    return Saying("The mail of joint bids for {name} could not be composed", name=reader.identifier)


def _tells(digest: Digest) -> bool:
    return bool(digest.items)


def _unsent(subscriber: Subscriber, fate: Fate) -> DigestLine:
    kind = MailKind.NETWORK if subscriber.is_network else MailKind.DIGEST
    return DigestLine(subscriber.identifier, subscriber.address, fate, kind=kind)


def _line(digest: Digest, mail: Mail, fate: Fate) -> DigestLine:
    return DigestLine(
        mail.subscriber,
        mail.address,
        fate,
        len(digest.items),
        digest.left_out,
        mail.subject,
        mail.message_id,
        digest.kind,
    )
