"""One time limit for all that is read from a server, be it the portal, an archive or a mail server.

A server that sends a byte now and then never meets a time-out between two bytes; what is read through `timed` ends when
the time is up, however the bytes come.
"""

from __future__ import annotations

import time
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

HOUR = 3600.0
"""Seconds."""


class TimeLimit:
    """When something has to be over, by a clock that is never set; it begins now."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def over(self) -> bool:
        return self._clock() > self._end


class TimedReader(RawIOBase):
    """What arrives, as it arrives; once `over` says so, reading raises TimeoutError."""

    def __init__(self, source: RawIOBase, over: Callable[[], bool]) -> None:
        super().__init__()
        self._source = source
        self._over = over

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        if self._over():
            raise TimeoutError("the time is up")
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


def timed(file: BufferedReader, over: Callable[[], bool]) -> BufferedReader:
    """The same file of a socket, within a limit; the one given is used up."""
    return BufferedReader(TimedReader(file.detach(), over))
