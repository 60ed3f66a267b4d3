"""A folder of arrays that is replaced as a whole: readers see one generation or the next, never half of one.

Layout: `<root>/<generation>/*.npy` and `meta.json`; `<root>/CURRENT` names the generation in use. A writer fills a
new folder, syncs it, then replaces CURRENT (an atomic rename). Arrays are opened memory-mapped and without pickle.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.errors import IndexMissing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Array = npt.NDArray[Any]

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

    def find(self, item: bytes) -> int | None:
        """Position of `item` in a table that was packed in sorted order, or None."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < item:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self[low] == item else None

    def arrays(self, name: str) -> dict[str, Array]:
        return {f"{name}_blob": self._blob, f"{name}_offsets": self._offsets}


class Generation:
    """One complete set of arrays on disk."""

    def __init__(self, folder: Path, meta: Mapping[str, Any]) -> None:
        self.folder = folder
        self.meta = meta

    def array(self, name: str) -> Array:
        """The array of that name, memory-mapped and read-only.

        Raises:
            IndexMissing: when the file is not there or is damaged.
        """
        path = self.folder / f"{name}.npy"
        try:
            mapped: Array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise IndexMissing(f"The index is damaged at {path.name}; `matcher run` builds it anew.") from error
        # A plain view: indexing a memmap makes a Python object each time, which is ten times slower.
        return mapped.view(np.ndarray)

    def table(self, name: str) -> StringTable:
        return StringTable(self.array(f"{name}_blob"), self.array(f"{name}_offsets"))


def open_generation(root: Path, layout: int) -> Generation:
    """The generation in use.

    Raises:
        IndexMissing: when there is none, it is damaged or was written in another `layout`.
    """
    try:
        name = (root / _CURRENT).read_text(encoding="ascii").strip()
        folder = root / Path(name).name
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexMissing("Nothing was indexed yet; `matcher run` fetches the calls and builds the index.") from error
    except (OSError, ValueError) as error:
        raise IndexMissing(f"The index in {root} cannot be read; `matcher run` builds it anew.") from error
    if not isinstance(meta, dict) or meta.get("layout") != layout:
        raise IndexMissing("The index was written by another version of matcher; `matcher run` builds it anew.")
    return Generation(folder, meta)


def write_generation(root: Path, layout: int, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> Generation:
    """Write a new generation and put it in use; the one before stays for readers that hold it."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = root / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    complete = {**meta, "layout": layout}
    try:
        for name, array in arrays.items():
            with (folder / f"{name}.npy").open("wb") as stream:
                np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
                os.fsync(stream.fileno())
        with (folder / _META).open("w", encoding="utf-8") as text:
            json.dump(complete, text)
            text.flush()
            os.fsync(text.fileno())
        _sync_folder(folder)
        before = _current_name(root)
        temporary = root / f"{_CURRENT}.{folder.name}"
        with temporary.open("w", encoding="ascii") as text:
            text.write(folder.name)
            text.flush()
            os.fsync(text.fileno())
        temporary.replace(root / _CURRENT)
        _sync_folder(root)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_others(root, keep={folder.name, before})
    return Generation(folder, complete)


def _current_name(root: Path) -> str:
    try:
        return (root / _CURRENT).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _remove_others(root: Path, keep: set[str]) -> None:
    for path in root.iterdir():
        if path.is_dir() and path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith(f"{_CURRENT}."):
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
