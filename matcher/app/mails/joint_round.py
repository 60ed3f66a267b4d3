"""A round of mails on joint bids: those that none told yet, to everybody whom they concern at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.digest.joint_bids import MOST, compose_joint, gets_joint_bids, has_time, is_round_due, is_worth_a_mail

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        return self.digests.with_links(compose_joint(subscriber, self.digests.seen_by(subscriber), self._bids))

    @cached_property
    def _bids(self) -> Sequence[Bid]:
        """The strongest that are worth a mail and that none told before this day."""
        told, _ = self._told
        untold = {name: fits for name, fits in self.digests.suited.items() if name not in told and len(fits) > 1}
        covers = self.digests.remarks.covers(untold, self.digests.followed)
        worth = [cover for cover in covers if self._is_worth_a_mail(cover)]
        return self.digests.remarks.bids(worth[:MOST])

    def _is_worth_a_mail(self, cover: Cover) -> bool:
        call = self.index.call(cover.row)
        followers = self.digests.followed.get(call.identifier, ())
        return has_time(call, self.digests.day) and is_worth_a_mail(cover.members, followers)

    @cached_property
    def _told(self) -> tuple[set[str], date | None]:
        return self.store.told.joint_bids(before=self.digests.day)
