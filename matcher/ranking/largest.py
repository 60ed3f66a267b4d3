"""The largest values of each row of a matrix, faster than sorting or partitioning whole rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

GROUP = 64
"""Columns that are looked through together: exact for any size, fast for this one."""


def largest(block: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.int64]:
    """(rows, k) columns of the largest values of each row, largest first, equal ones from left to right.

    The largest k of a row stand in the k groups of columns with the largest maxima: only those are looked through.
    """
    rows, columns = block.shape
    k = min(k, columns)
    padded = np.pad(block, ((0, 0), (0, -columns % GROUP)), constant_values=-np.inf)
    maxima = padded.reshape(rows, -1, GROUP).max(axis=2)
    groups = _unordered(maxima, min(k, maxima.shape[1]))
    looked = (groups[:, :, None] * GROUP + np.arange(GROUP)).reshape(rows, -1)
    best = np.sort(
        np.take_along_axis(looked, _unordered(np.take_along_axis(padded, looked, axis=1), k), axis=1), axis=1
    )
    order = np.argsort(-np.take_along_axis(block, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def _unordered(values: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.int64]:
    """(rows, k) columns of the largest values of each row, in no order."""
    if k == values.shape[1]:
        return np.broadcast_to(np.arange(k), values.shape)
    return np.argpartition(-values, k - 1, axis=1)[:, :k] if k else np.zeros((len(values), 0), dtype=np.int64)
