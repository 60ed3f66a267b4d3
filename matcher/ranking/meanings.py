"""What a sentence encoder makes of the texts of an index, and of what is asked of it anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.errors import IndexMissing
from matcher.ranking.encoder import SentenceEncoder
from matcher.ranking.kept_vectors import KeptVectors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matcher.config.settings import Settings
    from matcher.ranking.encoder import Encoder
    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill

Vector = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an index gets its vectors: by which model, as it was set, and where they are kept."""

    model: str
    vectors: KeptVectors

    @property
    def facts(self) -> dict[str, str]:
        """What an index remembers of its encoder."""
        return {"setting": self.model, "name": self.vectors.encoder.name}

    def of_calls(self, passages: Sequence[str]) -> Vector:
        """(passages, dimensions)"""
        texts = [self.vectors.encoder.prefixes.call + passage for passage in passages]
        found = self.vectors.encode(dict.fromkeys(texts))
        return np.stack([found[text] for text in texts])

    def of_skills(self, skills: Sequence[Skill]) -> tuple[Skill, ...]:
        """The same skills, each with its vector."""
        return _meant(skills, self.vectors.encoder, self.vectors.encode)


def index_encoding(settings: Settings) -> Encoding | None:
    """How an index gets its vectors; None where no encoder is set.

    Raises:
        ConfigError: when the encoder that is set cannot be used here.
    """
    model = settings.ranking.encoder
    if not model:
        return None
    return Encoding(model, KeptVectors(SentenceEncoder(model), settings.home / "vectors.db"))


def skills_meant(index: Index, skills: Sequence[Skill]) -> tuple[Skill, ...]:
    """Skills that are asked of an index anew, each with its vector.

    What the index knows of its profiles needs no encoder; anything else loads the one that it was built with.

    Raises:
        ConfigError: when that encoder cannot be used here.
        IndexMissing: when the index was built with another one.
    """
    known = {words: index.arrays["skill_meanings"][row] for row, (words, *_) in enumerate(index.meta["skills"])}
    if all(skill.words in known for skill in skills):
        return tuple(replace(skill, meaning=known[skill.words]) for skill in skills)
    encoder = sentence_encoder(index.meta["encoder"]["setting"])
    if index.meta["encoder"]["name"] != encoder.name:
        raise IndexMissing(
            "The sentence encoder changed since the index was built; delete the folder `index` in MATCHER_HOME, "
            "and the next question builds it anew."
        )

    def encode(texts: Sequence[str]) -> dict[str, Vector]:
        return dict(zip(texts, encoder.encode(texts), strict=True))

    return _meant(skills, encoder, encode)


@lru_cache(1)
def sentence_encoder(model: str) -> Encoder:
    """The encoder of a setting: loaded once in a process that answers many questions."""
    return SentenceEncoder(model)


def _meant(
    skills: Sequence[Skill], encoder: Encoder, encode: Callable[[list[str]], Mapping[str, Vector]]
) -> tuple[Skill, ...]:
    texts = [encoder.prefixes.skill + skill.words for skill in skills]
    found = encode(list(dict.fromkeys(texts))) if texts else {}
    return tuple(replace(skill, meaning=found[text]) for skill, text in zip(skills, texts, strict=True))
