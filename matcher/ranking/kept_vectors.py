"""The vectors of a sentence encoder on disk, by the hash of model and text: no text is encoded twice."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from matcher.ranking.encoder import Encoder

AT_ONCE = 64
"""Texts that are encoded and then kept together."""

MANY = 1000
"""So many new texts make a person wait, who is told."""

_ASKED_AT_ONCE = 500

_log = logging.getLogger("matcher.ranking")


class KeptVectors:
    """An encoder that remembers: each text is encoded once per model, in one SQLite file."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self.encoder = encoder
        self._path = path
        self._asked: set[str] = set()

    def encode(self, texts: Collection[str]) -> dict[str, npt.NDArray[np.int8]]:
        """Text → vector, from the file where it is there.

        Raises:
            StoreError: when the file is damaged.
        """
        keys = {self._key(text): text for text in texts}
        self._asked |= keys.keys()
        with self._opened() as connection:
            kept = self._completed(connection, keys)
        return {text: np.frombuffer(kept[key], dtype=np.int8) for key, text in keys.items()}

    def forget_others(self) -> None:
        """Take out of the file what was not asked for here. Raises StoreError when the file is damaged."""
        with self._opened() as connection, connection:
            kept = {key for (key,) in connection.execute("SELECT key FROM vectors")}
            gone = ((key,) for key in kept - self._asked)
            connection.executemany("DELETE FROM vectors WHERE key = ?", gone)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                "The kept vectors in {path} cannot be used ({error}): delete that file.", path=self._path, error=error
            ) from error

    def _completed(self, connection: sqlite3.Connection, wanted: dict[str, str]) -> dict[str, bytes]:
        """Every kept vector and those that were missing, which are kept some at a time: a kill loses little."""
        kept = _read(connection, list(wanted))
        missing = [key for key in wanted if key not in kept]
        if missing:
            level = logging.WARNING if len(missing) >= MANY else logging.INFO
            _log.log(level, "encoding %d texts for the first time, some minutes for ten thousand", len(missing))
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            fresh = self.encoder.encode([wanted[key] for key in some])
            new = {key: row.tobytes() for key, row in zip(some, fresh, strict=True)}
            with connection:
                connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", new.items())
            kept |= new
        return kept

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self.encoder.name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _read(connection: sqlite3.Connection, keys: list[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        some = keys[start : start + _ASKED_AT_ONCE]
        places = ", ".join("?" * len(some))
        found |= connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({places})", some)  # noqa: S608
    return found
