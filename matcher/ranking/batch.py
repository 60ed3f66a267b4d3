"""Very many profiles against very many calls: the best calls of each, for studies of whole programmes.

The same scores as `Index.scores`, in single precision, block by block and on every processor.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matcher.ranking import numbers
from matcher.ranking.tfidf import largest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.profile import QueryVector

Floats = npt.NDArray[np.float32]

BLOCK = 32
"""Profiles that are scored together, so that what similar calls lend is one product of matrices."""


@dataclass(frozen=True)
class Best:
    """The best calls of each profile, best first: `rows` of the index and their `scores`, both (profiles, top)."""

    rows: npt.NDArray[np.int64]
    scores: Floats


def top_matches(index: Index, queries: Sequence[QueryVector], top: int, *, workers: int | None = None) -> Best:
    """The `top` best of all calls for each profile; scores agree with `Index.scores` to 1e-5.

    Uses as many processes as there are processors, or `workers`; they share the arrays of the index.
    """
    workers = min(workers or os.cpu_count() or 1, max(len(queries) // BLOCK, 1))
    blocks = [queries[start : start + BLOCK] for start in range(0, len(queries), BLOCK)]
    scorer = _Scorer(index, top)
    if workers == 1:
        found = [scorer.best(block) for block in blocks]
    else:
        context = multiprocessing.get_context("fork")  # the arrays need not be copied
        with ProcessPoolExecutor(workers, context, _start, (scorer,)) as pool:
            found = list(pool.map(_best, blocks))
    nothing = np.zeros((0, min(top, len(index))))
    return Best(
        rows=np.concatenate([nothing.astype(np.int64), *(best.rows for best in found)]),
        scores=np.concatenate([nothing.astype(np.float32), *(best.scores for best in found)]),
    )


class _Scorer:
    """What all blocks have in common."""

    def __init__(self, index: Index, top: int) -> None:
        self.index = index
        self.top = top
        near = index.arrays["similar_calls"]
        starts, rows, weights = (index.arrays[f"posting_{name}"] for name in ("starts", "rows", "weights"))
        starts = starts.astype(rows.dtype)  # else scipy would copy the rows to the wider type
        self.postings = sparse.csc_array((weights, rows, starts), shape=(len(index), len(starts) - 1))
        self.squares = index.arrays["squares"]
        shares = index.arrays["similar_weights"].ravel() * np.float32(numbers.SIMILAR_WEIGHT)
        edges = np.arange(len(index) + 1, dtype=near.dtype) * near.shape[1]
        self.lent = sparse.csr_array((shares, near.ravel(), edges), shape=(len(index), len(index)))
        self.floor = np.float32(numbers.LENGTH_FLOOR * index.meta["mean_square"])
        self.coordination = index.arrays["coordination"] * np.float32(numbers.COORDINATION_WEIGHT)

    def best(self, queries: Sequence[QueryVector]) -> Best:
        text = np.stack([self._text(query) for query in queries], axis=1)
        totals = np.ascontiguousarray((text + self.lent @ text).T)
        totals += np.stack([self._history(query) for query in queries]) - self.coordination
        rows = largest(totals, self.top)
        return Best(rows, np.take_along_axis(totals, rows, axis=1))

    def _text(self, query: QueryVector) -> Floats:
        """(calls,) the text part of the scores, as `Index.scores` has it."""
        shared = self.postings[:, query.ids]
        matched = shared @ query.weights
        shared.data *= shared.data
        covered = shared @ np.ones(len(query.ids), dtype=np.float32)
        return np.asarray(matched / np.sqrt(np.maximum(self.squares - covered, 0) + self.floor))

    def _history(self, query: QueryVector) -> Floats:
        won = [numbers.HISTORY_WEIGHT * np.log1p(query.wins.get(part, 0)) for part in self.index.meta["parts"]]
        return np.array(won, dtype=np.float32)[self.index.arrays["part"]]


_scorers: list[_Scorer] = []


def _start(scorer: _Scorer) -> None:
    """In each process: what `_best` scores with, inherited and not sent."""
    _scorers[:] = [scorer]


def _best(queries: Sequence[QueryVector]) -> Best:
    return _scorers[0].best(queries)
