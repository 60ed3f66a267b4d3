"""What all digests of one day are composed from: the matches of every institute, the changes, the health."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from matcher.digest.compose import GOOD_FIT, WORDS, Edition, Fitting
from matcher.model.day import BRUSSELS, brussels_day
from matcher.model.institute import Institute, Profile, ProfilePart
from matcher.model.question import CallFilter
from matcher.model.subscription import Freshness as Health

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.model.changes import Change
    from matcher.model.subscription import Subscriber
    from matcher.ranking.index import Index
    from matcher.ranking.profile import QueryVector
    from matcher.store.database import Store

_CHANGES_KEPT = timedelta(days=400)


_RUNS = 5


def build_edition(
    store: Store, index: Index, institutes: Sequence[Institute], subscribers: Sequence[Subscriber], *, day: date
) -> Edition:
    """The part that all subscribers share; `for_subscriber` adds the rest. A past `day` is replayed.

    Institutes that the index does not know yet have no matches.
    """
    told = {s.identifier: store.delivered(s.identifier, before=day) for s in subscribers}
    followed = {call for delivered in told.values() for call in delivered}
    indexed = {profile["id"] for profile in index.meta["profiles"]}
    queries = {i.identifier: (index.query(i.identifier), i.profile()) for i in institutes if i.identifier in indexed}
    labs = {name for s in subscribers for name in s.institutes if "/" in name}
    profiles = (profile for institute in institutes for profile in _lab_profiles(institute))
    queries |= {p.identifier: (_lab_query(index, p), p) for p in profiles if p.identifier in labs}
    return Edition(
        day=day,
        fits=_fits(index, queries, followed, day, subscribers),
        names={i.identifier: i.acronym for i in institutes} | {lab: lab.partition("/")[2] for lab in labs},
        health=_health(store, index, day),
        changes=_changes(store, day),
        runs=tuple(run for run in store.runs(100) if brussels_day(run.started) <= day)[:_RUNS],
    )


def _fits(
    index: Index,
    queries: Mapping[str, tuple[QueryVector, Profile]],
    followed: Iterable[str],
    day: date,
    subscribers: Sequence[Subscriber],
) -> dict[str, tuple[Fitting, ...]]:
    from matcher.ranking.matching import best_matches, score_all

    rows = {row for row in map(index.row, followed) if row is not None}
    found = {}
    for key, (query, profile) in queries.items():
        scored = score_all(index, query, None if "/" in key else key)
        # Evidence costs time: what nobody asks for is not read.
        floor = min([GOOD_FIT, *(s.min_fit for s in subscribers if s.is_network or key in s.institutes)])
        matches = best_matches(scored, CallFilter(), day, top=len(index), min_fit=floor, pin=profile.pin)
        named = {match.call.identifier for match in matches}
        others = [match for row in rows if (match := scored.match(row, 0, sentence=False)).call.identifier not in named]
        found[key] = tuple(
            Fitting(match.call, match.fit, match.words(WORDS), match.pinned)
            for match in sorted((*matches, *others), key=lambda m: (-m.fit, -m.score, m.call.identifier))
        )
    return found


def _lab_query(index: Index, profile: Profile) -> QueryVector:
    from matcher.ranking.profile import query_vector
    from matcher.text.analysis import Analyzer

    return query_vector(profile, Analyzer(), index)


def _lab_profiles(institute: Institute) -> list[Profile]:
    profiles = []
    for lab in institute.labs:
        parts = [ProfilePart("lab", lab.name, text, "en") for text in lab.keywords_en]
        parts += [ProfilePart("lab", lab.name, text, "fr") for text in lab.keywords_fr]
        identifier = f"{institute.identifier}/{lab.name}"
        profiles.append(Profile(identifier, lab.name, tuple(parts), institute.exclude, institute.pin))
    return profiles


def _changes(store: Store, day: date) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    since = datetime.combine(day, time(), tzinfo=BRUSSELS) - _CHANGES_KEPT
    for change in store.changes(since=since):
        if brussels_day(change.seen_at) <= day:
            found.setdefault(change.call, []).append(change)
    return found


def _health(store: Store, index: Index, day: date) -> Health:
    """Stale when no fetch succeeded on that day or the one before.

    A day that is replayed from before the first fetch is not: nothing was amiss on it that could be told today.
    """
    recorded = store.runs(100, kind="fetch")
    fetches = [run for run in recorded if brussels_day(run.started) <= day]
    good = next((run.finished for run in fetches if run.outcome in {"ok", "partial"}), None)
    before_all = bool(recorded) and not fetches
    stale = not before_all and (good is None or brussels_day(good) < day - timedelta(days=1))
    problems = fetches[0].detail.get("problems", ()) if fetches else ()
    said = tuple(map(str, problems)) if isinstance(problems, (list, tuple)) else ()
    return Health(good, stale, said, index.meta["sample"])
