"""A run around some work, kept in the store whatever happens, and its signs of life.

Another machine takes over the lock of a run that was silent for half an hour (`matcher.store.runs`). A run whose lock
is gone must not go on: the sign of life is also the question whether it still holds.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from matcher.errors import MatcherError, RunLost, StoreError
from matcher.text.masking import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from matcher.model.day import Clock, Progress
    from matcher.store.database import Store

EVERY = timedelta(minutes=1)
"""Between two signs of life."""

_log = logging.getLogger("matcher.runs")


@dataclass(frozen=True, slots=True)
class Observer:
    """Who follows some work: told how far it is and what happens, and asked to wait; each may raise to end it."""

    progress: Progress | None = None
    say: Callable[[str], None] = print
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Run:
    """Some work that goes on, under a number of the store; `clock` gives the true time, aware.

    `detail` is what the store will keep of it, JSON-ready.
    """

    store: Store
    number: int
    clock: Clock
    observer: Observer = field(default_factory=Observer)
    detail: dict[str, Any] = field(default_factory=dict)
    _seen_alive: datetime | None = None

    def alive(self) -> None:
        """A sign of life, once a minute at most. Raises RunLost when another run took over.

        A database that does not answer now is no reason to give up what does not need it: the next save tells.
        """
        now = self.clock()
        if self._seen_alive is None:
            self._seen_alive = now  # the store has just begun it
        if abs(now - self._seen_alive) < EVERY:
            return
        self._seen_alive = now
        try:
            self.store.runs.beat(self.number, now)
        except RunLost:
            raise
        except StoreError as error:
            _log.warning("Run %d could give no sign of life: %s", self.number, error)

    def check(self) -> None:
        """A sign of life at once, before what must not be done by two. Raises RunLost, StoreError."""
        self._seen_alive = self.clock()
        self.store.runs.beat(self.number, self._seen_alive)

    def pause(self, seconds: float) -> None:
        """Wait, with a sign of life before."""
        self.alive()
        self.observer.sleep(seconds)

    @contextmanager
    def part(self, kind: str) -> Iterator[Run]:
        """A part of this run (the fetch of the daily one), kept as a run of its own once it has ended."""
        started = self.clock()

        def end(outcome: str, detail: dict[str, Any]) -> None:
            self.store.runs.note(self.number, kind, outcome, detail, started=started, finished=self.clock())

        part = Run(self.store, self.number, self.clock, self.observer)
        with _outcome_kept(part.detail, end):
            part.alive()
            yield part


@contextmanager
def begun(
    store: Store,
    kind: str,
    clock: Clock,
    observer: Observer | None = None,
    *,
    unless: tuple[datetime, datetime] | None = None,
) -> Iterator[Run]:
    """A run around some work: `ok`, `partial` with problems, `interrupted`, or `failed` when it raises.

    Work that did all it could and failed all the same says so by `outcome` in the detail. `unless` is as in
    `Runs.begin`. Times are the true ones even when a past day is replayed: the lock is judged by them.
    """
    run = Run(store, store.runs.begin(kind, clock(), unless=unless), clock, observer or Observer())

    def end(outcome: str, detail: dict[str, Any]) -> None:
        store.runs.finish(run.number, outcome, detail, clock())

    with _outcome_kept(run.detail, end):
        run.alive()
        yield run


@contextmanager
def _outcome_kept(detail: dict[str, Any], end: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        outcome = "failed" if isinstance(error, Exception) else "interrupted"
        sentence = str(error) if isinstance(error, MatcherError) else f"{type(error).__name__} {error}".strip()
        with suppress(StoreError):  # what stopped the work is the news, not that it could not be noted
            end(outcome, {"problems": [masked(sentence)]})
        raise
    end(detail.pop("outcome", "partial" if detail.get("problems") else "ok"), detail)
