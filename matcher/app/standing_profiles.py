"""Profiles that stand in the database above their files: those edited where the folder of the files cannot be written.

A home whose database is its own has a mark once there was one, so that a question opens no database for nothing. A
database elsewhere may be written by another machine, and is asked at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from matcher.disk import put_mark
from matcher.errors import StoreError, StoreMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from matcher.config.settings import Settings
    from matcher.store.database import Store
    from matcher.store.profile_revisions import Editing


class Keeping(Protocol):
    """A home, as far as it is needed here (`matcher.app.home.Home`)."""

    settings: Settings

    def open_store(self, *, read_only: bool = False) -> AbstractContextManager[Store]:
        """The store of this configuration, closed at the end."""

    def kept_store(self) -> Store:
        """The same for reading only, open until whoever asked closes it."""


def standing_profiles(home: Keeping) -> Mapping[str, str]:
    """What stands above the files: the texts of whole files, by institute. Raises StoreError."""
    if not home.settings.database.url and not _mark(home).exists():
        return {}
    try:
        with home.open_store(read_only=True) as store:
            return store.profile_revisions.standing()
    except StoreMissing:
        return {}


class StandingWatch:
    """Tells whether what stands above the files changed, by whichever machine; asked at every visit of a page.

    Of a database elsewhere it keeps one connection, which is made anew after it was lost. For one thread at a time.
    """

    def __init__(self) -> None:
        self._url = ""
        self._store: Store | None = None

    def mark(self, home: Keeping) -> object:
        """Another one after a change; the same while nothing can be known."""
        if not home.settings.database.url:
            try:
                return _mark(home).stat().st_mtime_ns
            except OSError:
                return None
        try:
            return self._kept(home).profile_revisions.last()
        except StoreError:
            self.close()
            return None

    def close(self) -> None:
        """Let go of the connection."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _kept(self, home: Keeping) -> Store:
        if self._url != home.settings.database.url:
            self.close()
        if self._store is None:
            self._url, self._store = home.settings.database.url, home.kept_store()
        return self._store


@contextmanager
def editing(home: Keeping, store: Store) -> Iterator[Editing]:
    """Alone in the database: what stands above the files may be put and taken; the mark is there before and after."""
    _put_mark(home)
    with store.profile_revisions.editing() as edit:
        yield edit
    _put_mark(home)


def mark_if_any(home: Keeping, store: Store) -> None:
    """Put the mark where there is none: a backup of another home was put back."""
    if not home.settings.database.url and not _mark(home).exists() and store.profile_revisions.standing():
        _put_mark(home)


def _put_mark(home: Keeping) -> None:
    if not home.settings.database.url:
        put_mark(_mark(home))


def _mark(home: Keeping) -> Path:
    return home.settings.home / "profiles.standing"
