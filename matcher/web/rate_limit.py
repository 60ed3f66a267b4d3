"""How often something may be asked: so many times in so many seconds, by whom it is counted for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

KEPT = 10_000
"""Names that are counted for at most; the longest unused is forgotten first."""


class RateLimit:
    """At most `times` in `seconds` for each name."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times, self._seconds = times, seconds
        self._known: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str) -> bool:
        """Whether it may be done once more now; it counts as done."""
        now = time.monotonic()
        with self._lock:
            done = self._known.setdefault(name, deque(maxlen=self._times))
            self._known.move_to_end(name)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            if len(done) == self._times and now - done[0] < self._seconds:
                return False
            done.append(now)
            return True
