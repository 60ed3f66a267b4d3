"""What a day's digests are made of, gathered; what fails for one institute, reader or search is set aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from matcher.app.answering.search_matches import matches_of, told_by_search
from matcher.app.decisions.learned_feedback import feedback_for
from matcher.app.mishaps import Mishaps, unsuited
from matcher.app.sources.renewed_calls import renewed_calls
from matcher.app.unread_rows import unread_rows
from matcher.digest.inputs import Inputs
from matcher.digest.verdicts import Verdicts
from matcher.model.day import BRUSSELS, brussels_day
from matcher.model.decision import Decided
from matcher.model.match import THRESHOLD
from matcher.model.question import CallFilter
from matcher.model.subscription import Frequency, Freshness
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matcher.model.changes import Change
    from matcher.model.institute import Institute
    from matcher.model.match import Away, Match
    from matcher.model.profile_parts import Profile
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Delivered, Subscriber
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


@dataclass(frozen=True, slots=True)
class Gathering:
    """Gathers what all subscribers share; `for_subscriber` adds the rest. A past `day` is replayed.

    Institutes that the index does not know yet have no matches. `learn`: by what was decided, too.
    """

    store: Store
    index: Index
    institutes: Sequence[Institute]
    subscribers: Sequence[Subscriber]
    day: date
    learn: bool = True
    mishaps: Mishaps = field(default_factory=Mishaps)

    def inputs(self) -> Inputs:
        """The inputs of the day. Raises StoreError."""
        if (unread := unread_rows(self.store)) is not None:
            self.mishaps.problems.append(str(unread))
        told, _ = self.mishaps.each(self._delivered, self._readers, _unread)
        verdicts = self._verdicts()
        followed = {call for delivered in told.values() for call in delivered}
        followed |= {one.call for one in verdicts.decided if one.is_followed}
        rows = {row for row in map(self.index.row, followed) if row is not None}
        needs = self._needs()
        suited, failed = self.mishaps.each(
            lambda key: self._matches(self._sought(key, needs[key](), verdicts.decided), rows), needs, unsuited
        )
        asked = told_by_search(self.subscribers, told)
        found, unfound = self.mishaps.each(
            lambda search: matches_of(self.index, search, asked[search], self.day), asked, _unsearched
        )
        labs = {key for key in needs if "/" in key}
        return Inputs(
            day=self.day,
            matches={key: matches for key, (matches, _) in suited.items()},
            away={key: away for key, (_, away) in suited.items()},
            found=found,
            failed=dict((*failed.items(), *unfound.items())),
            names={i.identifier: i.acronym for i in self.institutes} | {lab: lab.partition("/")[2] for lab in labs},
            health=freshness(self.store, self.index, self.day),
            changes=self._changes(),
            first_seen=self.store.calls.first_seen(),
            verdicts=verdicts,
            runs=tuple(run for run in self.store.runs.last(100) if brussels_day(run.started) <= self.day)[:_RUNS],
        )

    @property
    def _readers(self) -> Iterable[str]:
        return (subscriber.identifier for subscriber in self.subscribers)

    def _delivered(self, reader: str) -> Mapping[str, Delivered]:
        return self.store.told.delivered(reader, before=self.day)

    def _needs(self) -> dict[str, Callable[[], Need]]:
        """What each institute, and each lab that somebody reads, seeks: found when it is asked for."""
        indexed = {profile["id"] for profile in self.index.meta["profiles"]}
        needs: dict[str, Callable[[], Need]] = {
            one.identifier: partial(self.index.need, one.identifier)
            for one in self.institutes
            if one.identifier in indexed
        }
        labs = {name for s in self.subscribers for name in s.institutes if "/" in name}
        profiles = (profile for institute in self.institutes for profile in institute.lab_profiles())
        needs |= {one.identifier: partial(self._need_of, one) for one in profiles if one.identifier in labs}
        return needs

    def _need_of(self, lab: Profile) -> Need:
        from matcher.ranking.scores.asked_anew import asked_profile

        return replace(asked_profile(self.index, lab).need, institute=lab.identifier)

    def _verdicts(self) -> Verdicts:
        decided = Decided.on(self.store.decisions.history(), self.day)
        paused = {record.address.casefold() for record in self.store.outbox.refusing() if record.paused_at is not None}
        absent = {
            s.identifier for s in self.subscribers if s.frequency is Frequency.OFF or s.address.casefold() in paused
        }
        live = {self.index.call(row).identifier for row in self.index.live_rows(self.day)}
        renewed = renewed_calls(self.store, decided, live, self.day, self.mishaps)
        return Verdicts(decided, renewed, frozenset(absent))

    def _sought(self, key: str, need: Need, decided: Decided) -> _Sought:
        own = (self.index.row(call) for call, one in decided.of(key).items() if one.is_followed)
        feedback = feedback_for(self.index, key, decided, self.day) if self.learn else None
        return _Sought(need, feedback, frozenset(row for row in own if row is not None))

    def _matches(self, one: _Sought, rows: set[int]) -> tuple[tuple[Match, ...], tuple[Away, ...]]:
        """What suits an institute or a lab, and what its excluded terms keep away of that; `rows` are followed."""
        from matcher.ranking.scores.asked import reads_closely
        from matcher.ranking.scores.matching import Depth, best_matches, kept_away, match_of
        from matcher.ranking.scores.scoring import score

        everything = not reads_closely(self.index, CallFilter(), self.day, rows)
        # Evidence costs time: what nobody asks for is not read.
        floor = min((s.threshold for s in self.subscribers), default=THRESHOLD)
        scored = score(self.index, one.need, everything=everything, feedback=one.feedback)
        matches = best_matches(scored, CallFilter(), self.day, Depth(len(self.index), floor))
        named = {match.call.identifier for match in matches}
        others = [
            match_of(scored, row, 0, sentence=False)
            for row in (rows - scored.away.keys()) | one.followed
            if self.index.call(row).identifier not in named
        ]
        ranked = sorted((*matches, *others), key=lambda m: (-m.fit, -m.score, m.call.identifier))
        return tuple(match.brief() for match in ranked), kept_away(scored, CallFilter(), self.day, floor)

    def _changes(self) -> dict[str, list[Change]]:
        found: dict[str, list[Change]] = {}
        since = datetime.combine(self.day, time(), tzinfo=BRUSSELS) - _CHANGES_KEPT
        for change in self.store.calls.changes(since=since):
            if brussels_day(change.seen_at) <= self.day:
                found.setdefault(change.call, []).append(change)
        return found


def _unread(reader: str) -> Saying:
    return Saying("What {name} was told cannot be read", name=reader)


def _unsearched(search: SavedSearch) -> Saying:
    return Saying("What the search “{name}” finds could not be worked out", name=search.name)


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
