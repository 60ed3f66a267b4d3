"""The command as a process of its own, and what processes that run tests leave to one of them."""

from __future__ import annotations

import fcntl
import os
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

MATCHER = [sys.executable, "-m", "matcher"]
MODULES = """
import sys
from matcher.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("\\n".join(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """No other process is in here with the same file."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def shared_by_processes(factory: pytest.TempPathFactory, name: str) -> Path:
    """A path that is the same for all processes of one run of the tests."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name


def made_once(folder: Path, make: Callable[[], object]) -> None:
    """Has the first process that asks make the folder; the others wait for it."""
    with one_at_a_time(folder.with_suffix(".lock")):
        done = folder.with_suffix(".done")
        if not done.exists():
            make()
            done.touch()


def in_child(work: Callable[[], None]) -> int:
    """Runs `work` in a process forked from this one, which has no database open; returns its process id."""
    pid = os.fork()
    if pid == 0:
        code = 0
        try:
            work()
        except BaseException:
            traceback.print_exc()
            code = 1
        finally:
            os._exit(code)
    return pid
