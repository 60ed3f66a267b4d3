"""Files that outlast a power cut: what is told as done is on the disk, and a file is there whole or not at all.

A new or replaced file needs two things: its own bytes synced before it gets its name, and its folder synced after.
"""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing, private to their owner. Raises OSError."""
    missing = [path for path in (folder.absolute(), *folder.absolute().parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
        sync(path.parent)


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make a file or replace it as a whole, with this mode; left-overs of a killed process begin with `.writing-`.

    Raises OSError: the file is as it was, or the new one where only its folder could not be synced.
    """
    import tempfile  # readers of the index get by without

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
