"""What a search that no text meets shows instead: what has a misspelt word as it is spelt, or most of the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.ranking.texts.query_expansion import meanings
from matcher.ranking.texts.searching import Counting, Sought, places_met, search
from matcher.text.analysis import words
from matcher.text.slips import is_slip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matcher.model.searched import Search
    from matcher.ranking.texts.query_expansion import Meaning
    from matcher.ranking.texts.word_positions import WordPositions
    from matcher.text.analysis import Analyzer

_MOST = 0.5
"""Share of what the words of a search tell, rare ones more, that a text has at least to be shown in place of all."""

_SEVERAL = 3
"""Words from which on most of them are more than one of two, which may be the wrong one."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A search that nothing meets: the words that no text has, each with near ones, and what is shown `instead`.

    `partly` is True where each word is there and what is shown has most of them.
    """

    missing: Mapping[str, tuple[str, ...]]
    instead: Sought | None
    partly: bool = False


def unmet(places: WordPositions, weights: Sequence[float], asked: Search, analyzer: Analyzer) -> Unmet:
    """Why a search with words found nothing, and what may be meant."""
    readings = tuple(meanings(asked.text, places, analyzer))
    lacking = _missing(places, readings)
    if lacking:
        meant = _corrected(asked, lacking)
        return Unmet(lacking, None if meant is None else search(places, weights, meant, analyzer))
    if asked.phrase or asked.without or len(readings[0].wants) < _SEVERAL:
        return Unmet({}, None)
    return Unmet({}, _with_most(places, weights, readings), partly=True)


def near_words(places: WordPositions, word: str, most: int = 3) -> tuple[str, ...]:
    """Words of the texts that are spelt nearly like one that they lack; first those that begin like it."""
    from difflib import get_close_matches

    known = [spelling.decode() for spelling in places.spellings.all()]
    alike = [other for other in known if other[:1] == word[:1] and abs(len(other) - len(word)) <= _SLIPS]
    near = get_close_matches(word, alike, n=most, cutoff=0.75)
    if near:
        return tuple(near)
    alike = [other for other in known if abs(len(other) - len(word)) <= 1]
    return tuple(get_close_matches(word, alike, n=most, cutoff=0.75))


_SLIPS = 2


def _missing(places: WordPositions, readings: tuple[Meaning, ...]) -> dict[str, tuple[str, ...]]:
    """Each word of a search that no text has, in any reading, with words that are spelt nearly so."""
    own, *others = readings
    if any(all(len(places_met(places, want)) for want in reading.wants) for reading in others):
        return {}
    return {w.word: near_words(places, w.word) for w in own.wants if not len(places_met(places, w))}


def _corrected(asked: Search, lacking: Mapping[str, tuple[str, ...]]) -> Search | None:
    """The search with each word that no text has as it is spelt rightly; None where one is no slip of a known word."""
    meant = {word: next((other for other in near if is_slip(word, other)), None) for word, near in lacking.items()}
    if None in meant.values():
        return None
    spelt = (meant.get(word) or word for word in words(asked.text))
    return replace(asked, words=(" ".join(spelt),))


def _with_most(places: WordPositions, weights: Sequence[float], readings: tuple[Meaning, ...]) -> Sought:
    """The texts that have most of what the words tell, in any reading, those that have more of it first."""
    counting, scores = Counting(places, weights), np.zeros(len(places))
    for reading in readings:
        total, share = counting.partly(reading)
        scores = np.maximum(scores, np.where(share >= _MOST, total * share, 0))
    return Sought(scores, readings)
