"""A plug-in, off by default: the product's ranking fused with a multilingual sentence encoder.

It finds calls that say the same in other words; evidence still comes from the terms. Needs the extra
`pip install 'matcher[encoder]'` and a model of sentence-transformers in a local folder, named in
`MATCHER_ENCODER_MODEL` (for example multilingual-e5-small, downloaded once); nothing is fetched from a network.
Vectors are kept on disk by the hash of model and text, so that only new texts are ever encoded.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from matcher.errors import ConfigError, StoreError
from matcher.ranking.product import MatcherRanker

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from matcher.model import Call, Profile

    Vectors = npt.NDArray[np.float32]

WEIGHT = 0.05
"""What the likeness of the vectors (a cosine) adds to a score of the terms; docs/ranking.md has its gain and cost."""

MODEL_VARIABLE = "MATCHER_ENCODER_MODEL"
WORDS = 100
"""Words of each text that are encoded: small encoders read little more."""


AT_ONCE = 64
"""Texts that are encoded and then kept together."""


class Encoder(Protocol):
    """Texts → vectors of unit length, (texts, dimensions)."""

    @property
    def name(self) -> str:
        """Tells models apart, so that their vectors are never mixed."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceEncoder:
    """A model folder of sentence-transformers. Raises ConfigError when it cannot be loaded."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        if not folder.is_dir():
            raise ConfigError([f"{MODEL_VARIABLE}: found {str(folder)!r}, expected the folder of a sentence encoder"])
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError([f"{MODEL_VARIABLE}: {folder} holds no sentence encoder ({error})"]) from error
        self.name = hashlib.sha256(b"".join(_weights_mark(folder))).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class KeptVectors:
    """An encoder that remembers: each text is encoded once per model, in one SQLite file."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self._encoder = encoder
        self._path = path

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(texts, dimensions) vectors, from the file where they are there. Raises StoreError when it is damaged."""
        keys = [self._key(text) for text in texts]
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection:
                kept = self._completed(connection, dict(zip(keys, texts, strict=True)))
        except sqlite3.DatabaseError as error:
            raise StoreError(f"The kept vectors in {self._path} cannot be used ({error}): delete that file.") from error
        return np.stack([np.frombuffer(kept[key], dtype=np.float32) for key in keys])

    def _completed(self, connection: sqlite3.Connection, wanted: dict[str, str]) -> dict[str, bytes]:
        """Every kept vector and those that were missing, which are kept some at a time: a kill loses little."""
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
        kept: dict[str, bytes] = dict(connection.execute("SELECT key, vector FROM vectors"))
        missing = [key for key in wanted if key not in kept]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            fresh = self._encoder.encode([wanted[key] for key in some])
            new = {key: row.tobytes() for key, row in zip(some, fresh, strict=True)}
            with connection:
                connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", new.items())
            kept |= new
        return kept

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._encoder.name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


class FusedRanker:
    """The product's scores plus a share of the vectors' likeness: a call's vector with the mean of a profile's."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._vectors = KeptVectors(encoder, folder / "vectors.db")

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        """(profiles, calls) scores; the vectors of all texts are asked for at once."""
        scores = MatcherRanker().rank_scores(calls, profiles)
        texts = {*map(_call_text, calls), *(_shortened(part.text) for p in profiles for part in p.parts)}
        if not calls or not texts:
            return scores
        ordered = sorted(texts)
        vectors = dict(zip(ordered, self._vectors.encode(ordered), strict=True))
        call_vectors = np.stack([vectors[_call_text(call)] for call in calls])
        for row, profile in enumerate(profiles):
            own = dict.fromkeys(_shortened(part.text) for part in profile.parts)
            if own:
                mean = np.mean([vectors[text] for text in own], axis=0)
                scores[row] += WEIGHT * (call_vectors @ (mean / (np.linalg.norm(mean) or 1.0)))
        return scores


def from_environment() -> FusedRanker:
    """The ranker with the model that the environment names. Raises ConfigError, or ImportError without the extra."""
    import sentence_transformers  # noqa: F401  (told apart from a missing model)

    from matcher.settings import load_settings

    folder = os.environ.get(MODEL_VARIABLE)
    if not folder:
        raise ConfigError([f"{MODEL_VARIABLE}: missing, expected the folder of a sentence encoder"])
    return FusedRanker(SentenceEncoder(Path(folder)), load_settings().home)


def _call_text(call: Call) -> str:
    return _shortened("\n".join((call.title, *(section.text for section in call.sections))))


def _shortened(text: str) -> str:
    return " ".join(text.split()[:WORDS])


def _weights_mark(folder: Path) -> list[bytes]:
    """Name, size and time of every file of a model."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}\n".encode() for p in files]
