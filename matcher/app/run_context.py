"""A run around some work, kept in the store whatever happens, and its signs of life.

Another machine takes over the lock of a run that was silent for half an hour (`matcher.store.runs`). A run whose lock
is gone must not go on: the sign of life is also the question whether it still holds.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from matcher.errors import MatcherError, RunLost, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.model.day import Clock
    from matcher.store.database import Store

EVERY = timedelta(minutes=1)


_log = logging.getLogger("matcher.runs")


class Heart:
    """The signs of life of one run; `clock` gives the true time, aware."""

    def __init__(self, store: Store, run_id: int, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._run_id = run_id
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """A sign of life, once a minute at most. Raises RunLost when another run took over.

        A database that does not answer now is no reason to give up what does not need it: the next save tells.
        """
        now = self._clock()
        if abs(now - self._last) < EVERY:
            return
        self._last = now
        try:
            self._store.heartbeat(self._run_id, now)
        except RunLost:
            raise
        except StoreError as error:
            _log.warning("Run %d could give no sign of life: %s", self._run_id, error)

    def check(self) -> None:
        """A sign of life at once, before what must not be done by two. Raises RunLost, StoreError."""
        self._last = self._clock()
        self._store.heartbeat(self._run_id, self._last)

    def pausing(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """A sleep with a sign of life before it."""

        def pause(seconds: float) -> None:
            self.beat()
            sleep(seconds)

        return pause


@contextmanager
def recorded_run(
    store: Store,
    kind: str,
    clock: Clock,
    *,
    within: int | None = None,
    unless: tuple[datetime, datetime] | None = None,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """A run in the store around some work: `ok`, `partial` with problems, `interrupted`, or `failed` when it raises.

    Work that did all it could and failed all the same says so by `outcome` in the detail. `within` is the number of a
    run that is going on and that this is a part of: it holds the writer's lock, and the part is kept when it has ended.
    `unless` is as in `Store.begin_run`.
    Times are the true ones even when a past day is replayed: the lock is judged by them.
    """
    started = clock()
    run_id = store.begin_run(kind, started, unless=unless) if within is None else within

    def end(outcome: str, detail: dict[str, Any]) -> None:
        if within is None:
            store.finish_run(run_id, outcome, detail, clock())
        else:
            store.note_run(run_id, kind, outcome, detail, started=started, finished=clock())

    detail: dict[str, Any] = {}
    try:
        yield run_id, detail
    except BaseException as error:
        outcome = "failed" if isinstance(error, Exception) else "interrupted"
        sentence = str(error) if isinstance(error, MatcherError) else f"{type(error).__name__} {error}".strip()
        with suppress(StoreError):  # what stopped the work is the news, not that it could not be noted
            end(outcome, {"problems": [sentence]})
        raise
    end(detail.pop("outcome", "partial" if detail.get("problems") else "ok"), detail)
