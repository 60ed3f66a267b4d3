"""One tree of errors, and what may be shown of a wrong value.

Every expected failure is a `MatcherError` that says what is wrong and what to do: in English as raised, in the
reader's language where the edge asks for `MatcherError.saying`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matcher.text.masking import masked
from matcher.text.saying import Lines, Saying

if TYPE_CHECKING:
    from collections.abc import Iterable


class MatcherError(Exception):
    """Root of the tree; `str()` is one sentence meant for the person at the terminal.

    `UsageError("No institute is called {name}.", name=name)`: what people at the terminal may meet is a sentence of
    the catalogues with its values beside it, never an f-string.
    """

    exit_code = 1

    def __init__(self, message: str | Saying = "", /, **values: object) -> None:
        self.saying = message if isinstance(message, Saying) else Saying(message, **values)
        super().__init__(clipped(str(self.saying)))


class UsageError(MatcherError):
    """The command or a value on it makes no sense (unknown institute, malformed date)."""

    exit_code = 2


class ConfigError(MatcherError):
    """The configuration is wrong; carries every mistake found, not only the first."""

    exit_code = 2

    def __init__(self, mistakes: Iterable[str | Saying]) -> None:
        self.sayings = tuple(one if isinstance(one, Saying) else Saying(one) for one in mistakes)
        lines, n = Lines(self.sayings), len(self.sayings)
        if n == 1:
            super().__init__(Saying("1 mistake in the configuration:\n{lines}", lines=lines))
        else:
            super().__init__(Saying("{n} mistakes in the configuration:\n{lines}", n=n, lines=lines))

    @property
    def mistakes(self) -> list[str]:
        """Each mistake in English, without secrets."""
        return [masked(str(one)) for one in self.sayings]


class PortalError(MatcherError):
    """The portal answered in a way that could not be used."""


class PortalUnreachable(PortalError):
    """No usable answer at all: DNS, connection, TLS, or every attempt refused."""

    exit_code = 4


class StoreError(MatcherError):
    """The database could not be opened, read or written."""


class StoreMissing(StoreError):
    """There is no database yet, or nothing in it: nothing was ever fetched."""


class StoreBusy(StoreError):
    """Another process is writing and did not finish in time."""


class RunGoesOn(StoreBusy):
    """Another run is at work, or has just done what this one was to do."""


class RunLost(StoreBusy):
    """The lock of this run was taken over, or it has ended: it may write no more."""


class DiskError(MatcherError):
    """The home folder could not be written: the disk is full, read-only or gone."""


class ClockWrong(MatcherError):
    """The clock of this machine is so far from the portal's that days would be mixed up."""


class ProjectsError(MatcherError):
    """CORDIS's projects could not be brought: the source is gone, broken, or not to be believed."""


class BenchmarkError(MatcherError):
    """A benchmark folder cannot be read, or is no such folder."""


class IndexMissing(MatcherError):
    """No fitted index is at hand (nothing fetched yet, or it is damaged)."""


class IndexRenewing(MatcherError):
    """No fitted index is at hand yet: the first one is being built."""


def system_reason(error: OSError) -> Saying:
    """What the system says of a failure."""
    return Saying(error.strerror or type(error).__name__)


def shorten(value: object, limit: int = 60) -> str:
    """`repr` without secrets, cut at `limit`: what a person recognises of a wrong value."""
    text = masked(repr(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


LONGEST_LINE = 1_000
"""Characters of a line that is told; what is longer echoes something that nobody reads."""

_LONG_WORD = re.compile(r"(\S{150})\S{151,}(\S{50})")
"""A name that nobody reads either: cut in its middle, so that what is said of it still stands behind it."""


def clipped(text: str, limit: int = LONGEST_LINE) -> str:
    """The text without secrets, its long words and lines cut."""
    told = _LONG_WORD.sub(r"\1…\2", masked(text))
    return "\n".join(line if len(line) <= limit else line[: limit - 1] + "…" for line in told.split("\n"))
