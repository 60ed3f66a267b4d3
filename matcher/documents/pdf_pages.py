"""The text of a PDF, page by page, within bounds of pages and time."""

from __future__ import annotations

import io
import logging
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from matcher.documents.refusal import UnreadableError
from matcher.errors import UsageError
from matcher.text.time_limit import TimeLimit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdf import PageObject

MOST_PAGES = 500
MOST_SECONDS = 60.0
_FEWEST_LETTERS = 20  # a scan has a stamp or a page number at most


def pdf_text(data: bytes) -> str:
    """The text of a PDF. Raises UnreadableError that goes on after `FILE is …`, and UsageError without the extra."""
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise UsageError("PDF files are read with `pip install 'matcher[files]'`; or give the text as .txt.") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is odd in a file is no news where its text is read
    try:
        with _ended(MOST_SECONDS):
            reader = PdfReader(io.BytesIO(data))
            locked = reader.is_encrypted and not reader.decrypt("")
            text = "" if locked else _pages(reader.pages)
    except _TimeUpError as error:
        raise _too_long() from error
    except UnreadableError:
        raise
    except Exception as error:  # (a stranger's file can make the library fail in any way)
        raise UnreadableError(
            "damaged, or no PDF: open it in a reader, print it to a new PDF, and give that."
        ) from error
    if locked:
        raise UnreadableError("locked by a password: save it without one.")
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        raise UnreadableError("a PDF of pictures only, without text: have its text recognised (OCR) first.")
    return text


class _TimeUpError(BaseException):
    """No `Exception`, which the library takes for a fault of the file and goes on after."""


@contextmanager
def _ended(seconds: float) -> Iterator[None]:
    """A block that is left when its time is up, in whatever it is: the library parses a page before it looks up.

    By a signal of the system, which the main thread alone gets, and where the system has it; as long as the block lasts
    it comes again every second.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def leave(*_: object) -> None:
        raise _TimeUpError

    before = signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _pages(pages: Sequence[PageObject]) -> str:
    """The text of the pages; looked at after each command of a page, as one page alone can have millions."""
    limit = TimeLimit(MOST_SECONDS)

    def check(*_: object) -> None:
        if limit.over:
            raise _too_long()

    if len(pages) > MOST_PAGES:
        raise _too_long()
    return "\n".join(page.extract_text(visitor_operand_before=check) for page in pages)


def _too_long() -> UnreadableError:
    return UnreadableError(
        "too long: over {pages} pages, or {seconds:.0f} seconds; give a part.", pages=MOST_PAGES, seconds=MOST_SECONDS
    )
