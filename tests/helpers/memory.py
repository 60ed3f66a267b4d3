"""Where tests keep their files: in memory, where there is room, as most of what is synced is gone a second later.

And how seldom processes that do much look for garbage.
"""

from __future__ import annotations

import gc
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


def collect_seldom() -> None:
    """What is loaded by now stays: no collection of garbage looks at it again, and seldom at what comes.

    A fork of this process so copies none of it either.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
