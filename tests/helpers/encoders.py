"""Real sentence encoders, but small ones: hashed words, and a model in the ONNX form; and who needs the extra."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from matcher.ranking.encoder import LIBRARIES, Prefixes, in_steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

needs_the_extra = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, LIBRARIES)), reason="the extra `encoder` is not installed"
)

MODEL = os.environ.get("MATCHER_TEST_ENCODER", "")
with_model = pytest.mark.skipif(not MODEL, reason="MATCHER_TEST_ENCODER names no folder with all-MiniLM-L6-v2")

SYNONYMS = {"automobile": "car", "roadster": "car"}


class HashedWords:
    """Each word is a direction of its own; synonyms share one, as a trained encoder would have it."""

    name = "hashed words"
    prefixes = Prefixes()
    size: ClassVar = 256

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        return np.stack([in_steps(self._vector(text)) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        found = np.zeros(self.size, dtype=np.float32)
        for word in text.lower().split():
            found[hashlib.sha256(SYNONYMS.get(word, word).encode()).digest()[0]] += 1
        return found


def tiny_model(folder: Path, words: Sequence[str], *, model: str = "model.onnx", given: str = "input_ids") -> str:
    """A model that knows these words, each a direction of its own but for synonyms, in a folder as they are handed out:
    one table from which it takes the rows of the words of a text. Its input is called `given`.
    """
    known = ["[UNK]", *words]
    places = {word: place for place, word in enumerate(known)}
    table = np.zeros((len(known), len(known)), dtype=np.float32)
    for word, place in places.items():
        table[place, places.get(SYNONYMS.get(word, word), place)] = 1
    table[0] = 0
    (folder / model).parent.mkdir(parents=True, exist_ok=True)
    (folder / model).write_bytes(_onnx(table, given))
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": places, "unk_token": "[UNK]"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return str(folder)


_FLOAT, _INT64 = 1, 7  # onnx.TensorProto.DataType


def _onnx(table: np.ndarray, given: str) -> bytes:
    """A graph of one Gather, as onnx.proto has it; numbers are the fields of its messages."""
    node = _bytes(1, b"table") + _bytes(1, given.encode()) + _bytes(2, b"states") + _bytes(4, b"Gather")
    rows = b"".join(_number(1, size) for size in table.shape)
    tensor = rows + _number(2, _FLOAT) + _bytes(8, b"table") + _bytes(9, table.tobytes())
    asked = _value(given, _INT64, (1, "length"))
    states = _value("states", _FLOAT, (1, "length", table.shape[1]))
    graph = _bytes(1, node) + _bytes(2, b"words") + _bytes(5, tensor) + _bytes(11, asked) + _bytes(12, states)
    return _number(1, 8) + _bytes(8, _number(2, 13)) + _bytes(7, graph)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = (_bytes(2, one.encode()) if isinstance(one, str) else _number(1, one) for one in shape)
    dimensions = b"".join(_bytes(1, size) for size in sizes)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dimensions)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
