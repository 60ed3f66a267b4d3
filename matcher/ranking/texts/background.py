"""What words stand for, by the words beside which they occur: in projects, or in calls where there are none.

A skill is represented by the background texts that are most like it (explicit semantic analysis, Gabrilovich and
Markovitch 2007), less the average text; a call by its own nearest ones. Arrays of numpy only: this is read while a
person waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.ranking.texts.packed_runs import PackedRuns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.ranking.texts.generation import Whole

Floats = npt.NDArray[np.float32]

NEAREST = 50
"""Background texts that a skill and a call are compared by."""

EXPANDED = 10
"""Of these the nearest make the vector of a skill."""

HEAVIEST = 100
"""Terms that are kept of a background text in the vectors of skills; all of them count in the search."""


@dataclass(frozen=True, slots=True)
class Postings:
    """A sparse matrix by term: `rows` and `weights` of term `t` stand from `starts[t]` to `starts[t + 1]`."""

    starts: Whole
    rows: Whole
    weights: npt.NDArray[Any]
    size: int

    def product(self, ids: Whole, weights: Floats) -> npt.NDArray[np.float64]:
        """(size,) the product of every row with one sparse vector."""
        places, repeated = self._places(ids, weights)
        return self._summed(places, self.weights[places].astype(np.float64) * repeated)

    def held(self, ids: Whole, weights: Floats) -> npt.NDArray[np.float64]:
        """(size,) how much of a sparse vector lies on terms that each row has, however often."""
        return self._summed(*self._places(ids, weights))

    def _places(self, ids: Whole, weights: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Where the rows of some terms stand, and for each of them the weight of its term."""
        lows = self.starts[ids].astype(np.int64)
        lengths = self.starts[ids + 1].astype(np.int64) - lows
        ends = np.cumsum(lengths)
        places = np.arange(int(lengths.sum())) + np.repeat(lows - (ends - lengths), lengths)
        return places, np.repeat(weights.astype(np.float64), lengths)

    def _summed(self, places: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(self.rows[places], weights=values, minlength=self.size).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Near:
    """Background texts near something, nearest first: `rows` and `shares` (of their likeness, adding up to 1)."""

    rows: Whole
    shares: Floats


@dataclass(frozen=True, slots=True)
class Expanded:
    """A skill as its nearest texts say it, less the average text: `weights` by term and the `length` of the whole.

    The average has a weight for every term; what a call has of it is known beforehand (`Background.share`), so that
    only the terms of the nearest texts are kept here.
    """

    ids: Whole
    weights: Floats
    length: float


def nearest_of(rows: npt.NDArray[Any], likeness: npt.NDArray[np.float64]) -> Near:
    """The nearest of some texts, of each its row and likeness; of equal ones the first."""
    if len(rows) > NEAREST:
        near = likeness >= np.partition(likeness, len(likeness) - NEAREST)[len(likeness) - NEAREST]
        rows, likeness = rows[near], likeness[near]
    order = np.lexsort((rows, -likeness))[:NEAREST]
    rows, likeness = rows[order], likeness[order]
    return Near(rows.astype(np.int32), (likeness / likeness.sum() if len(rows) else likeness).astype(np.float32))


class Background:
    """The background of an index."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        starts = arrays["background_starts"]
        size = len(arrays["background_edges"]) - 1
        self._postings = Postings(starts, arrays["background_rows"], arrays["background_weights"], size)
        self._edges = arrays["background_edges"]
        self._terms = PackedRuns(arrays, "background_terms")
        self._values = arrays["background_values"]
        self.average: Floats = arrays["background_average"]
        self._square = float(self.average.astype(np.float64) @ self.average)
        self._opened: dict[int, tuple[Whole, Floats]] = {}

    def __len__(self) -> int:
        return len(self._edges) - 1

    def likeness(self, ids: Whole, weights: Floats) -> npt.NDArray[np.float64]:
        """(texts,) the cosine of each background text with a sparse vector of unit length."""
        known = ids < len(self._postings.starts) - 1
        return self._postings.product(ids[known], weights[known])

    def nearest(self, ids: Whole, weights: Floats) -> Near:
        """The background texts most like a sparse vector of unit length."""
        likeness = self.likeness(ids, weights)
        found = np.flatnonzero(likeness)
        return nearest_of(found, likeness[found])

    def heaviest(self, row: int) -> tuple[Whole, Floats]:
        """The heaviest terms of a background text, ascending, and their weights."""
        if row not in self._opened:  # the skills of a profile have many of their nearest texts in common
            low, high = int(self._edges[row]), int(self._edges[row + 1])
            self._opened[row] = self._terms[row], self._values[low:high].astype(np.float32)
        return self._opened[row]

    def expanded(self, near: Near) -> Expanded:
        """The weighted mean of the nearest few, less the average of all."""
        rows = near.rows[:EXPANDED]
        if not len(rows):
            return Expanded(np.zeros(0, np.int32), np.zeros(0, np.float32), 0.0)
        shares = near.shares[:EXPANDED].astype(np.float64)
        heaviest = [self.heaviest(row) for row in rows.tolist()]
        ids = np.concatenate([terms for terms, _ in heaviest])
        values = np.concatenate(
            [
                share * values.astype(np.float64)
                for share, (_, values) in zip(shares / shares.sum(), heaviest, strict=True)
            ]
        )
        terms, places = np.unique(ids, return_inverse=True)
        weights = np.bincount(places, weights=values, minlength=len(terms))
        square = weights @ weights - 2 * weights @ self.average[terms] + self._square
        return Expanded(terms.astype(np.int32), weights.astype(np.float32), float(np.sqrt(max(square, 1e-12))))
