"""The configuration that pages are answered from: read once, and anew when somebody edits it."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.app.home import Home
from matcher.app.index_renewal import IndexRenewal
from matcher.app.kept_index import current_index
from matcher.app.sources.fetching import use_sample
from matcher.app.standing_profiles import StandingWatch
from matcher.config.fingerprint import fingerprint
from matcher.config.setting_sections import DatabaseSettings
from matcher.config.settings import CONFIG_FILE
from matcher.errors import IndexMissing, IndexRenewing
from matcher.web.kept_answers import KeptAnswers, file_state

if TYPE_CHECKING:
    from collections.abc import Callable

_EDITED = (CONFIG_FILE, "subscribers.yaml")


class KeptHome:
    """The home in use; `load` reads the configuration anew (raises ConfigError).

    Where nothing was ever fetched, a home that holds the packaged sample stands in, in a folder that goes with the
    process: what is decided there is for trying.
    """

    def __init__(self, load: Callable[[], Home]) -> None:
        self.answers = KeptAnswers()
        self._load = load
        self._lock = threading.Lock()
        self._renewal = IndexRenewal()
        self._standing = StandingWatch()
        self._home = self._loaded()
        self._read = self._edited()
        self._trial: Home | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._is_filled = False

    def current(self) -> tuple[Home, bool]:
        """The home as it is configured now, and whether it is the one to try with.

        Raises:
            ConfigError: while the configuration has mistakes.

        """
        with self._lock:
            edited = self._edited()
            if edited != self._read:
                self._home, self._read, self._trial = self._loaded(), edited, None
                self.answers = KeptAnswers()
            if self._is_filled or self._fill():
                return self._home, False
            self._trial = self._trial or self._make_trial()
            return self._trial, True

    def close(self) -> None:
        """Remove the folder of the sample, and let go of the database."""
        self._standing.close()
        self._drop_trial()

    def _drop_trial(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def _loaded(self) -> Home:
        home = self._load()
        home.renewal = self._renewal
        return home

    def _edited(self) -> tuple[object, ...]:
        """Changes when a file of the configuration does, or what stands above those of institutes; reads no file."""
        folder = self._home.settings.config_dir
        standing = self._standing.mark(self._home)
        return (fingerprint(folder), standing, *(file_state(folder / name) for name in _EDITED))

    def _fill(self) -> bool:
        """Whether there is anything to show; looked at until there is."""
        try:
            current_index(self._home)
        except IndexMissing:
            return False
        except IndexRenewing:
            pass  # which each page tells
        self._is_filled = True
        return True

    def _make_trial(self) -> Home:
        self._drop_trial()
        self._folder = tempfile.TemporaryDirectory(prefix="matcher-sample-")
        settings = replace(self._home.settings, home=Path(self._folder.name), database=DatabaseSettings())
        trial = Home(settings, clock=self._home.clock)
        use_sample(trial)
        return trial
