"""stdout and stderr as the command line uses them: secrets and what turns a text around are taken out on the way.

A reader that has left, a full disk and a stream that was closed from the start are told apart here, in one place.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO, cast

from matcher.text.masking import masked
from matcher.text.untrusted import unturned

if TYPE_CHECKING:
    from collections.abc import Iterator


class ReaderGoneError(Exception):
    """Who reads our output has seen enough (head, less)."""


class OutputLostError(Exception):
    """What was said on stdout did not arrive; the text is the system's word for why."""


class Said(io.TextIOBase):
    """A stream on which nothing secret is said; None where it was closed before the command began.

    It has no `buffer`, which libraries would write to past it: `binary` is for what is no text.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        if isinstance(stream, io.TextIOWrapper):  # a terminal without a euro sign shows a question mark
            stream.reconfigure(errors="replace")

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "replace"

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("closed")
        return self._stream.fileno()

    @property
    def binary(self) -> BinaryIO:
        """For data that is no text."""
        if self._stream is None:
            raise OutputLostError(os.strerror(errno.EBADF))
        return self._stream.buffer

    def write(self, text: str) -> int:
        self.put(masked(text))
        return len(text)

    def put(self, text: str) -> None:
        """Text in which each value was masked by itself: across values an address and a name would be one secret."""
        with self.telling():
            self._open().write(unturned(text))

    def flush(self) -> None:
        if self._stream is not None:
            with self.telling():
                self._stream.flush()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What becomes of a stream that takes no more."""
        try:
            yield
        except BrokenPipeError as error:
            raise ReaderGoneError from error
        except OSError as error:
            raise OutputLostError(error.strerror or type(error).__name__) from error

    def discard_rest(self) -> None:
        """Keep Python from complaining at its exit of what can be written nowhere."""
        if self._stream is not None:
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            except io.UnsupportedOperation:
                return

    def _open(self) -> IO[str]:
        if self._stream is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._stream


class Remarks(Said):
    """stderr: where it takes nothing, the work goes on without."""

    @contextmanager
    def telling(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.discard_rest()


@contextmanager
def said() -> Iterator[Said]:
    """Both streams replaced for the time of a command."""
    before = sys.stdout, sys.stderr
    _occupy_standard_descriptors()
    out = Said(sys.stdout)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", Remarks(sys.stderr))
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = before


def _occupy_standard_descriptors() -> None:
    """A descriptor that was closed would be the next file's, and what a library writes to it would go there."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
