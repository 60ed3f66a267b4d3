"""What became of calls in the network: seen, kept, applied for, won, by part of the programme and year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from matcher.app.decision_copy import listing
from matcher.errors import StoreMissing
from matcher.model.day import brussels_day
from matcher.model.decision import Application, DecisionQuestion
from matcher.model.programmes import programme_cluster

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from matcher.app.home import Home
    from matcher.model.decision import Decision, Owner
    from matcher.store.database import Store


@dataclass(frozen=True, slots=True)
class DecisionCount:
    """Decisions on calls of one part of the programme, made in one year.

    `seen` are calls that mails told of, for one institute those to its readers.
    `days` is the median from the day that a call was listed first to the first decision; None where none was.
    """

    part: str
    year: int
    seen: int
    kept: int
    dismissed: int
    applied: int
    won: int
    lost: int
    days: float | None


SUMMARY_FIELDS = tuple(one.name for one in fields(DecisionCount))
"""The columns of the counts, for the header of a listing that is empty."""


@dataclass(frozen=True, slots=True)
class DecisionSummary:
    """The counts by part and year, and how often each reason was given."""

    counts: tuple[DecisionCount, ...]
    reasons: Mapping[str, int]
    as_of: date


def summary(home: Home, institute: str | None = None, *, as_of: date | None = None) -> DecisionSummary:
    """What became of calls for one institute, or for the network. Raises UsageError."""
    found = listing(home, DecisionQuestion(institute, as_of=as_of))
    decided = [one for one in found.decisions if one.is_made and one.at is not None]
    first, seen = _seen(home, institute, found.as_of)
    grouped: dict[tuple[str, int], list[Decision]] = {key: [] for key in seen}
    for one in decided:
        year = brussels_day(one.at).year if one.at is not None else 0
        grouped.setdefault((programme_cluster(one.call), year), []).append(one)
    days = {
        (one.owner, one.call): (one.first - first[one.call]).days
        for one in decided
        if one.first is not None and one.call in first
    }
    counts = tuple(_count(key, seen[key], some, days) for key, some in sorted(grouped.items()))
    reasons = Counter(one.reason.value if one.reason else "none given" for one in decided if one.is_dismissed)
    return DecisionSummary(counts, dict(reasons.most_common()), found.as_of)


def _seen(home: Home, institute: str | None, day: date) -> tuple[Mapping[str, datetime], Counter[tuple[str, int]]]:
    """When each call was first listed, and how many that mails told of are of each part and year; of no store none."""
    try:
        with home.open_store(read_only=True) as store:
            first = store.calls.first_seen()
            told = _told(home, store, institute, day)
            return first, Counter((programme_cluster(c), brussels_day(first[c]).year) for c in told if c in first)
    except StoreMissing:
        return {}, Counter()


def _told(home: Home, store: Store, institute: str | None, day: date) -> set[str]:
    """The calls that mails told of up to a day, those to an institute's readers where one is asked for."""
    before = day + timedelta(days=1)
    if institute is None:
        return store.told.seen_by_anyone(before=before)
    name = home.institute(institute).identifier
    readers = (one for one in home.subscribers if name in one.of_institutes)
    return {call for one in readers for call in store.told.delivered(one.identifier, before=before)}


def _count(
    key: tuple[str, int], seen: int, decisions: list[Decision], days: Mapping[tuple[Owner, str], int]
) -> DecisionCount:
    states = Counter(one.state for one in decisions)
    took = [days[one.owner, one.call] for one in decisions if (one.owner, one.call) in days]
    return DecisionCount(
        part=key[0],
        year=key[1],
        seen=seen,
        kept=sum(not one.is_dismissed for one in decisions),
        dismissed=sum(one.is_dismissed for one in decisions),
        applied=states[Application.APPLIED] + states[Application.WON] + states[Application.LOST],
        won=states[Application.WON],
        lost=states[Application.LOST],
        days=float(median(took)) if took else None,
    )
