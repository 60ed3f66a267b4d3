"""A latent semantic space (Deerwester et al. 1990): terms of the same texts lie near each other.

`latent_terms` (terms,) gives each term's row in `latent_vectors` (rows, dimensions), -1 for those without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy import sparse

Floats = npt.NDArray[np.float32]

DIMENSIONS = 150
FREQUENT = 5
"""A term in fewer texts has no place of its own."""

MOST_TERMS = 120_000
"""The most frequent terms that get one: a bound on the index."""

STEP = 1 / 254
"""Passages are kept in steps of this, by a sentence encoder too: their coordinates are below one half."""


def fit_space(texts: sparse.csr_array, seed: int = 0) -> dict[str, npt.NDArray[Any]]:
    """The space of these texts, rows of unit length (texts × terms)."""
    from sklearn.utils.extmath import randomized_svd

    from matcher.ranking.texts.tfidf import unit_rows

    size = texts.shape[1]
    held = np.bincount(texts.indices, minlength=size)
    frequent = np.flatnonzero(held >= min(FREQUENT, max(texts.shape[0] // 10, 1)))
    chosen = np.sort(frequent[np.argsort(-held[frequent], kind="stable")[:MOST_TERMS]])
    rows = np.full(size, -1, dtype=np.int32)
    dimensions = min(DIMENSIONS, len(chosen) - 1, texts.shape[0] - 1)
    if dimensions < 2:
        return {
            "latent_terms": rows,
            "latent_vectors": np.zeros((0, 1), dtype=np.float16),
            "latent_average": np.zeros(1, dtype=np.float32),
        }
    rows[chosen] = np.arange(len(chosen), dtype=np.int32)
    part = unit_rows(texts[:, chosen])
    _, _, components = randomized_svd(part, dimensions, n_iter=4, random_state=seed)
    vectors = np.ascontiguousarray(components.T, dtype=np.float16)
    average = unit(part @ vectors.astype(np.float32)).mean(axis=0)
    return {"latent_terms": rows, "latent_vectors": vectors, "latent_average": average.astype(np.float32)}


def fold(arrays: Mapping[str, npt.NDArray[Any]], ids: npt.NDArray[np.integer[Any]], weights: Floats) -> Floats:
    """(dimensions,) where a sparse vector lies, at unit length; zero where the space knows none of its terms."""
    places = arrays["latent_terms"]
    rows = places[ids[ids < len(places)]]
    known = rows >= 0
    vectors = arrays["latent_vectors"][rows[known]].astype(np.float32)
    return np.asarray(unit((weights[: len(rows)][known] @ vectors)[None, :])[0], dtype=np.float32)


def fold_rows(arrays: Mapping[str, npt.NDArray[Any]], rows: sparse.csr_array) -> npt.NDArray[np.int8]:
    """(rows, dimensions) where sparse rows lie, seen from the average text, in steps of `STEP`."""
    places = arrays["latent_terms"]
    known = np.flatnonzero(places >= 0)
    vectors = arrays["latent_vectors"].astype(np.float32)[places[known]]
    found = unit(rows[:, known] @ vectors)
    moved = np.where(found.any(axis=1, keepdims=True), unit(found - arrays["latent_average"]), 0)
    return np.clip(np.round(moved / STEP), -127, 127).astype(np.int8)


def unit(vectors: Any) -> Floats:
    """Rows at length 1; a row of nothing stays."""
    found = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(lengths > 0, lengths, 1), dtype=np.float32)
