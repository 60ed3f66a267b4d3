"""Logs on stderr as lines for people or as one JSON object a line, each with the number of the run it belongs to.

What the product tells a person goes the same way: as plain lines, or as JSON when that was asked for. No secret passes
(`matcher.text.masking`).
"""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from matcher.text.masking import masked
from matcher.text.untrusted import visible

if TYPE_CHECKING:
    from typing import TextIO


current_run: ContextVar[int | None] = ContextVar("current_run", default=None)
"""The number of the run that this process has begun and not ended; the store sets it."""

HANDLER = "matcher"


def configure(form: str = "text", *, debug: bool = False, quiet: bool = False) -> None:
    """Send logs to stderr in that form: our own from INFO on, others and with `quiet` all from WARNING on."""
    root = logging.getLogger()
    for handler in [h for h in root.handlers if h.get_name() == HANDLER]:
        root.removeHandler(handler)
    handler = _Stderr()
    handler.set_name(HANDLER)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(_Masked())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    logging.getLogger("matcher").setLevel(logging.DEBUG if debug else logging.WARNING if quiet else logging.INFO)


def is_json() -> bool:
    """Whether what is told on stderr has to be JSON."""
    return any(isinstance(handler.formatter, _Json) for handler in logging.getLogger().handlers)


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Whatever stderr is at the moment: it may be replaced after the logs were set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr


class _Masked(logging.Filter):
    """Takes secrets out of messages and tracebacks, and adds the run."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.run = current_run.get()
        record.msg, record.args = masked(record.getMessage()), None
        if record.exc_info:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True


class _Text(logging.Formatter):
    """A line for each entry; further lines of one are set in, so that no text of a stranger's looks like an entry."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(visible, super().format(record).splitlines()))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        return _moment(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "run": getattr(record, "run", None),
        }
        if record.exc_text:
            entry["exception"] = record.exc_text
        return json.dumps(entry, ensure_ascii=True)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
