"""Measured figures and how they are printed."""

from __future__ import annotations

import gc
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]


def as_installed() -> dict[str, str]:
    """The environment, but for what would have each process compile its modules anew: installed ones are compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Figure:
    """One measured value in `unit` against what it should be at most (None: no target); `note` says what was done."""

    topic: str
    name: str
    value: float
    unit: str = "s"
    most: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.most is None:
            return ""
        return f"{'met' if self.value <= self.most else 'MISSED'} (at most {self.most:g})"


def shown(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    rows = [("topic", "what", "value", "", "target", "how")]
    rows += [(f.topic, f.name, f"{f.value:.3f}", f.unit, f.verdict, f.note) for f in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


class Stopwatch:
    seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    gc.collect()
    watch = Stopwatch()
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


@dataclass(frozen=True)
class Spent:
    """What a command took from start to exit: the median seconds, the median and the least of the processor's."""

    seconds: float
    computed: float
    least: float


def whole_processes(
    commands: Mapping[str, Sequence[str]], *, rounds: int, folder: Path, seldom: Sequence[str] = ()
) -> dict[str, Spent]:
    """What each command took, one after the other in each round; `seldom` ones run twice.

    The round before the first warms the disk cache and is not counted.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if name in seldom and turn not in {1, 2}:
                continue
            start, before = time.perf_counter(), _computed()
            subprocess.run(command, cwd=folder, env=as_installed(), check=True, capture_output=True)
            if turn:
                taken[name].append((time.perf_counter() - start, _computed() - before))
    return {name: _spent(*map(list, zip(*times, strict=True))) for name, times in taken.items()}


def _spent(seconds: list[float], computed: list[float]) -> Spent:
    return Spent(statistics.median(seconds), statistics.median(computed), min(computed))


@dataclass(frozen=True)
class Taken:
    """One process: seconds, those of them that it computed, peak memory in MB, what it printed."""

    seconds: float
    computed: float
    peak: float
    out: str


_PARTLY_DONE = 3


def process(command: Sequence[str], environment: Mapping[str, str]) -> Taken:
    """Runs a command; fails when it fails. The peak is asked of the process itself, a hundred times a second.

    (What `wait4` gives as peak is at least the memory of this process, from which the command was forked.)
    """
    peak, before = 0, _computed()
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.DEVNULL)
        while running.poll() is None:
            peak = max(peak, _peak(running.pid))
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        out.seek(0)
        if running.returncode not in {0, _PARTLY_DONE}:  # some texts are in no topic file of the local portal
            raise RuntimeError(f"{command} ended with {running.returncode}")
        return Taken(seconds, _computed() - before, peak / 1024, out.read())


def _computed() -> float:
    """Processor seconds of every process that has ended here."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _peak(pid: int) -> int:
    """Kilobytes; 0 once the process has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0
