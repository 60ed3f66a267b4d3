"""A day's mails put into the outbox, each with what it tells."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from matcher.digest.compose import is_worth_sending
from matcher.digest.news import told_by
from matcher.digest.render import rendered
from matcher.digest.threshold_crossing import standing_after
from matcher.errors import MatcherError, StoreError
from matcher.model.subscription import DigestLine, Fate, MailKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from matcher.app.mails.day_digests import Digests
    from matcher.app.mails.joint_round import JointRound
    from matcher.config.setting_sections import MailSettings
    from matcher.model.day import Clock
    from matcher.model.subscription import Digest, Mail, Subscriber
    from matcher.store.database import Store

_log = logging.getLogger("matcher.digest")


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
    problems: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.digests.day

    def queue(self, subscriber: Subscriber, *, named: bool = False) -> DigestLine:
        """Compose and queue one digest, where it is due and tells something. Raises StoreError only."""
        fate = self.digests.fate(subscriber, named=named)
        if fate is not None:
            return _unsent(subscriber, fate)
        composed = self._composed(subscriber, self.digests.digest, is_worth_sending)
        if composed is None:
            return _unsent(subscriber, Fate.FAILED)
        return self._line(subscriber, *composed)

    def queue_round(self) -> list[DigestLine]:
        """Compose and queue the mails of new joint bids, where a round is due, all at once. Raises StoreError only."""
        if self.round.is_over or not self.round.is_due:
            return []
        composed = [self._composed(reader, self.round.digest, _tells) for reader in self.round.readers]
        mails = [(digest, mail) for digest, mail in filter(None, composed) if mail is not None]
        fate = Fate.READY
        if mails and not self.dry:
            told = [(mail, told_by(digest)) for digest, mail in mails]
            queued = self.store.outbox.queue_round(told, day=self.day, now=self.clock(), run_id=self.run_id)
            fate = Fate.QUEUED if queued else Fate.ALREADY
        return [_line(digest, mail, fate) for digest, mail in mails]

    def _composed(
        self, subscriber: Subscriber, digest_of: Callable[[Subscriber], Digest], is_sent: Callable[[Digest], bool]
    ) -> tuple[Digest, Mail | None] | None:
        """A digest, and its mail where it is worth one; None where what it holds makes it fail."""
        try:
            digest = digest_of(subscriber)
            if not is_sent(digest):
                return digest, None
            mail, digest = rendered(digest, self.settings, now=self.now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  (what one call or profile holds must not cost the others their mail)
            _log.debug("The mail for %s failed.", subscriber.identifier, exc_info=True)
            sentence = str(error) if isinstance(error, MatcherError) else f"{type(error).__name__}: {error}"
            self.problems.append(f"The digest of {subscriber.identifier} could not be composed: {sentence}")
            return None
        return digest, mail

    def _line(self, subscriber: Subscriber, digest: Digest, mail: Mail | None) -> DigestLine:
        if mail is None:
            return replace(_unsent(subscriber, Fate.EMPTY), calls=len(digest.items), left_out=digest.left_out)
        fate = Fate.READY
        if not self.dry:
            told = () if self.sample else told_by(digest)
            standing = standing_after(digest, told)
            queued = self.store.outbox.queue(mail, told, now=self.clock(), run_id=self.run_id, standing=standing)
            fate = Fate.QUEUED if queued else Fate.ALREADY
        return _line(digest, mail, fate)


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
