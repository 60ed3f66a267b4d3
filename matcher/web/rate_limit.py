"""How often something may be asked: so many times in so many seconds, by whom it is counted for."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from matcher.config.addresses import ip_of

if TYPE_CHECKING:
    from starlette.requests import Request

KEPT = 10_000
"""Names that are counted for at most; the longest unused is forgotten first."""

_OWN = 64
"""Bits of an address that a network is known by (IPv6): its owner has all addresses that begin so."""


def asker(request: Request) -> str:
    """By what it is counted who asks."""
    return network_of(request.client.host if request.client else "?")


def network_of(address: str) -> str:
    """By what it is counted who has an address: by itself, of IPv6 by its network."""
    found = ip_of(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found), _OWN), strict=False))
    return str(found or address)


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
