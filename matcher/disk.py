"""Files and folders, private to their owner, that outlast a power cut; what the disk says when it can't."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.errors import DiskError, system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raises what goes wrong while a folder is written as DiskError."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.errno in _FULL:  # numpy gives a short write no number
            raise DiskError("The disk of {folder} is full: free some space and run again.", folder=folder) from error
        raise DiskError(
            "{path} could not be written ({reason}): check the disk and the permissions, or point "
            "MATCHER_HOME elsewhere.",
            path=error.filename or folder,
            reason=system_reason(error),
        ) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing, private to their owner. Raises OSError."""
    missing = [path for path in (folder.absolute(), *folder.absolute().parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
        sync(path.parent)


@contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to fill that takes the place of `path` as a whole; left-overs of a killed process begin with `.writing-`.

    Raises OSError: the file is as it was, or the new one where only its folder could not be synced.
    """
    import tempfile  # readers of the index get by without

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


def can_be_written(folder: Path) -> bool:
    """Whether files can be made in a folder, or the folder itself where it is missing."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return os.access(there, os.W_OK)


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make a file or replace it as a whole, with this mode. Raises OSError, as `replacing` does."""
    with replacing(path, mode) as file:
        file.write(data)


def put_mark(path: Path) -> None:
    """Make or renew an empty file before what it tells of is done: neither is lost to a power cut. Raises DiskError."""
    with writing_to(path.parent):
        path.touch(mode=0o600)
        sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
