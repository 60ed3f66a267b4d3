"""Where tests keep their files: in memory, where there is room, as most of what is synced is gone a second later."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

ROOM = 4 * 2**30


def in_memory() -> Path | None:
    """A folder of files that no disk ever sees; None where there is none, or too little room."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


def keep_files_in_memory() -> None:
    """Temporary files of this process and of those that it starts, unless the environment says where they go."""
    memory = in_memory()
    if memory is not None:
        os.environ.setdefault("TMPDIR", str(memory))
        tempfile.tempdir = None  # asked anew
