"""A fuzz target, and how it is run: every input has a deadline in processor time, which a watchdog enforces.

An input passes when the parser gives values or a `MatcherError`, in time, within the bounds that the target checks.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.helpers.forms import either

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW = either(short=33, long=100)
"""Inputs of each target in a run of the tests."""
SECONDS = 10.0
"""Processor time for one input, on a busy machine; what hangs never ends at all."""


class HungError(AssertionError):
    """One input took longer than any may."""


@dataclass
class Target:
    """A parser under test: `check` raises for whatever must not happen. `count` is the number of inputs so far.

    `few` is the number of inputs in a run of the tests.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], object]
    few: int = FEW
    count: int = field(default=0, compare=False)

    def run(self, inputs: int | None = None, *, shrink: bool = True) -> None:
        """Feed it `inputs` inputs (MATCHER_FUZZ, else a few); the short form takes the same ones each time."""
        asked = inputs or int(os.environ.get("MATCHER_FUZZ") or self.few)
        phases = [Phase.explicit, Phase.generate] + [Phase.shrink] * shrink

        @settings(
            max_examples=asked,
            derandomize=asked == self.few,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        @given(self.inputs)
        def feed(item: Any) -> None:
            self.count += 1
            with deadline(SECONDS):
                self.check(item)

        feed()


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Ends what takes more processor time than this."""

    def hung(*_: object) -> None:
        raise HungError(f"no end after {seconds} seconds")

    former = signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


@contextlib.contextmanager
def folder_of(files: dict[str, bytes]) -> Iterator[Path]:
    """A folder that holds these files for as long as it is read."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        yield folder


def short(error: Exception, most: int) -> None:
    """What a person is told never repeats the data that was wrong at length."""
    assert len(str(error)) < most
