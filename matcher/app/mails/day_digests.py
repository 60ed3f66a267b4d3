"""The inputs of a day gathered, and each subscriber's digest made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from matcher.app.answering.call_remarks import CallRemarks
from matcher.app.answering.search_matches import found_by_search
from matcher.app.decisions.learned_feedback import feedback_for
from matcher.app.mails.mail_links import mail_links
from matcher.app.mails.put_away import muted_calls
from matcher.app.sources.renewed_calls import renewed_calls
from matcher.digest.compose import compose, is_due
from matcher.digest.inputs import Inputs, for_subscriber
from matcher.digest.network_part import compose_network
from matcher.digest.verdicts import Verdicts
from matcher.model.day import BRUSSELS, brussels_day
from matcher.model.decision import Decided
from matcher.model.match import THRESHOLD
from matcher.model.question import CallFilter
from matcher.model.subscription import Fate, Frequency, Freshness, MailSection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.consortium import Bid
    from matcher.model.institute import Institute
    from matcher.model.match import Away, Match
    from matcher.model.subscription import Digest, Item, Subscriber
    from matcher.ranking.index import Index
    from matcher.ranking.needs.need import Need
    from matcher.ranking.scores.feedback import Feedback
    from matcher.store.database import Store

_CHANGES_KEPT = timedelta(days=400)

_RUNS = 5


@dataclass(frozen=True, slots=True)
class _Sought:
    """What calls are sought for: a need, what decisions taught it, and the rows that are followed whatever they fit."""

    need: Need
    feedback: Feedback | None
    followed: frozenset[int]


def gather_inputs(
    store: Store,
    index: Index,
    institutes: Sequence[Institute],
    subscribers: Sequence[Subscriber],
    *,
    day: date,
    learn: bool = True,
) -> Inputs:
    """The part that all subscribers share; `for_subscriber` adds the rest. A past `day` is replayed.

    Institutes that the index does not know yet have no matches. `learn`: by what was decided, too.
    """
    from matcher.ranking.scores.asked_anew import asked_profile

    told = {s.identifier: store.told.delivered(s.identifier, before=day) for s in subscribers}
    verdicts = _verdicts(store, index, subscribers, day)
    followed = {call for delivered in told.values() for call in delivered}
    followed |= {one.call for one in verdicts.decided if one.is_followed}
    indexed = {profile["id"] for profile in index.meta["profiles"]}
    needs = {i.identifier: index.need(i.identifier) for i in institutes if i.identifier in indexed}
    labs = {name for s in subscribers for name in s.institutes if "/" in name}
    profiles = (profile for institute in institutes for profile in institute.lab_profiles())
    needs |= {
        p.identifier: replace(asked_profile(index, p).need, institute=p.identifier)
        for p in profiles
        if p.identifier in labs
    }
    sought = {key: _sought(index, key, need, verdicts.decided, day if learn else None) for key, need in needs.items()}
    matches, away = _matches(index, sought, followed, day, subscribers)
    return Inputs(
        day=day,
        matches=matches,
        away=away,
        names={i.identifier: i.acronym for i in institutes} | {lab: lab.partition("/")[2] for lab in labs},
        health=freshness(store, index, day),
        changes=_changes(store, day),
        first_seen=store.calls.first_seen(),
        verdicts=verdicts,
        runs=tuple(run for run in store.runs.last(100) if brussels_day(run.started) <= day)[:_RUNS],
    )


def _verdicts(store: Store, index: Index, subscribers: Sequence[Subscriber], day: date) -> Verdicts:
    decided = Decided.on(store.decisions.history(), day)
    paused = {record.address.casefold() for record in store.outbox.refusing() if record.paused_at is not None}
    absent = {s.identifier for s in subscribers if s.frequency is Frequency.OFF or s.address.casefold() in paused}
    live = {index.call(row).identifier for row in index.live_rows(day)}
    return Verdicts(decided, renewed_calls(store, decided, live, day), frozenset(absent))


def _sought(index: Index, key: str, need: Need, decided: Decided, learn_on: date | None) -> _Sought:
    own = (index.row(call) for call, one in decided.of(key).items() if one.is_followed)
    feedback = feedback_for(index, key, decided, learn_on) if learn_on is not None else None
    return _Sought(need, feedback, frozenset(row for row in own if row is not None))


def _matches(
    index: Index,
    sought: Mapping[str, _Sought],
    followed: Iterable[str],
    day: date,
    subscribers: Sequence[Subscriber],
) -> tuple[dict[str, tuple[Match, ...]], dict[str, tuple[Away, ...]]]:
    """What suits each institute or lab, and what its excluded terms keep away of that."""
    from matcher.ranking.scores.asked import reads_closely
    from matcher.ranking.scores.matching import Depth, best_matches, kept_away, match_of
    from matcher.ranking.scores.scoring import score

    rows = {row for row in map(index.row, followed) if row is not None}
    everything = not reads_closely(index, CallFilter(), day, rows)
    found, away = {}, {}
    # Evidence costs time: what nobody asks for is not read.
    floor = min((s.threshold for s in subscribers), default=THRESHOLD)
    for key, one in sought.items():
        scored = score(index, one.need, everything=everything, feedback=one.feedback)
        matches = best_matches(scored, CallFilter(), day, Depth(len(index), floor))
        named = {match.call.identifier for match in matches}
        others = [
            match_of(scored, row, 0, sentence=False)
            for row in (rows - scored.away.keys()) | one.followed
            if index.call(row).identifier not in named
        ]
        ranked = sorted((*matches, *others), key=lambda m: (-m.fit, -m.score, m.call.identifier))
        found[key] = tuple(match.brief() for match in ranked)
        away[key] = kept_away(scored, CallFilter(), day, floor)
    return found, away


def _changes(store: Store, day: date) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    since = datetime.combine(day, time(), tzinfo=BRUSSELS) - _CHANGES_KEPT
    for change in store.calls.changes(since=since):
        if brussels_day(change.seen_at) <= day:
            found.setdefault(change.call, []).append(change)
    return found


def freshness(store: Store, index: Index, day: date) -> Freshness:
    """How fresh the listing was on a day: stale when no fetch succeeded on it or on the day before.

    A day that is replayed from before the first fetch is not: nothing was amiss on it that could be told today. It
    stands on what the last fetch left, and has the problems of that one.
    """
    recorded = store.runs.last(100, kind="fetch")
    fetches = [run for run in recorded if brussels_day(run.started) <= day]
    good = next((run.finished for run in fetches if run.outcome in {"ok", "partial"}), None)
    before_all = bool(recorded) and not fetches
    stale = not before_all and (good is None or brussels_day(good) < day - timedelta(days=1))
    last = (fetches or recorded)[:1]
    problems = last[0].detail.get("problems", ()) if last else ()
    said = tuple(map(str, problems)) if isinstance(problems, (list, tuple)) else ()
    return Freshness(good, stale, said, index.meta["sample"])


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
        self.remarks = CallRemarks(home, store, index, day)
        self._links = mail_links(home)

    def digest(self, subscriber: Subscriber) -> Digest:
        """What a subscriber gets on this day, whether it is due or not."""
        return self.with_links(self._with_remarks(self._composed(subscriber)))

    def seen_by(self, subscriber: Subscriber) -> Inputs:
        """The inputs as a subscriber sees them."""
        return replace(for_subscriber(self.inputs, self._store, subscriber), muted=muted_calls(self._index, subscriber))

    def _composed(self, subscriber: Subscriber) -> Digest:
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
        inputs = gather_inputs(
            self._store, self._index, self._institutes, self.subscribers, day=self.day, learn=self._learn
        )
        searching = [subscriber for subscriber in self.subscribers if subscriber.searches]
        told = {s.identifier: self._store.told.delivered(s.identifier, before=self.day) for s in searching}
        found = found_by_search(self._index, searching, told, self.day)
        return replace(inputs, found=found, health=self._health or inputs.health)

    @cached_property
    def _told_to_anyone(self) -> set[str]:
        """The calls that somebody was told of before this day, or is told of on it."""
        told = self._store.told.seen_by_anyone(before=self.day)
        for subscriber in self.subscribers:
            if not subscriber.is_network and self.is_due(subscriber):
                told |= {item.call.identifier for item in self._composed(subscriber).items}
        return told
