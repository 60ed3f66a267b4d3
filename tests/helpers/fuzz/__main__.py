"""The long form: `make fuzz` runs every target and prints a table. MATCHER_FUZZ is the number of inputs.

Exit 1 when any target failed. With names (`python -m tests.helpers.fuzz "bulk file"`) only those run.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
import traceback
import warnings
from importlib import import_module

from tests.helpers.fuzz.harness import Target
from tests.helpers.paths import ROOT

LONG = "2000"
STUCK = 900
"""Seconds after which a target that the watchdog cannot end (a loop in C) ends the run, with its stack."""


def targets() -> list[Target]:
    """Every target of the tests."""
    paths = sorted((ROOT / "tests" / "fuzz").glob("test_*.py"))
    modules = [import_module(f"tests.fuzz.{path.stem}") for path in paths]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Target)]


def fuzz(target: Target) -> bool:
    """Run one target and print its line; True when it held."""
    failure = None
    began = time.monotonic()
    faulthandler.dump_traceback_later(STUCK, exit=True)
    try:
        target.run(shrink=False)
    except BaseException as error:
        failure = error
    faulthandler.cancel_dump_traceback_later()
    seconds = time.monotonic() - began
    print(f"| {target.name} | {target.count:,} | {seconds:.0f} | {1 if failure else 0} |", flush=True)
    if failure:
        traceback.print_exception(failure)
    if isinstance(failure, KeyboardInterrupt):
        raise failure
    return failure is None


def main(names: list[str]) -> int:
    warnings.simplefilter("error")  # as in the tests
    os.environ.setdefault("MATCHER_FUZZ", LONG)
    print("| target | inputs | seconds | crashes, hangs |")
    print("|---|---|---|---|")
    held = [fuzz(target) for target in targets() if not names or target.name in names]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
