"""`make soak`: a simulated year, a table of where things stand every month, every mistake; exit 1 when there is one."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.helpers.soak.oracle import READERS, expect
from tests.helpers.soak.script import write_script
from tests.helpers.soak.verdict import mistakes
from tests.helpers.soak.year import Pace, Sample, Year

HEAD = (
    "day",
    "calls",
    "versions",
    "store MB",
    "kept MB",
    "index MB",
    "files",
    "fds",
    "threads",
    "RSS MB",
    "mails",
    "told",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 10, 5))
    parser.add_argument("--keep-days", type=int, default=Pace.keep_days, help="of schedule.keep_days")
    parser.add_argument("--seed", type=int, default=1, help="of the portal's life")
    asked = parser.parse_args()
    began = time.monotonic()
    script = write_script(asked.start, asked.days, [reader.identifier for reader in READERS], seed=asked.seed)
    expected = expect(script)
    print(_row(HEAD), flush=True)
    with tempfile.TemporaryDirectory(prefix="matcher-soak-") as folder:
        year = Year(script, Path(folder), Pace(asked.keep_days))
        seen = year.run(lambda sample: print(_row(_cells(sample)), flush=True))
    found = list(mistakes(seen, expected))
    told = sum(len(items) for items in expected.mails.values())
    runs = sum(expected.attempts.values())
    print(
        f"{asked.days} days from {asked.start} in {time.monotonic() - began:.0f} s: {len(expected.mails)} digests "
        f"that tell {told} things, {len(expected.notices)} notices, {runs} daily runs due; mistakes: {len(found)}"
    )
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))


def _cells(sample: Sample) -> tuple[str, ...]:
    store, kept, index, memory = (f"{n / 1e6:.1f}" for n in (sample.store, sample.kept, sample.index, sample.memory))
    counts = (sample.files, sample.descriptors, sample.threads)
    return (
        *map(str, (sample.day, sample.calls, sample.versions)),
        *(store, kept, index),
        *map(str, counts),
        memory,
        *map(str, (sample.mails, sample.told)),
    )


def _row(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(len(head)) for cell, head in zip(cells, HEAD, strict=True))


if __name__ == "__main__":
    main()
