"""Daily runs as processes, many a second: each is forked from one that has imported everything and holds nothing open.

As a program it answers each line of JSON on its standard input, a `Life`, with one of what became of it, a `Death`.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MOST_MOMENTS = 16_384


@dataclass(frozen=True)
class Life:
    """A `matcher` command to run, and when to end it: at the n-th moment (0: never), or `delay` seconds after it.

    Moments are counted of one `stage` where one is named.
    """

    arguments: list[str]
    environment: dict[str, str]
    home: str
    kill_at: int = 0
    delay: float | None = None
    synced: str = ""  # where what is synced is remembered, see `power`
    stage: str = ""


@dataclass(frozen=True)
class Death:
    """The exit code (-9: killed), the stages of the moments that were reached, as `STAGES` numbers them, and stderr."""

    code: int
    moments: list[int]
    said: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Forks:
    """The other side of the program; `with Forks() as forks: forks.live(Life(...))`."""

    def __init__(self, preload: Path | None = None) -> None:
        self._preload = {"LD_PRELOAD": str(preload)} if preload else {}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.helpers.crash.forks"]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"} | self._preload
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=60)

    def live(self, life: Life) -> Death:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        return Death(**json.loads(self._process.stdout.readline()))


def live(life: Life) -> Death:
    """One process from its fork to its end."""
    log = mmap.mmap(-1, MOST_MOMENTS)
    read_end, write_end = os.pipe()
    with tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            os.close(read_end)
            os.dup2(errors.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _run(life, log, write_end)
        os.close(write_end)
        if life.delay is not None and select.select([read_end], [], [])[0] and os.read(read_end, 1):
            time.sleep(life.delay)
            os.kill(child, signal.SIGKILL)  # not waited for yet: it may have ended, and the number is still its own
        os.close(read_end)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    moments = [stage - 1 for stage in log[:MOST_MOMENTS].rstrip(b"\0")]
    log.close()
    return Death(code, moments, said)


def _run(life: Life, log: mmap.mmap, told: int) -> None:
    """The life of a child; it never returns."""
    code: object = 70
    try:
        from matcher.cli.main import main
        from tests.helpers.crash.points import Kill, Points

        os.environ.update(life.environment)
        if life.synced:
            ctypes.CDLL(os.environ["LD_PRELOAD"]).power_watch(life.synced.encode())
        Points(life.home, log, Kill(life.kill_at, life.stage), None if life.delay is None else told).watch()
        main(life.arguments)
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 70)


def main() -> None:
    import tests.helpers.crash.points  # noqa: F401
    from tests.helpers.warm import warm_up

    warm_up()
    for line in sys.stdin:
        print(json.dumps(asdict(live(Life(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    main()
