"""Named arrays that are saved and replaced as a whole: readers see one generation or the next, never half of one.

One file: a line of JSON that says what the arrays are, then the arrays, each from a multiple of 64 bytes on. A writer
fills another file, brings it to the disk and renames it; whoever has the one before open goes on reading that. Arrays
are mapped, not loaded, and nothing in the file is run.
"""

from __future__ import annotations

import itertools
import json
import mmap
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from matcher.disk import make_folder, replacing
from matcher.errors import IndexMissing
from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Array = npt.NDArray[Any]

Whole = npt.NDArray[np.integer[Any]]
"""Whole numbers of any width: saved ones take as few bytes as they need (`narrowest`)."""

FILE = "generation"
"""The file in the folder that `open_generation` and `write_generation` are given."""

LEFT_SECONDS = 600
"""How long nothing touched what a killed writer left, or a former layout, before it is taken away."""

_ALIGNED = 64
_LONGEST_HEAD = 2**28


def edges_of(sizes: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """(pieces + 1,) where pieces of these sizes begin that lie one after another, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))]).astype(np.int64)


def narrowest(array: Array) -> Array:
    """The same numbers in the smallest unsigned kind that holds them, where they are whole and none is below 0.

    There is room for one more than the largest: `edges[row + 1]` is asked of rows that are kept so. Nothing is wider
    than 32 bits but what needs more, which stays as it is: numpy turns unsigned numbers of 64 bits to floats.
    """
    if array.dtype.kind not in "iu" or array.dtype.itemsize == 1 or not array.size or array.min() < 0:
        return array
    kind = np.min_scalar_type(int(array.max()) + 1)
    return array.astype(kind) if kind.itemsize < min(array.dtype.itemsize, 8) else array


class StringTable:
    """Byte strings in one blob: `table[i]` reads one without touching the others."""

    def __init__(self, blob: Array, offsets: Array) -> None:
        self._blob = blob
        self._offsets = offsets

    @classmethod
    def pack(cls, items: Iterable[bytes]) -> StringTable:
        listed = list(items)
        return cls(np.frombuffer(b"".join(listed), dtype=np.uint8), edges_of([len(item) for item in listed]))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, position: int) -> bytes:
        return self._blob[self._offsets[position] : self._offsets[position + 1]].tobytes()

    def all(self) -> list[bytes]:
        """Every string, read at once."""
        blob = self._blob.tobytes()
        edges = self._offsets.tolist()
        return [blob[start:end] for start, end in itertools.pairwise(edges)]

    def find(self, item: bytes, low: int = 0, high: int | None = None) -> int | None:
        """Position of `item` between two positions where the strings are sorted, or None."""
        end = len(self) if high is None else high
        low = self.place(item, low, end)
        return low if low < end and self[low] == item else None

    def place(self, item: bytes, low: int = 0, high: int | None = None) -> int:
        """How many of the strings between two positions, which are sorted, come before `item`, counted from 0."""
        high = len(self) if high is None else high
        while low < high:
            middle = (low + high) // 2
            if self[middle] < item:
                low = middle + 1
            else:
                high = middle
        return low

    def arrays(self, name: str) -> dict[str, Array]:
        return {f"{name}_blob": self._blob, f"{name}_offsets": self._offsets}


@dataclass(frozen=True)
class Generation:
    """One complete set of arrays, in memory or mapped from disk, with the facts that go with them."""

    meta: Mapping[str, Any]
    arrays: Mapping[str, Array]

    def table(self, name: str) -> StringTable:
        return StringTable(self.arrays[f"{name}_blob"], self.arrays[f"{name}_offsets"])


_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, MemoryError, RecursionError)
"""What reading the head or an array gives when a byte of it is wrong (tests/fuzz/test_saved_index.py)."""


def open_generation(root: Path, layout: int) -> Generation:
    """The generation in use.

    Raises:
        IndexMissing: when there is none, a part of it is damaged, or it was written in another `layout`.
    """
    try:
        with (root / FILE).open("rb") as file:
            line = file.readline(_LONGEST_HEAD)
            head = json.loads(line)
            if head["layout"] != layout:
                raise IndexMissing("The index was written by another version of matcher; `matcher run` builds it anew.")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = _aligned(len(line))
        if len(mapped) != start + head["size"]:
            raise ValueError("the file is not complete")
        arrays = {name: _array(mapped, start, *where) for name, where in head["arrays"].items()}
        return Generation(dict(head["meta"]), arrays)
    except FileNotFoundError as error:
        raise IndexMissing("Nothing was indexed yet; `matcher run` fetches the calls and builds the index.") from error
    except _DAMAGED as error:
        raise IndexMissing("The index in {root} is damaged; `matcher run` builds it anew.", root=root) from error


def write_generation(root: Path, layout: int, generation: Generation) -> None:
    """Write a generation and put it in use; who has the one before open goes on reading that.

    Raises:
        OSError: when the disk is full or the folder cannot be written; what was in use stays in use.
        ValueError: for an array of anything but numbers.
    """
    make_folder(root)
    arrays = {name: np.ascontiguousarray(array) for name, array in generation.arrays.items()}
    places, size = {}, 0
    for name, array in arrays.items():
        places[name] = (_numbers(array.dtype).str, array.shape, size)
        size += _aligned(array.nbytes)
    head = {"layout": layout, "size": size, "arrays": places, "meta": generation.meta}
    with replacing(root / FILE) as file:
        _write(file, json.dumps(head).encode() + b"\n")
        for array in arrays.values():
            _write(file, array.reshape(-1).view(np.uint8).data)
    _remove_left(root)


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _write(file: BinaryIO, part: bytes | memoryview) -> None:
    file.write(part)
    file.write(bytes(_aligned(len(part)) - len(part)))


def _numbers(kind: np.dtype[Any]) -> np.dtype[Any]:
    """The kind of an array, if it is one of numbers."""
    if kind.kind not in "biuf":
        raise ValueError(f"an array of {kind} is no array of numbers")
    return kind


def _array(mapped: mmap.mmap, start: int, kind: str, shape: list[int], at: int) -> Array:
    """One array of the file; `at` is counted from `start`."""
    if min(at, *shape, 0) < 0:  # numpy takes -1 for as much as there is
        raise ValueError(f"an array of the shape {shape} at {at}")
    return np.ndarray(tuple(shape), _numbers(np.dtype(kind)), mapped, start + at)


def _remove_left(root: Path) -> None:
    """Take away what a killed writer or a former layout left: nothing touched it for a while."""
    import shutil  # with the libraries of every archive

    for path in root.iterdir():
        if path.name == FILE:
            continue
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < LEFT_SECONDS:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
