"""Signs of life of a run, given while it waits for others: the portal, the mail server.

Another machine takes over the lock of a run that was silent for half an hour (`matcher.store.lock`). A run whose lock
is gone must not go on: the sign of life is also the question whether it still holds.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from matcher.errors import RunLost, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

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
