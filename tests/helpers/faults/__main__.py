"""Runs every row of the fault matrix and prints it: `make faults` (`… -m tests.helpers.faults [WORDS OF ONE ROW]`)."""

from __future__ import annotations

import sys
import time

import pytest

from tests.helpers.faults.nursery import Nursery
from tests.helpers.faults.promise import HEAD, table
from tests.helpers.faults.stage import Stage
from tests.helpers.faults.table import ROWS


def main() -> None:
    words = " ".join(sys.argv[1:])
    lines = []
    failed = False
    with Nursery() as nursery, Stage(nursery) as stage:
        for row in ROWS:
            if words not in row.name:
                continue
            began = time.monotonic()
            try:
                broken = stage.broken_promises(row)
            except pytest.skip.Exception as skipped:
                lines.append((*row.cells, f"skipped: {skipped}"))
                continue
            failed |= bool(broken)
            lines.append((*row.cells, "NO" if broken else "yes"))
            seconds = time.monotonic() - began
            print("\n  ".join([f"{row.name}: {seconds:.1f} s", *broken]), file=sys.stderr, flush=True)
    print(table(lines, (*HEAD, "ok")))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
