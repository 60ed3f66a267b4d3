"""A sentence encoder, off unless `[ranking] encoder` names one: it finds what is said in other words.

Needs the extra `pip install 'matcher[encoder]'` and a folder on this machine with a model in the ONNX form and its
`tokenizer.json`, as Hugging Face's repositories of such models have them. Nothing is fetched from a network.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from matcher.errors import ConfigError, shorten
from matcher.ranking.texts.latent import STEP
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTING = "ranking.encoder"

LIBRARIES = ("onnxruntime", "tokenizers")
"""What the extra brings."""

TOKENS = 256
"""Pieces of words that are read of a text; a passage of some sixty words and its title have about a hundred."""

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_MODEL = "model.onnx"
_TOKENIZER = "tokenizer.json"
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])", re.IGNORECASE)


class Prefixes(NamedTuple):
    """What a model wants to read before a text, so that it knows which side of a comparison it is on."""

    skill: str = ""
    call: str = ""


class Encoder(Protocol):
    """Texts → vectors of unit length in steps of `STEP`, (texts, dimensions)."""

    @property
    def name(self) -> str:
        """Tells models apart, so that their vectors are never mixed."""
        ...

    @property
    def prefixes(self) -> Prefixes: ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.int8]: ...


class SentenceEncoder:
    """A model in a folder, loaded at the first text; a text is the mean of what the model says of its pieces.

    Raises:
        ConfigError: when the extra is not installed, or the folder holds no model, or none that can be loaded.
    """

    def __init__(self, folder: str) -> None:
        if not all(map(find_spec, LIBRARIES)):
            needed = Saying(
                "{setting}: found {found}, which needs `pip install 'matcher[encoder]'`",
                setting=SETTING,
                found=shorten(folder, 200),
            )
            raise ConfigError([needed])
        self._folder = Path(folder).expanduser()
        self._files = _files(self._folder)
        self.prefixes = prefixes_of(folder)
        self.name = hashlib.sha256(b"".join(map(_mark, self._files))).hexdigest()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.int8]:
        """One text at a time: a model of eight bits rounds by all that it reads together, so that a text among others
        would have another vector than alone.
        """
        return np.stack([in_steps(self._vector(text)) for text in texts])

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        readable = text.encode("utf-8", "replace").decode()  # tokenizers stop at half a character
        session, tokenizer = self._loaded
        pieces = tokenizer.encode(readable)
        if not pieces.ids:
            return np.zeros(session.get_outputs()[0].shape[-1], dtype=np.float32)
        read = (pieces.ids, pieces.attention_mask, pieces.type_ids)
        given = {name: np.array([of], dtype=np.int64) for name, of in zip(_INPUTS, read, strict=True)}
        found = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})[0][0]
        return np.asarray(found.mean(axis=0) if found.ndim > 1 else found, dtype=np.float32)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The session of onnxruntime and the tokenizer."""
        import onnxruntime
        from tokenizers import Tokenizer

        model, words = self._files
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what is wrong is told by us
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others want the processors too
        try:
            tokenizer = Tokenizer.from_file(str(words))
            tokenizer.no_padding()
            tokenizer.enable_truncation(TOKENS)
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries raise whatever there is, some of it Exception itself
            raise ConfigError([_no_encoder(self._folder, str(error).partition("\n")[0])]) from error
        if unknown := {each.name for each in session.get_inputs()} - {*_INPUTS}:
            raise ConfigError([_no_encoder(self._folder, f"it wants {', '.join(sorted(unknown))}")])
        return session, tokenizer


def in_steps(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """A vector at unit length, in steps of `STEP`, in which hardly any processor differs from another.

    What is no number or has no length becomes 0.
    """
    finite = np.nan_to_num(np.asarray(vector, dtype=np.float64), posinf=0.0, neginf=0.0)
    length = float(np.linalg.norm(finite))
    return np.clip(np.round(finite / (length or 1.0) / STEP), -127, 127).astype(np.int8)


def prefixes_of(folder: str) -> Prefixes:
    """The prefixes of the E5 family (Wang et al. 2022), which was trained with them; none for other models."""
    return Prefixes("query: ", "passage: ") if _E5.search(folder.rstrip("/").rpartition("/")[2]) else Prefixes()


def _files(folder: Path) -> tuple[Path, Path]:
    """The model and the tokenizer of a folder."""
    listed = sorted((folder / "onnx").glob("*.onnx"))
    usual = [folder / _MODEL, folder / "onnx" / _MODEL]
    models = [path for path in usual if path.is_file()] or (listed if len(listed) == 1 else [])
    if models and (folder / _TOKENIZER).is_file():
        return models[0], folder / _TOKENIZER
    told = Saying(
        "{setting}: found {found}, expected a folder with model.onnx (or onnx/model.onnx, or one model in onnx/) and "
        "tokenizer.json: see “The sentence encoder” in docs/ranking.md",
        setting=SETTING,
        found=shorten(str(folder), 200),
    )
    raise ConfigError([told])


def _mark(file: Path) -> bytes:
    """Name, size and time of a file of a model."""
    known = file.stat()
    return f"{file.name} {known.st_size} {known.st_mtime_ns}\n".encode()


def _no_encoder(folder: Path, reason: str) -> Saying:
    return Saying(
        "{setting}: {folder} holds no sentence encoder ({reason})", setting=SETTING, folder=folder, reason=reason
    )
