"""A round of mails on joint bids: those that none told yet, to everybody whom they concern at once.

Who missed some, as his mail of an earlier round could not be made or not be delivered, has them with those of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.digest.joint_bids import MOST, compose_joint, gets_joint_bids, has_time, is_round_due, is_worth_a_mail

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from matcher.app.mails.day_digests import Digests
    from matcher.model.consortium import Bid
    from matcher.model.subscription import Digest, Subscriber
    from matcher.ranking.index import Index
    from matcher.ranking.network.bids import Cover
    from matcher.store.database import Store


@dataclass
class JointRound:
    """The round of the day that `digests` are of."""

    digests: Digests
    store: Store
    index: Index

    @property
    def is_due(self) -> bool:
        """Whether mails may go on this day: a listing that is old, or a sample, proposes nothing."""
        health = self.digests.inputs.health
        return is_round_due(self.digests.day, self._told[1]) and not (health.stale or health.sample)

    @property
    def is_over(self) -> bool:
        """Whether there was a round on this day or later."""
        _, last = self.store.told.joint_bids()
        return last is not None and last >= self.digests.day

    @property
    def readers(self) -> list[Subscriber]:
        return [one for one in self.digests.subscribers if gets_joint_bids(one)]

    def digest(self, subscriber: Subscriber) -> Digest:
        """What the next round tells a subscriber, whether it is due or not."""
        bids = [*self._bids, *self._missed_by(subscriber)]
        return self.digests.with_links(compose_joint(subscriber, self.digests.seen_by(subscriber), bids))

    @cached_property
    def _bids(self) -> Sequence[Bid]:
        """The strongest that are worth a mail and that none told before this day."""
        told, _ = self._told
        untold = self.digests.suited.keys() - told
        return self.digests.remarks.bids(self._worth_a_mail(untold)[:MOST])

    def _missed_by(self, subscriber: Subscriber) -> Sequence[Bid]:
        """Those that others were told of before this day, and he was not."""
        missed = self.store.told.missed_bids(subscriber.identifier, before=self.digests.day) & self._told[0]
        return self.digests.remarks.bids(self._worth_a_mail(missed)) if missed else ()

    def _worth_a_mail(self, calls: Collection[str]) -> list[Cover]:
        suited = {name: fits for name, fits in self.digests.suited.items() if name in calls and len(fits) > 1}
        covers = self.digests.remarks.covers(suited, self.digests.followed)
        return [cover for cover in covers if self._is_worth_a_mail(cover)]

    def _is_worth_a_mail(self, cover: Cover) -> bool:
        call = self.index.call(cover.row)
        followers = self.digests.followed.get(call.identifier, ())
        return has_time(call, self.digests.day) and is_worth_a_mail(cover.members, followers)

    @cached_property
    def _told(self) -> tuple[set[str], date | None]:
        return self.store.told.joint_bids(before=self.digests.day)
