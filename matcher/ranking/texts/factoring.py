"""The first singular vectors of a large sparse matrix, found in a random part of it (Halko et al. 2011).

What scikit-learn's `randomized_svd` gives, which a test holds it to, without the second and a half of processor time
that loading scikit-learn takes each time that something is fitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.linalg import lu, qr, svd

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float32]

MORE = 10
"""Directions beyond those that are asked for: the last ones found are the least exact."""

TURNS = 4
"""Times that the matrix is applied back and forth, each of which sharpens the directions."""


def right_vectors(rows: sparse.csr_array, count: int, seed: int) -> Floats:
    """(columns, count) unit vectors along which the rows (rows × columns, float32) vary most, most first.

    The largest coordinate of each left vector is positive (of each right one, where there are fewer rows than columns).
    """
    is_wide = rows.shape[0] < rows.shape[1]
    matrix = rows.T if is_wide else rows  # fewer columns make less work
    basis = _basis(matrix, count + MORE, seed)
    left, _, right = svd(basis.T @ matrix, full_matrices=False)
    found = (basis @ left if is_wide else right.T)[:, :count]
    deciding = right.T[:, :count] if is_wide else (basis @ left)[:, :count]
    return np.asarray(found * _signs(deciding), dtype=np.float32)


def _basis(matrix: sparse.csr_array, size: int, seed: int) -> Floats:
    """(rows, size) an orthonormal basis of nearly all that the matrix makes of vectors."""
    drawn = np.random.RandomState(seed).normal(size=(matrix.shape[1], size)).astype(np.float32)
    for _ in range(TURNS):
        drawn, _ = lu(matrix @ drawn, permute_l=True, check_finite=False)
        drawn, _ = lu(matrix.T @ drawn, permute_l=True, check_finite=False)
    return np.asarray(qr(matrix @ drawn, mode="economic", check_finite=False)[0], dtype=np.float32)


def _signs(vectors: Floats) -> Floats:
    """(vectors,) 1 or -1: the sign of the largest coordinate of each column."""
    largest = np.abs(vectors).argmax(axis=0)
    return np.asarray(np.sign(vectors[largest, np.arange(vectors.shape[1])]), dtype=np.float32)
