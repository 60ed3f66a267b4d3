"""What the operating system says of a disk, in words that say what to do."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from matcher.errors import DiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raises what goes wrong while a folder is written as DiskError."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.errno in _FULL:  # numpy gives a short write no number
            raise DiskError(f"The disk of {folder} is full: free some space and run again.") from error
        raise DiskError(
            f"{error.filename or folder} could not be written ({error.strerror}): check the disk and the permissions, "
            "or point MATCHER_HOME elsewhere."
        ) from error
