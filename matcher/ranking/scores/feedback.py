"""What kept and dismissed calls add to the scores of others: likeness to the kept ones less likeness to the dismissed.

A call's vector is its unit TF-IDF vector less the mean one, so that what all calls share likens none; likeness is the
product of two, counted between `LOW` and `HIGH`, from `USUAL` on, and averaged over at least `SIDE` examples a side. So
one decision more or less moves no call's log-odds by more than `BOUND`, whatever was decided before; all together by no
more than `BOUND` for each decision from the `LEAST`th on.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.texts.generation import Whole

Doubles = npt.NDArray[np.float64]

WEIGHT = 30.0
"""Log-odds for a likeness of 1, chosen with the bounds by simulation on judged topics (docs/ranking.md)."""

LOW, HIGH = -0.05, 0.1

USUAL = 0.01
"""What calls that may suit one institute have in common: kept ones are to tell which others do, not that more do."""

SIDE = 8.0
"""Examples a side that its mean is over at the least, so that few count for less."""

BOUND = WEIGHT * (HIGH - LOW) / (SIDE + 1)
"""Log-odds that one decision more, or less, can move a call by: 0.5."""

LEAST = 3
"""Decisions from which on anything is learned."""

HALF_LIFE = 365
"""Days after which a decision counts half."""


@dataclass(frozen=True, slots=True)
class Example:
    """A call that was kept or dismissed for its subject, and how many days ago."""

    row: int
    kept: bool
    days: int = 0

    @property
    def share(self) -> float:
        return float(0.5 ** (max(self.days, 0) / HALF_LIFE))


@dataclass(frozen=True)
class Feedback:
    """`each` (examples, calls) is what every example adds to the log-odds of every call."""

    examples: tuple[Example, ...]
    each: Doubles

    @cached_property
    def total(self) -> Doubles:
        """(calls,) log-odds."""
        return np.asarray(self.each.sum(axis=0))

    def sides(self, row: int) -> Iterator[tuple[bool, float, tuple[int, ...]]]:
        """What the kept examples, and the dismissed ones, add to one call: (kept, log-odds, rows nearest first)."""
        for kept in (True, False):
            own = [place for place, one in enumerate(self.examples) if one.kept is kept]
            if own:
                nearest = sorted(own, key=lambda place: -abs(self.each[place, row]))
                yield kept, float(self.each[own, row].sum()), tuple(self.examples[place].row for place in nearest)


def feedback_of(index: Index, examples: Sequence[Example]) -> Feedback | None:
    """What is learned of examples, each call once; None of fewer than `LEAST`."""
    if len(examples) < LEAST:
        return None
    likeness = np.clip(_likeness(index, [one.row for one in examples]), LOW, HIGH) - USUAL
    each = _weights(examples)[:, None] * likeness
    most = BOUND * (len(examples) - LEAST + 1)
    over = np.maximum(np.abs(each.sum(axis=0)) / most, 1)
    return Feedback(tuple(examples), each / over)


def learned_terms(index: Index, examples: Sequence[Example], most: int = 12) -> list[tuple[str, float]]:
    """The `most` terms that speak most for a call, then as many that speak most against one, each with its weight.

    By weight, the highest first, and equal ones in alphabetical order.
    """
    if len(examples) < LEAST:
        return []
    total = np.zeros(len(index.arrays["posting_starts"]) - 1)
    vectors = _Vectors.of(index)
    for one, weight in zip(examples, _weights(examples), strict=True):
        terms, at = index.terms_of(one.row)
        total[terms] += weight * vectors.values[at]
        total -= weight * vectors.average
    order = np.argsort(-total, kind="stable")
    chosen = dict.fromkeys([*order[:most].tolist(), *order[-most:].tolist()])  # of few terms both ends hold the same
    return [(index.term(place), float(total[place])) for place in chosen if abs(total[place]) > _NOTHING]


_NOTHING = 1e-9


def _weights(examples: Sequence[Example]) -> Doubles:
    """(examples,) what a likeness of 1 to each adds: those of a side share `WEIGHT`, older ones get less of it."""
    shares = np.array([one.share for one in examples])
    kept = np.array([one.kept for one in examples])
    weights = np.zeros(len(examples))
    for side, sign in ((kept, 1.0), (~kept, -1.0)):
        weights[side] = sign * WEIGHT * shares[side] / max(float(shares[side].sum()), SIDE)
    return weights


@dataclass(frozen=True)
class _Vectors:
    """Unit vectors of calls, as postings: `values` beside `calls`, those of term `t` from `starts[t]` on."""

    starts: Whole
    calls: Whole
    values: Doubles
    average: Doubles

    @classmethod
    def of(cls, index: Index) -> _Vectors:
        starts, calls = index.arrays["posting_starts"], index.arrays["posting_rows"]
        lengths = np.sqrt(np.maximum(index.arrays["squares"].astype(np.float64), 1e-12))
        average = np.zeros(len(starts) - 1)
        average[: len(index.background_calls)] = index.background_calls
        return cls(starts, calls, index.arrays["posting_weights"] / lengths[calls], average)


def _likeness(index: Index, rows: Sequence[int]) -> Doubles:
    """(rows, calls) of centred unit vectors."""
    vectors = _Vectors.of(index)
    starts, calls, values = vectors.starts, vectors.calls, vectors.values
    spread = np.repeat(vectors.average, np.diff(starts))
    to_average = np.bincount(calls, weights=values * spread, minlength=len(index))
    found = np.zeros((len(rows), len(index)))
    for place, row in enumerate(rows):
        terms, at = index.terms_of(row)
        own = values[at]
        spans = [slice(low, high) for low, high in zip(starts[terms].tolist(), starts[terms + 1].tolist(), strict=True)]
        if spans:
            weights = np.repeat(own, starts[terms + 1] - starts[terms])
            products = weights * np.concatenate([values[span] for span in spans])
            found[place] = np.bincount(np.concatenate([calls[s] for s in spans]), products, minlength=len(index))
    centre = float(vectors.average @ vectors.average)
    return np.asarray(found - to_average[None, :] - to_average[list(rows)][:, None] + centre)
