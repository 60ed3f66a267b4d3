"""A real sentence encoder, but a small one: hashed words; and which tests need the extra for a large one."""

from __future__ import annotations

import hashlib
import importlib.util
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from matcher.ranking.encoder import Prefixes

if TYPE_CHECKING:
    from collections.abc import Sequence

needs_the_extra = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None, reason="the extra is not installed"
)
without_the_extra = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed"
)


class HashedWords:
    """Each word is a direction of its own; synonyms share one, as a trained encoder would have it."""

    name = "hashed words"
    prefixes = Prefixes()
    synonyms: ClassVar = {"automobile": "car", "roadster": "car"}

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[hashlib.sha256(self.synonyms.get(word, word).encode()).digest()[0]] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
