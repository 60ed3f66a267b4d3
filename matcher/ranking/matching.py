"""Scores → matches: filters, deterministic order, fit and evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model import LIVE, CallFilter, Evidence, Match, Section
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from matcher.ranking.index import Index
    from matcher.ranking.query import QueryVector

_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Scored:
    """Every call of the index scored for one profile: `scores` and `fits` (calls,), `order` best first."""

    scores: npt.NDArray[np.float64]
    fits: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]


def score_all(index: Index, query: QueryVector) -> Scored:
    """Score all calls; equal scores are ordered by identifier (rows are in that order)."""
    scores = index.scores(query)
    order = np.argsort(-scores, kind="stable")
    return Scored(scores, _fits(scores), order)


def best_matches(
    index: Index,
    query: QueryVector,
    wanted: CallFilter,
    today: date,
    *,
    top: int,
    min_fit: int = 0,
    sentences: bool = False,
) -> list[Match]:
    """The `top` best calls that pass the filter and share at least one term with the profile."""
    scored = score_all(index, query)
    matches: list[Match] = []
    for row in _candidates(index, scored, wanted, today):
        if len(matches) == top or scored.fits[row] < min_fit:
            break
        call = index.call(row)
        if wanted.stopped_by(call, today) is None:
            matches.append(_match(index, query, scored, row, len(matches) + 1, sentences=sentences))
    return matches


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one call stands for a profile: `match.rank` among `candidates`, 0 when a filter stopped it."""

    match: Match
    stopped_by: str | None
    candidates: int
    score_needed: float | None


def place(index: Index, query: QueryVector, wanted: CallFilter, today: date, row: int, *, top: int) -> Placed:
    """The place of one call among all that pass the filter, and the score that the `top` list asked for."""
    scored = score_all(index, query)
    stopped_by = wanted.stopped_by(index.call(row), today)
    candidates = [r for r in _candidates(index, scored, wanted, today) if not wanted.stopped_by(index.call(r), today)]
    rank = candidates.index(row) + 1 if row in candidates else 0
    needed = float(scored.scores[candidates[top - 1]]) if len(candidates) >= top else None
    return Placed(_match(index, query, scored, row, rank, sentences=True), stopped_by, len(candidates), needed)


def profile_terms(index: Index, query: QueryVector) -> tuple[Evidence, ...]:
    """The terms of a profile that the index knows, heaviest first; `weight` is the term's in the profile."""
    order = np.argsort(-query.weights, kind="stable")
    return tuple(
        Evidence(index.term(int(query.ids[i])), float(query.weights[i]), source=query.sources[i]) for i in order
    )


def _match(index: Index, query: QueryVector, scored: Scored, row: int, rank: int, *, sentences: bool) -> Match:
    found = evidence(index, query, row)
    sentence = best_sentence(index.sections(row), found, Analyzer()) if sentences else None
    return Match(rank, index.call(row), float(scored.scores[row]), int(scored.fits[row]), found, sentence)


def evidence(index: Index, query: QueryVector, row: int) -> tuple[Evidence, ...]:
    """The terms that made the score of one call, heaviest first; their weights add up to it."""
    parts = index.contributions(query, row)
    order = np.argsort(-parts, kind="stable")
    return tuple(
        Evidence(index.term(int(query.ids[i])), float(parts[i]), source=query.sources[i]) for i in order if parts[i] > 0
    )


def best_sentence(sections: tuple[Section, ...], evidence: tuple[Evidence, ...], analyzer: Analyzer) -> str | None:
    """The sentence of a call where most of the evidence stands, or None when none of it does."""
    weights = {e.term: e.weight for e in evidence}
    best, best_weight = None, 0.0
    for section in sections:
        for sentence in _SENTENCE_END.split(section.text):
            weight = sum(weights.get(term, 0.0) for term in set(analyzer.terms(sentence)))
            if weight > best_weight:
                best, best_weight = sentence.strip(), weight
    return best


def _candidates(index: Index, scored: Scored, wanted: CallFilter, today: date) -> Iterator[int]:
    order = scored.order[scored.scores[scored.order] > 0]
    if wanted.status and wanted.status <= LIVE:
        order = order[index.may_be_live(today)[order]]
    yield from map(int, order)


def _fits(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """0-100: the share of indexed calls that score lower; 0 for a call without any common term."""
    if not len(scores):
        return np.zeros(0, dtype=np.int64)
    below = np.searchsorted(np.sort(scores), scores, side="left")
    return np.asarray(np.where(scores > 0, np.round(100 * below / len(scores)), 0), dtype=np.int64)
