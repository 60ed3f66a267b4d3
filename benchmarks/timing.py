"""Measured figures and how they are printed."""

from __future__ import annotations

import gc
import statistics
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


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


def whole_processes(
    commands: Mapping[str, Sequence[str]], *, rounds: int, folder: Path, seldom: Sequence[str] = ()
) -> dict[str, float]:
    """Median seconds of each command from start to exit, one after the other in each round; `seldom` ones run twice.

    The round before the first warms the disk cache and is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if name in seldom and turn not in {1, 2}:
                continue
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            if turn:
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}
