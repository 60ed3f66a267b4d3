"""A new index that is built while questions go on being answered from the former one.

A command may wait for its index; people who look at pages do not, beyond a few seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from matcher.app.home import NOTHING_FETCHED
from matcher.app.kept_index import is_current, opened_index, refresh_index
from matcher.disk import can_be_written
from matcher.errors import IndexMissing, IndexRenewing, MatcherError, StoreMissing
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.ranking.index import Index

_log = logging.getLogger("matcher.index")

PATIENCE = 3.0
"""Seconds from the beginning of a renewal in which whoever asks waits for it: a small change is done by then."""

REST = 60.0
"""Seconds after a renewal that failed, before it is tried again."""

_COULD_NOT = Saying("The ranking could not be made. Whoever runs the product finds the reason in its log.")

_BEING_MADE = Saying("The ranking is being made of the calls and profiles that are kept: minutes. Load the page again.")


class IndexRenewal:
    """One for each process: builds one index at a time, in a thread that ends with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._began = 0.0
        self._rests_until = 0.0
        self._failed: MatcherError | None = None
        self._built = 0
        self._unkept: Index | None = None  # of a home that nobody can write

    @property
    def is_under_way(self) -> bool:
        """Whether an index is being built, or could not be: what is answered meanwhile is of before."""
        worker = self._worker
        return (worker is not None and worker.is_alive()) or self._failed is not None

    @property
    def mark(self) -> tuple[object, ...]:
        """Changes with the index that is answered from, when it is found to be a former one, and with the next try."""
        return self.is_under_way, self._built, time.monotonic() >= self._rests_until

    def index(self, home: Home, former: Index | None) -> Index:
        """The index to answer from: the new one where it is there soon, else the former one.

        Raises:
            IndexRenewing: where there is no former one, while the first is being built.
            MatcherError: where there is no former one, and none can be built.

        """
        former = self._unkept or former
        if former is not None and _is_as_the_store(home, former):
            self._failed = None  # somebody else built it
            return former
        worker = self._started(home)
        worker.join(max(0.0, self._began + PATIENCE - time.monotonic()))
        found = self._unkept or opened_index(home)
        if found is None:
            raise self._failed or IndexRenewing(_BEING_MADE)
        return found

    def _started(self, home: Home) -> threading.Thread:
        """The thread that builds, or that failed to not long ago."""
        with self._lock:
            now = time.monotonic()
            if self._worker is None or (not self._worker.is_alive() and now >= self._rests_until):
                self._began = now
                self._worker = threading.Thread(target=self._renew, args=(home,), name="index", daemon=True)
                self._worker.start()
            return self._worker

    def _renew(self, home: Home) -> None:
        kept = can_be_written(home.settings.home)
        try:
            with home.open_store(read_only=True) as store:
                built = refresh_index(home, store, keep=kept)
        except (IndexMissing, StoreMissing):  # nothing was fetched: looked at again at once
            self._failed = IndexMissing(NOTHING_FETCHED)
        except Exception as error:  # noqa: BLE001 (a thread has nobody to raise it to)
            self._rests_until = time.monotonic() + REST
            self._failed = error if isinstance(error, MatcherError) else MatcherError(_COULD_NOT)
            _log.exception("The ranking could not be made anew; it is tried again in %d seconds.", REST)
        else:
            self._unkept, self._failed = None if kept else built, None
            self._built += 1


def _is_as_the_store(home: Home, index: Index) -> bool:
    with home.open_store(read_only=True) as store:
        return is_current(home, index, store)
