"""Reading an answer's body piece by piece, within a size and a time, so that neither a flood nor a drip holds us up."""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING

import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import Callable

PIECE = 65_536

READ_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)
"""What a body can fail with while it is read: resets, time-outs, truncation, broken compression."""


class BodyTooLongError(Exception):
    """More bytes than an answer of its kind can have."""


class BodyTooSlowError(Exception):
    """Bytes keep coming, but so slowly that the answer is given up."""


class Body:
    """A file-like view of a streamed response, decompressed; `read` returns what has arrived, at most `size` bytes.

    Raises `BodyTooLongError` beyond `limit` bytes and `BodyTooSlowError` after `seconds`; `READ_ERRORS` pass through.
    """

    def __init__(self, response: requests.Response, *, limit: int, seconds: float, clock: Callable[[], float]) -> None:
        self._raw: urllib3.response.BaseHTTPResponse = response.raw
        self._left = limit
        self._clock = clock
        self._end = clock() + seconds

    def read(self, size: int = PIECE) -> bytes:
        # read1 returns after one receive; read would wait for all of `size`, and a drip would never meet the deadline
        if self._clock() > self._end:
            raise BodyTooSlowError
        wanted = PIECE if size is None or size < 0 else size
        if wanted == 0:
            return b""
        piece = self._raw.read1(min(wanted, PIECE), decode_content=True)
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLongError
        return piece

    def read_all(self) -> bytes:
        """The rest of the body."""
        pieces = []
        while piece := self.read(PIECE):
            pieces.append(piece)
        return b"".join(pieces)
