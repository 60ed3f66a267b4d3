"""A sentence encoder, off unless `[ranking] encoder` names one: it finds calls that say the same in other words.

Needs the extra `pip install 'matcher[encoder]'` and a model of sentence-transformers on this machine: a folder, or a
name that was downloaded before (`hf download NAME`). Nothing is fetched from a network. Vectors are kept on disk by the
hash of model and text, so that only new texts are ever encoded, and the model is loaded only when there are any.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from matcher.errors import ConfigError, IndexMissing, StoreError, shorten
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from matcher.config.settings import Settings
    from matcher.model.call import Call
    from matcher.model.profile_parts import Profile
    from matcher.ranking.index import Index

Floats = npt.NDArray[np.float32]

WORDS = 100
"""Words of each text that are encoded: small encoders read little more."""

_NOTHING = 1e-4
"""A vector so near the average says nothing of its own."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an index gets its vectors: `model` as it was set, and of calls that are live on `day`, or of all calls."""

    model: str
    vectors: KeptVectors
    day: date | None

    @property
    def facts(self) -> dict[str, str]:
        """What an index remembers of its encoder."""
        return {"setting": self.model, "name": self.vectors.encoder.name}


def meaning_arrays(
    encoding: Encoding, calls: Sequence[Call], profiles: Sequence[Profile], previous: Index | None
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an index; none when there is no call to encode. `previous` lends its average call.

    `meaning_rows` (encoded,) are rows of calls, `meaning_calls` (encoded, dimensions) and `meaning_profiles`
    (profiles, dimensions) vectors of unit length or zero, `meaning_averages` (2, dimensions) what was taken off
    the calls and off the profiles.
    """
    rows = [row for row, call in enumerate(calls) if encoding.day is None or call.is_live(encoding.day)]
    if not rows:
        return {}
    prefixes = encoding.vectors.encoder.prefixes
    of_calls = [prefixes.call + text_to_encode(calls[row]) for row in rows]
    of_profiles = [_texts(prefixes.profile, (part.text for part in profile.parts)) for profile in profiles]
    wanted = {*of_calls, *(text for texts in of_profiles for text in texts)}
    vectors = encoding.vectors.encode(sorted(wanted), forget_others=encoding.day is not None)
    encoded = np.stack([vectors[text] for text in of_calls])
    call = _kept_average(encoding, previous)
    if call is None:
        call = encoded.mean(axis=0)
    means = [_mean([vectors[text] for text in texts]) for texts in of_profiles if texts]
    profile = np.mean([*means, call], axis=0)  # the call among them keeps a lone profile from being the average itself
    needs = [_direction([vectors[text] for text in texts], profile) for texts in of_profiles]
    return {
        "meaning_rows": np.array(rows, dtype=np.int32),
        "meaning_calls": _unit(encoded - call),
        "meaning_profiles": np.stack(needs) if needs else np.zeros((0, len(call)), dtype=np.float32),
        "meaning_averages": np.stack([call, profile]),
    }


def text_meaning(index: Index, encoder: Encoder, text: str) -> Floats | None:
    """(dimensions,) the vector of any text; None where the index has none to compare it with.

    Raises:
        IndexMissing: when the index was built with another model.
    """
    if "meaning_averages" not in index.arrays:
        return None
    if index.meta["encoder"]["name"] != encoder.name:
        raise IndexMissing(
            "The sentence encoder changed since the index was built; delete the folder `index` in MATCHER_HOME, "
            "and the next question builds it anew."
        )
    return _direction(encoder.encode(_texts(encoder.prefixes.profile, [text])), index.arrays["meaning_averages"][1])


def _direction(vectors: Sequence[Floats] | Floats, average: Floats) -> Floats:
    """Where the mean of some vectors lies, seen from the average; zero for none of them."""
    return _unit(_mean(vectors) - average) if len(vectors) else np.zeros_like(average)


def _mean(vectors: Sequence[Floats] | Floats) -> Floats:
    return _unit(np.mean(vectors, axis=0))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(lengths > _NOTHING, vectors / np.maximum(lengths, _NOTHING), 0).astype(np.float32)


def _kept_average(encoding: Encoding, previous: Index | None) -> Floats | None:
    if previous is None or previous.meta.get("encoder") != encoding.facts:
        return None
    averages = previous.arrays.get("meaning_averages")
    return None if averages is None else averages[0]


def _texts(prefix: str, texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(prefix + short for short in map(_shortened, texts) if short))


def text_to_encode(call: Call) -> str:
    """What is encoded of a call: the first words of its title and sections."""
    return _shortened("\n".join((call.title, *(section.text for section in call.sections))))


def _shortened(text: str) -> str:
    return " ".join(text.split()[:WORDS])


SETTING = "ranking.encoder"

AT_ONCE = 64
"""Texts that are encoded and then kept together."""

MANY = 200
"""So many new texts make a person wait, who is told."""

_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])", re.IGNORECASE)

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")

_log = logging.getLogger("matcher.ranking")


class Prefixes(NamedTuple):
    """What a model wants to read before a text, so that it knows which side of a comparison it is on."""

    profile: str = ""
    call: str = ""


class Encoder(Protocol):
    """Texts → vectors of unit length, (texts, dimensions)."""

    @property
    def name(self) -> str:
        """Tells models apart, so that their vectors are never mixed."""
        ...

    @property
    def prefixes(self) -> Prefixes: ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


class SentenceEncoder:
    """A model of sentence-transformers, by folder or name; loaded at the first text.

    Raises:
        ConfigError: when the extra is not installed, or the model is not there or cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            needed = Saying(
                "{setting}: found {found}, which needs `pip install 'matcher[encoder]'`",
                setting=SETTING,
                found=shorten(model, 200),
            )
            raise ConfigError([needed])
        self._folder = _folder(model)
        self.prefixes = prefixes_of(model)
        self.name = hashlib.sha256(b"".join(_weights_mark(self._folder))).hexdigest()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        readable = [text.encode("utf-8", "replace").decode() for text in texts]  # tokenizers stop at half a character
        vectors = self._model.encode(readable, normalize_embeddings=True, show_progress_bar=False)
        return np.nan_to_num(np.asarray(vectors, dtype=np.float32))

    @cached_property
    def _model(self) -> Any:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as progress

        progress.disable_progress_bar()
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
            reason = str(error).partition("\n")[0]
            told = Saying(
                "{setting}: {folder} holds no sentence encoder ({reason})",
                setting=SETTING,
                folder=self._folder,
                reason=reason,
            )
            raise ConfigError([told]) from error


class KeptVectors:
    """An encoder that remembers: each text is encoded once per model, in one SQLite file."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self.encoder = encoder
        self._path = path

    def encode(self, texts: Collection[str], *, forget_others: bool = False) -> dict[str, npt.NDArray[np.float32]]:
        """Text → vector, from the file where it is there; `forget_others` takes all other texts out of the file.

        Raises:
            StoreError: when the file is damaged.
        """
        keys = {self._key(text): text for text in texts}
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection:
                kept = self._completed(connection, keys)
                if forget_others:
                    _forget(connection, kept.keys() - keys)
        except sqlite3.DatabaseError as error:
            raise StoreError(
                "The kept vectors in {path} cannot be used ({error}): delete that file.", path=self._path, error=error
            ) from error
        return {text: np.frombuffer(kept[key], dtype=np.float32) for key, text in keys.items()}

    def _completed(self, connection: sqlite3.Connection, wanted: dict[str, str]) -> dict[str, bytes]:
        """Every kept vector and those that were missing, which are kept some at a time: a kill loses little."""
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
        kept: dict[str, bytes] = dict(connection.execute("SELECT key, vector FROM vectors"))
        missing = [key for key in wanted if key not in kept]
        if missing:
            level = logging.WARNING if len(missing) >= MANY else logging.INFO
            _log.log(level, "encoding %d texts for the first time, some minutes for a thousand", len(missing))
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


def index_encoding(settings: Settings, day: date) -> Encoding | None:
    """How an index gets its vectors: of the calls that are live on a day; None where no encoder is set.

    Raises:
        ConfigError: when the encoder that is set cannot be used here.
    """
    model = settings.ranking.encoder
    if not model:
        return None
    return Encoding(model, KeptVectors(SentenceEncoder(model), settings.home / "vectors.db"), day)


def prefixes_of(model: str) -> Prefixes:
    """The prefixes of the E5 family (Wang et al. 2022), which was trained with them; none for other models."""
    return Prefixes("query: ", "passage: ") if _E5.search(model.rstrip("/").rpartition("/")[2]) else Prefixes()


def _folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if _HUB_NAME.fullmatch(model):
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(model, local_files_only=True))
        except (OSError, ValueError):  # not downloaded, or no such name: told below
            pass
    told = Saying(
        "{setting}: found {found}, expected the folder of a sentence encoder or a name that `hf download` fetched",
        setting=SETTING,
        found=shorten(model, 200),
    )
    raise ConfigError([told])


def _forget(connection: sqlite3.Connection, keys: Collection[str]) -> None:
    with connection:
        connection.executemany("DELETE FROM vectors WHERE key = ?", ((key,) for key in keys))


def _weights_mark(folder: Path) -> list[bytes]:
    """Name, size and time of every file of a model."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}\n".encode() for p in files]
