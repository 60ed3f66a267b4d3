"""The sentence-encoder plug-in, with a real, small encoder made here: hashed words."""

from __future__ import annotations

import hashlib
import importlib.util
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from matcher.errors import ConfigError, StoreError, UsageError
from matcher.model import Call, Profile, ProfilePart
from matcher.ranking import encoder
from matcher.ranking.product import MatcherRanker
from matcher.ranking.ranker import load_ranker

if TYPE_CHECKING:
    from collections.abc import Sequence


class HashedWords:
    """Each word is a direction of its own; synonyms share one, as a trained encoder would have it."""

    name = "hashed words"
    synonyms: ClassVar = {"automobile": "car"}

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[hashlib.sha256(self.synonyms.get(word, word).encode()).digest()[0]] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


CALLS = [Call("A-1", "car engines"), Call("A-2", "sea water"), Call("A-3", "old books")]
PROFILES = [Profile("p", "P", (ProfilePart("keyword", "automobile", "automobile"),))]


def test_it_finds_what_is_said_in_other_words(tmp_path):
    terms = MatcherRanker().rank_scores(CALLS, PROFILES)[0]
    fused = encoder.FusedRanker(HashedWords(), tmp_path).rank_scores(CALLS, PROFILES)[0]
    assert terms.tolist() == [0, 0, 0]
    assert fused.argmax() == 0
    assert fused[0] == pytest.approx(encoder.WEIGHT / 2**0.5)


def test_a_text_is_encoded_once(tmp_path):
    first, second = HashedWords(), HashedWords()
    scores = encoder.FusedRanker(first, tmp_path).rank_scores(CALLS, PROFILES)
    assert len(first.encoded) == 4
    again = encoder.FusedRanker(second, tmp_path).rank_scores([*CALLS, Call("A-4", "new moon")], PROFILES)
    assert second.encoded == ["new moon"]
    assert np.allclose(again[:, :3], scores, atol=0.05)


def test_models_never_share_vectors(tmp_path):
    other = HashedWords()
    other.name = "another"
    encoder.FusedRanker(HashedWords(), tmp_path).rank_scores(CALLS, PROFILES)
    encoder.FusedRanker(other, tmp_path).rank_scores(CALLS, PROFILES)
    assert len(other.encoded) == 4


class DiesLater(HashedWords):
    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self.encoded:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_what_was_encoded_before_the_end_is_kept(tmp_path):
    texts = [f"text {number}" for number in range(encoder.AT_ONCE + 5)]
    with pytest.raises(KeyboardInterrupt):
        encoder.KeptVectors(DiesLater(), tmp_path / "vectors.db").encode(texts)
    later = HashedWords()
    assert encoder.KeptVectors(later, tmp_path / "vectors.db").encode(texts).shape == (len(texts), 256)
    assert later.encoded == texts[encoder.AT_ONCE :]


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "vectors.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="delete that file"):
        encoder.KeptVectors(HashedWords(), tmp_path / "vectors.db").encode(["one"])


def test_nothing_to_rank_and_empty_profiles(tmp_path):
    ranker = encoder.FusedRanker(HashedWords(), tmp_path)
    assert ranker.rank_scores([], PROFILES).shape == (1, 0)
    assert ranker.rank_scores(CALLS, [Profile("e", "E", ())]).tolist() == [[0, 0, 0]]


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed")
def test_without_the_extra_it_says_which_one():
    with pytest.raises(UsageError, match=r"pip install 'matcher\[encoder\]'"):
        load_ranker("encoder")


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is None, reason="the extra is not installed")
def test_with_the_extra_it_asks_for_a_model(monkeypatch):
    monkeypatch.delenv(encoder.MODEL_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match=encoder.MODEL_VARIABLE):
        load_ranker("encoder")
