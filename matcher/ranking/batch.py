"""Very many profiles against very many calls: the best calls of each, for studies of whole programmes.

The same scores as `Index.scores`, in single precision, block by block and on every processor. The blocks are run by
joblib: in processes of this machine, or by whatever engine `joblib.parallel_config` names (docs/operations.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import joblib
import numpy as np
import numpy.typing as npt
from joblib.parallel import get_active_backend
from scipy import sparse

from matcher.ranking.texts import numbers
from matcher.ranking.texts.tfidf import largest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.needs.profile import QueryVector
    from matcher.ranking.texts.generation import Whole

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

    Uses as many processes as `workers` says, else those of `joblib.parallel_config`, else one for each processor. The
    arrays of the index are sent to each of them once, not with each block.
    """
    scorer = _Scorer(index, top)
    blocks = (queries[start : start + BLOCK] for start in range(0, len(queries), BLOCK))
    run = joblib.Parallel(n_jobs=1 if len(queries) <= BLOCK else workers or _wanted())  # one block needs no process
    found = run(joblib.delayed(_best)(scorer, [_without_words(query) for query in block]) for block in blocks)
    nothing = np.zeros((0, min(top, len(index))))
    return Best(
        rows=np.concatenate([nothing.astype(np.int64), *(best.rows for best in found)]),
        scores=np.concatenate([nothing.astype(np.float32), *(best.scores for best in found)]),
    )


def _wanted() -> int:
    """How many workers `joblib.parallel_config` asks for; without it joblib would take one, where all are meant."""
    return get_active_backend()[1] or -1


def _without_words(query: QueryVector) -> QueryVector:
    """What scores are made of: the words of a reason need not travel."""
    return replace(query, words=(), sources=(), originals=())


def _best(scorer: _Scorer, queries: Sequence[QueryVector]) -> Best:
    return scorer.best(queries)


def _signed(places: Whole) -> npt.NDArray[np.int32]:
    """As scipy knows them; those of 32 bits stay where they are, mapped: a copy would be sent to each worker."""
    return places.view(np.int32) if places.dtype.itemsize == np.dtype(np.int32).itemsize else places.astype(np.int32)


class _Scorer:
    """What all blocks have in common: arrays of the index, and no more of it than scores are made of."""

    def __init__(self, index: Index, top: int) -> None:
        self.top = top
        near = index.arrays["similar_calls"]
        starts, rows, weights = (index.arrays[f"posting_{name}"] for name in ("starts", "rows", "weights"))
        rows, starts = _signed(rows), _signed(starts)
        self.postings = sparse.csc_array((weights, rows, starts), shape=(len(index), len(starts) - 1))
        self.squares = index.arrays["squares"]
        shares = index.arrays["similar_weights"].ravel() * np.float32(numbers.SIMILAR_WEIGHT)
        edges = np.arange(len(index) + 1, dtype=np.int32) * near.shape[1]
        self.lent = sparse.csr_array((shares, _signed(near.ravel()), edges), shape=(len(index), len(index)))
        self.floor = np.float32(numbers.LENGTH_FLOOR * index.meta["mean_square"])
        self.coordination = index.arrays["coordination"] * np.float32(numbers.COORDINATION_WEIGHT)
        self.parts = index.meta["parts"]
        self.part = index.arrays["part"]

    def __sizeof__(self) -> int:
        """The bytes of the arrays, by which Dask sees that this is to be sent once to each worker."""
        matrices = (self.postings, self.lent)
        arrays = [array for one in matrices for array in (one.data, one.indices, one.indptr)]
        return sum(array.nbytes for array in (*arrays, self.squares, self.coordination, self.part))

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
        won = [numbers.HISTORY_WEIGHT * np.log1p(query.wins.get(part, 0)) for part in self.parts]
        return np.array(won, dtype=np.float32)[self.part]
