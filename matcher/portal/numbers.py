"""JSON numbers that no reader could hold: one of them must not cost the rest of an answer or of the archive.

Python refuses integers of more than 4,300 digits, and the streaming parser those beyond 64 bits; either error ends
the whole text. What is longer than any amount, identifier or moment reads as unknown here.
"""

from __future__ import annotations

import json
import re
from typing import Protocol

LONGEST_INTEGER = 18
"""Digits; epoch milliseconds have 13, the Union's budget in cents 15."""

_READABLE = re.compile(rb"-?[0-9]{1,18}(?:\.[0-9]{1,300})?(?:[eE][-+]?[0-9]{1,2})?")
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|-?[0-9][-+.0-9eE]*+', re.DOTALL)
_OPEN_END = re.compile(rb"-?[0-9][-+.0-9eE]*\Z|-\Z")
_SHAPE = bytes.maketrans(b"123456789E-", b"000000000e+")
_LONGEST_TOKEN = 1_000
_PIECE = 65_536


class Readable(Protocol):
    """What bytes are read from; empty at the end."""

    def read(self, size: int = ...) -> bytes: ...


def decoded(text: str | bytes) -> object:
    """The value of a JSON text, None for integers that are too long. Raises ValueError or RecursionError."""
    return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_INTEGER + 1 else None


class ShortNumbers:
    """A JSON stream in which numbers that are too long read `null`; what stands in strings is left alone."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._held = b""  # an escape or a number that may go on in the next piece
        self._in_string = False

    def read(self, size: int = _PIECE) -> bytes:
        if size == 0:
            return b""
        while True:
            piece = self._source.read(_PIECE)
            whole = self._held + piece
            self._held = b""
            if piece:
                whole = self._hold_back(whole)
            if whole or not piece:
                return self._shortened(whole)

    def _hold_back(self, text: bytes) -> bytes:
        """Keep what is not complete for the next time; of a number only as much as shows that it is too long."""
        inside = self._in_string != _ends_within(text)
        if inside:
            slashes = len(text) - len(text.rstrip(b"\\"))
            cut = len(text) - slashes % 2
        else:
            match = _OPEN_END.search(text, max(0, len(text) - _PIECE - _LONGEST_TOKEN))
            cut = match.start() if match else len(text)
        self._held = text[cut:][:_LONGEST_TOKEN]
        return text[:cut]

    def _shortened(self, text: bytes) -> bytes:
        started_inside, self._in_string = self._in_string, self._in_string != _ends_within(text)
        shape = text.translate(_SHAPE)
        if b"0" * (LONGEST_INTEGER + 1) not in shape and b"0e000" not in shape and b"0e+000" not in shape:
            return text
        if started_inside:
            return _TOKEN.sub(_short, b'"' + text)[1:]
        return _TOKEN.sub(_short, text)


def _ends_within(text: bytes) -> bool:
    """True when a text that starts outside of a string ends inside one (or the other way round)."""
    return text.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') % 2 == 1


def _short(token: re.Match[bytes]) -> bytes:
    text = token[0]
    if text.startswith(b'"') or _READABLE.fullmatch(text) or not _NUMBER.fullmatch(text):
        return text
    return b"null"
