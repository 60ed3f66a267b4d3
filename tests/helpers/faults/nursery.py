"""Processes of the command that start at once: each is forked from one process that has everything loaded.

As a program it reads one JSON order a line and forks for each; what becomes of the process is told by files in the
order's folder: `pid`, `stdout`, `stderr`, and `code` when it has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.helpers.paths import ROOT

LIMIT = 120.0


@dataclass(frozen=True)
class Done:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str


class Job:
    """One process of the command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def pid(self) -> int:
        return int(_read(self._folder / "pid"))

    @property
    def said(self) -> str:
        return (self._folder / "stderr").read_text(encoding="utf-8")

    @property
    def ended(self) -> bool:
        return (self._folder / "code").exists()

    def stop(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.pid, number)

    def wait(self) -> Done:
        code = int(_read(self._folder / "code"))
        out = (self._folder / "stdout").read_text(encoding="utf-8")
        return Done(code, out, self.said)


class Nursery:
    """Starts processes of the command; `with Nursery() as nursery: nursery.start(["run"], environment)`."""

    def __enter__(self) -> Nursery:
        self._numbers = count(1)
        self._kept = tempfile.TemporaryDirectory(prefix="matcher-jobs-")
        self._folder = Path(self._kept.name)
        self._folder.chmod(0o755)  # other users may enter
        command = [sys.executable, "-m", "tests.helpers.faults.nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(60)
        self._kept.cleanup()

    def start(self, arguments: list[str], environment: dict[str, str], *, prelude: str = "", user: int = 0) -> Job:
        """Start `matcher ARGUMENTS`; `prelude` is Python that runs before, `user` a user id to become."""
        folder = self._folder / f"job-{next(self._numbers)}"
        folder.mkdir(parents=True)
        for name in ("stdout", "stderr"):
            (folder / name).touch()
        order = {"arguments": arguments, "environment": environment, "prelude": prelude, "user": user}
        self._process.stdin.write(json.dumps(order | {"folder": str(folder)}) + "\n")
        self._process.stdin.flush()
        return Job(folder)


def _read(path: Path) -> str:
    """The text of a file that another process is about to put there."""
    end = time.monotonic() + LIMIT
    while not path.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"{path} never came")
        time.sleep(0.01)
    return path.read_text(encoding="utf-8")


def _put(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.rename(path)


def _keep(order: dict[str, Any]) -> None:
    """Fork the command, wait for it and note how it ended."""
    folder = Path(order["folder"])
    child = os.fork()
    if child == 0:
        _become(order, folder)
    _put(folder / "pid", str(child))
    _put(folder / "code", str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    os._exit(0)


def _become(order: dict[str, Any], folder: Path) -> None:
    from tests.helpers.warm import be_the_command

    def prepare() -> None:
        if order["user"]:
            os.setgroups([])
            os.setgid(order["user"])
            os.setuid(order["user"])
        exec(order["prelude"], {})

    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_APPEND), descriptor)
    os._exit(be_the_command(order["arguments"], order["environment"], prepare))


def main() -> None:
    from tests.helpers.warm import warm_up

    warm_up()
    for line in sys.stdin:
        keeper = os.fork()
        if keeper == 0:
            _keep(json.loads(line))
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


if __name__ == "__main__":
    main()
