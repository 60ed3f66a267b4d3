"""Runs of ascending numbers, kept by the steps between them: most are small, and a byte or two holds each.

A step is written in as few bytes as it takes, seven bits a byte from the lowest on; the eighth says that more follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.ranking.texts.generation import edges_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_BITS = 7
_MORE = 1 << _BITS
_LOW = _MORE - 1


def pack_runs(numbers: npt.ArrayLike, edges: npt.ArrayLike, name: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays of `PackedRuns`: run `r` is `numbers[edges[r]:edges[r + 1]]`, each number from 0 on above the last."""
    found, begins = np.asarray(numbers, dtype=np.int64), np.asarray(edges, dtype=np.int64)
    steps = np.diff(found, prepend=0)
    first = begins[:-1][begins[:-1] < begins[1:]]
    steps[first] = found[first]
    sizes = np.ones(len(steps), dtype=np.int64)
    rest = steps >> _BITS
    while rest.any():
        sizes += rest > 0
        rest >>= _BITS
    ends = edges_of(sizes)
    packed = np.zeros(int(ends[-1]), dtype=np.uint8)
    for byte in range(int(sizes.max(initial=0))):
        longer = sizes > byte
        part = (steps[longer] >> (_BITS * byte)) & _LOW
        packed[ends[:-1][longer] + byte] = part + np.where(sizes[longer] > byte + 1, _MORE, 0)
    return {f"{name}_steps": packed, f"{name}_starts": ends[begins]}


class PackedRuns:
    """What `pack_runs` made, read a few runs at a time."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], name: str) -> None:
        self._steps = arrays[f"{name}_steps"]
        self._starts = arrays[f"{name}_starts"]

    def __getitem__(self, run: int) -> npt.NDArray[np.int64]:
        """The numbers of one run."""
        low, high = int(self._starts[run]), int(self._starts[run + 1])
        return np.cumsum(_steps(self._steps[low:high]))

    def span(self, first: int, last: int) -> npt.NDArray[np.int64]:
        """The numbers of the runs from `first` to before `last`, one run after the other."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(self[run] for run in range(first, last))])


def _steps(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    last = np.flatnonzero(packed < _MORE)
    begins = np.empty(len(last), dtype=np.int64)
    begins[:1], begins[1:] = 0, last[:-1] + 1
    found = (packed[begins] & _LOW).astype(np.int64)
    for byte in range(1, int((last - begins).max(initial=0)) + 1):
        longer = np.flatnonzero(begins + byte <= last)
        found[longer] += (packed[begins[longer] + byte] & _LOW).astype(np.int64) << (_BITS * byte)
    return found
