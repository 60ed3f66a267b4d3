"""An index of hundreds of thousands of calls in the index's own layout, without fitting that many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from matcher.ranking.texts.generation import Generation, StringTable

if TYPE_CHECKING:
    from matcher.ranking.index import Index


def enlarged(index: Index, times: int) -> Generation:
    """`times` copies of every call, each posting's weight and each call's likeness varied by a fifth."""
    chance = np.random.default_rng(20260601)
    arrays = dict(index.arrays)
    size = len(index)
    starts, rows, weights = (arrays[name] for name in ("posting_starts", "posting_rows", "posting_weights"))
    one = sparse.csc_array((weights, rows, starts), shape=(size, len(starts) - 1))
    many = sparse.csc_array(sparse.vstack([one.tocsr()] * times))
    many.sort_indices()
    many.data *= chance.uniform(0.8, 1.2, len(many.data)).astype(np.float32)
    offsets = np.repeat(np.arange(times, dtype=np.int32) * size, size)
    arrays |= {
        "posting_starts": many.indptr.astype(np.int64),
        "posting_rows": many.indices.astype(np.int32),
        "posting_weights": many.data,
        "squares": np.bincount(many.indices, weights=many.data**2, minlength=size * times).astype(np.float32),
        "similar_calls": np.tile(arrays["similar_calls"], (times, 1)) + offsets[:, None],
        "similar_weights": np.tile(arrays["similar_weights"], (times, 1)),
        "identifiers": np.frombuffer("\n".join(f"CALL-{i}" for i in range(size * times)).encode(), dtype=np.uint8),
        **StringTable.pack([b""] * (size * times)).arrays("calls"),
        **StringTable.pack([b""] * (size * times)).arrays("texts"),
    }
    arrays |= {name: np.tile(arrays[name], times) for name in ("part", "coordination", "reference", "last_deadline")}
    return Generation(index.meta, arrays)
