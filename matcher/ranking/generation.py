"""Named arrays that are saved and replaced as a whole: readers see one generation or the next, never half of one.

Layout: `<root>/<generation>/*.npy` and `meta.json`; `<root>/CURRENT` names the generation in use. A writer fills a
new folder, syncs it, then replaces CURRENT (an atomic rename). Arrays are opened memory-mapped and without pickle.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.disk import make_folder, sync, write_file
from matcher.errors import IndexMissing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Array = npt.NDArray[Any]

KEPT_SECONDS = 600
"""How long a generation out of use stays: a reader opens all its arrays at once, which takes milliseconds."""

_CURRENT = "CURRENT"
_META = "meta.json"


class StringTable:
    """Byte strings in one blob: `table[i]` reads one without touching the others."""

    def __init__(self, blob: Array, offsets: Array) -> None:
        self._blob = blob
        self._offsets = offsets

    @classmethod
    def pack(cls, items: Iterable[bytes]) -> StringTable:
        listed = list(items)
        offsets = np.zeros(len(listed) + 1, dtype=np.int64)
        np.cumsum([len(item) for item in listed], out=offsets[1:])
        return cls(np.frombuffer(b"".join(listed), dtype=np.uint8), offsets)

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


_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    AttributeError,
    TypeError,
    SyntaxError,
    TokenError,
    OverflowError,
    MemoryError,
    RecursionError,
    UserWarning,
)
"""What reading a pointer, JSON or an array gives when a byte of it is wrong (tests/fuzz/test_saved_index.py)."""


def open_generation(root: Path, layout: int) -> Generation:
    """The generation in use.

    Raises:
        IndexMissing: when there is none, a part of it is damaged, or it was written in another `layout`.
    """
    try:
        name = (root / _CURRENT).read_text(encoding="ascii").strip()
        folder = root / Path(name).name
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        if not isinstance(meta, dict) or meta.get("layout") != layout:
            raise IndexMissing("The index was written by another version of matcher; `matcher run` builds it anew.")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns of heads that it never wrote
            arrays = {name: _mapped(folder / f"{name}.npy", size) for name, size in meta["arrays"].items()}
    except FileNotFoundError as error:
        raise IndexMissing("Nothing was indexed yet; `matcher run` fetches the calls and builds the index.") from error
    except _DAMAGED as error:
        raise IndexMissing(f"The index in {root} is damaged; `matcher run` builds it anew.") from error
    return Generation(meta, arrays)


def write_generation(root: Path, layout: int, generation: Generation) -> None:
    """Write a generation and put it in use; the one before stays for readers that are just opening it.

    Raises:
        OSError: when the disk is full or the folder cannot be written; what was in use stays in use.
    """
    make_folder(root)
    folder = root / os.urandom(8).hex()
    folder.mkdir(mode=0o700)
    sizes = {name: int(array.nbytes) for name, array in generation.arrays.items()}
    try:
        for name, array in generation.arrays.items():
            with (folder / f"{name}.npy").open("wb") as stream:
                np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
                os.fsync(stream.fileno())
        write_file(folder / _META, json.dumps({**generation.meta, "layout": layout, "arrays": sizes}).encode())
        sync(root)  # before the pointer: else it could outlast what it points at
        write_file(root / _CURRENT, folder.name.encode())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_old(root, in_use=folder.name)


def _mapped(path: Path, size: int) -> Array:
    mapped: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    if mapped.nbytes != size:
        raise ValueError(f"{path} is not complete")
    # A plain view: indexing a memmap makes a Python object each time, which is ten times slower.
    return mapped.view(np.ndarray)


def _remove_old(root: Path, in_use: str) -> None:
    """Take away what is out of use and not being written: nothing touched it for a while."""
    for path in root.iterdir():
        try:
            idle = time.time() - path.stat().st_mtime > KEPT_SECONDS
        except OSError:
            continue
        if path.name in {in_use, _CURRENT} or not idle:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
