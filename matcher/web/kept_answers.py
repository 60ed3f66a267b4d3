"""Answers that were given already: given again while nothing changed that they rest on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

from matcher.model.day import brussels_day

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from matcher.app.home import Home

Answer = TypeVar("Answer")

MOST = 300
"""Answers that are kept, those that were asked for last."""

_RESTS_ON = ("index", "decisions.json", "decisions.stale", "matcher.db", "matcher.db-wal")
"""What of a home changes with calls, decisions or the ranking: files, and the folder that the index is replaced in."""


class KeptAnswers:
    """The answers of one configuration; whoever asks what another is asking waits for the one answer.

    Where the database is elsewhere other machines may have changed it, and nothing is kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._asking: dict[Hashable, threading.Lock] = {}

    def of(self, home: Home, asked: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to what is `asked`, made where it is not known or no longer holds."""
        if home.settings.database.url:
            return make()
        with self._lock:
            asking = self._asking.setdefault(asked, threading.Lock())
        with asking:
            mark = _mark(home)
            held, found = self._kept.get(asked, (None, None))
            try:
                answer: Answer = found if held == mark else make()
            except BaseException:
                self._forget(asked)
                raise
            self._keep(asked, mark, answer)
        return answer

    def _forget(self, asked: Hashable) -> None:
        with self._lock:
            self._kept.pop(asked, None)
            self._asking.pop(asked, None)

    def _keep(self, asked: Hashable, mark: object, found: object) -> None:
        with self._lock:
            self._kept[asked] = (mark, found)
            self._kept.move_to_end(asked)
            while len(self._kept) > MOST:
                gone, _ = self._kept.popitem(last=False)
                self._asking.pop(gone, None)


def _mark(home: Home) -> tuple[object, ...]:
    """Changes with what answers rest on, and with the day; looked at before an answer is made."""
    folder, renewal = home.settings.home, home.renewal and home.renewal.mark
    return (
        folder,
        home.fingerprint,
        brussels_day(home.clock()),
        renewal,
        *(file_state(folder / name) for name in _RESTS_ON),
    )


def file_state(path: Path) -> tuple[int, int, int] | None:
    """Changes when a file or folder is written, replaced, made or removed."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
