"""Each subscriber's digest of a day."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.app.answering.call_remarks import CallRemarks
from matcher.app.mails.day_inputs import Gathering
from matcher.app.mails.mail_links import mail_links
from matcher.app.mails.put_away import muted_calls
from matcher.app.mishaps import Mishaps
from matcher.digest.compose import compose, is_due
from matcher.digest.inputs import Inputs, for_subscriber
from matcher.digest.network_part import compose_network
from matcher.errors import MatcherError
from matcher.model.subscription import Fate, Frequency, MailSection
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.consortium import Bid
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Digest, Freshness, Item, Subscriber
    from matcher.ranking.index import Index
    from matcher.store.database import Store


class Digests:
    """One day's digests of all subscribers.

    Args:
        home: the institutes that are compared, and whether what they decided moves what they are told of.
        store: what was told before, the changes, the outbox.
        index: the matches.
        subscribers: everybody: the network's digest tells what the others are told.
        day: today, or a day that is replayed.
        health: how fresh the listing is, where the caller knows better than the store's runs.

    """

    def __init__(
        self,
        home: Home,
        store: Store,
        index: Index,
        subscribers: Sequence[Subscriber],
        *,
        day: date,
        health: Freshness | None = None,
    ) -> None:
        self.day = day
        self._store = store
        self._index = index
        self._institutes = home.institutes
        self.subscribers = subscribers
        self._health = health
        self._learn = home.settings.ranking.learn
        self._threshold = home.settings.digest.threshold
        self.mishaps = Mishaps()
        self.remarks = CallRemarks(home, store, index, day, self.mishaps)
        self._links = mail_links(home)

    def digest(self, subscriber: Subscriber) -> Digest:
        """What a subscriber gets on this day, whether it is due or not."""
        return self.with_links(self._with_remarks(self._composed(subscriber)))

    def seen_by(self, subscriber: Subscriber) -> Inputs:
        """The inputs as a subscriber sees them."""
        return replace(for_subscriber(self.inputs, self._store, subscriber), muted=muted_calls(self._index, subscriber))

    def _composed(self, subscriber: Subscriber) -> Digest:
        asked: tuple[str | SavedSearch, ...] = (*subscriber.institutes, *subscriber.searches)
        for one in asked:
            if one in self.inputs.failed:
                raise MatcherError(self.inputs.failed[one])
        own = self.seen_by(subscriber)
        if subscriber.is_network:
            return compose_network(subscriber, own, self._told_to_anyone)
        return compose(subscriber, own)

    def with_links(self, digest: Digest) -> Digest:
        """The digest with the links by which its reader answers, where the product has an address in the web."""
        if self._links is None:
            return digest
        reader = digest.subscriber
        items = tuple(replace(item, links=self._links.of_item(reader, item)) for item in digest.items)
        return replace(digest, items=items, links=self._links.of_mail(reader))

    def _with_remarks(self, digest: Digest) -> Digest:
        """The digest with what is known of its new calls beside their matches: told once, with the call."""
        items = tuple(self._remarked(item) for item in digest.items)
        if digest.network is None:
            return replace(digest, items=items)
        bids = {bid.call.identifier: bid for bid in self._bids_for([item.call for item in digest.network.joint])}
        joint = tuple(replace(item, bid=bids.get(item.call.identifier)) for item in digest.network.joint)
        return replace(digest, items=items, network=replace(digest.network, joint=joint))

    def _remarked(self, item: Item) -> Item:
        if not item.first or item.part is MailSection.CLOSED_TO_US:
            return item
        return replace(item, won=self.remarks.won(item.call.identifier))

    def _bids_for(self, calls: Sequence[Call]) -> Sequence[Bid]:
        suited = {call.identifier: self.suited.get(call.identifier, {}) for call in calls}
        return self.remarks.bids(self.remarks.covers(suited, self.followed))

    @cached_property
    def followed(self) -> dict[str, set[str]]:
        """Call → the institutes that follow it."""
        from matcher.ranking.network.bids import followers

        return followers(self.inputs.verdicts.decided)

    @cached_property
    def suited(self) -> dict[str, dict[str, int]]:
        """Call → the institutes that it suits or that follow it, and that did not dismiss it, with the fit for each."""
        found: dict[str, dict[str, int]] = {}
        verdicts = self.inputs.verdicts
        for institute in self.inputs.network:
            for match in self.inputs.matches[institute]:
                name = match.call.identifier
                suits = match.fit >= self._threshold or institute in self.followed.get(name, ())
                if suits and not verdicts.is_dismissed(institute, name):
                    found.setdefault(name, {})[institute] = match.fit
        return found

    def is_due(self, subscriber: Subscriber) -> bool:
        """Whether it is the subscriber's day, whatever was sent on it or later."""
        return is_due(subscriber, self.day, self._store.told.last_day(subscriber.identifier, before=self.day))

    def fate(self, subscriber: Subscriber, *, named: bool = False) -> Fate | None:
        """Why a subscriber gets no mail now; None when one is due. Whoever is `named` need not wait for the day."""
        last = self._store.told.last_day(subscriber.identifier)
        if subscriber.frequency is Frequency.OFF:
            return Fate.NOT_DUE
        if last is not None and last >= self.day:
            return Fate.ALREADY
        return None if named or is_due(subscriber, self.day, last) else Fate.NOT_DUE

    @cached_property
    def inputs(self) -> Inputs:
        gathering = Gathering(
            self._store, self._index, self._institutes, self.subscribers, self.day, self._learn, self.mishaps
        )
        inputs = gathering.inputs()
        return inputs if self._health is None else replace(inputs, health=self._health)

    @cached_property
    def _told_to_anyone(self) -> set[str]:
        """The calls that somebody was told of before this day, or is told of on it."""
        readers = [subscriber for subscriber in self.subscribers if not subscriber.is_network]
        composed, _ = self.mishaps.each(self._composed_if_due, readers, uncomposed)
        today = {item.call.identifier for digest in composed.values() if digest for item in digest.items}
        return self._store.told.seen_by_anyone(before=self.day) | today

    def _composed_if_due(self, subscriber: Subscriber) -> Digest | None:
        return self._composed(subscriber) if self.is_due(subscriber) else None


def uncomposed(subscriber: Subscriber) -> Saying:
    """What is told of a digest that failed, before the cause."""
    return Saying("The digest of {name} could not be composed", name=subscriber.identifier)
