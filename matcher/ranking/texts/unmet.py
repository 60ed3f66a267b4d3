"""What a search that no text meets shows instead: what has a misspelt word as it is spelt, or most of the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.ranking.texts.query_expansion import meanings
from matcher.ranking.texts.searching import Counting, Sought, places_met
from matcher.ranking.texts.word_positions import search_stem
from matcher.text.folding import words
from matcher.text.french import is_term_word
from matcher.text.slips import is_slip, slips

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from matcher.model.searched import Search
    from matcher.ranking.texts.generation import StringTable
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


def unmet(
    places: WordPositions,
    weights: Sequence[float],
    asked: Search,
    analyzer: Analyzer,
    seek: Callable[[Search], Sought],
    names: Collection[str] = (),
) -> Unmet:
    """Why a search with words found nothing, and what may be meant: words of the texts, and `names` beside them."""
    readings = tuple(meanings(asked.text, places, analyzer))
    lacking = _missing(places, readings, analyzer, names)
    if lacking:
        meant = _corrected(asked, lacking, analyzer)
        return Unmet(lacking, None if meant is None else seek(meant))
    if asked.phrase or asked.without or len(readings[0].wants) < _SEVERAL:
        return Unmet({}, None)
    return Unmet({}, _with_most(places, weights, readings), partly=True)


def near_words(places: WordPositions, word: str, analyzer: Analyzer, most: int = 3) -> tuple[str, ...]:
    """Words of the texts that are spelt nearly like one that they lack, slips of it first; of the others those that
    begin like it.

    Of each stem one spelling is known: `citties` is near `city` by its stem.
    """
    stem = search_stem(word, analyzer) or word
    stems, spellings = _decoded(places.stems), _decoded(places.spellings)
    near = dict.fromkeys(_alike(word, [other for other in spellings if _begins_alike(word, other)], most))
    spelt = dict(zip(stems, spellings, strict=True))
    near |= dict.fromkeys(spelt[other] for other in _alike(stem, [o for o in stems if _begins_alike(stem, o)], most))
    if not near:
        near = dict.fromkeys(_alike(word, [other for other in spellings if abs(len(other) - len(word)) <= 1], most))
    return tuple(sorted(near, key=lambda other: not _is_slip(word, other, analyzer))[:most])


_SLIPS = 2


def _decoded(table: StringTable) -> list[str]:
    return [entry.decode() for entry in table.all()]


def _begins_alike(word: str, other: str) -> bool:
    return other[:1] == word[:1] and abs(len(other) - len(word)) <= _SLIPS


def _alike(word: str, others: Sequence[str], most: int) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, others, n=most, cutoff=0.75)


def _is_slip(word: str, other: str, analyzer: Analyzer) -> bool:
    """Whether a word is another one misspelt, in whatever form: `citties` is a slip of `city` for its `cities`."""
    if is_slip(word, other):
        return True
    stem, there = search_stem(word, analyzer), search_stem(other, analyzer)
    return bool(stem and there) and not is_term_word(word) and is_slip(stem or word, there or other)


def _missing(
    places: WordPositions, readings: tuple[Meaning, ...], analyzer: Analyzer, names: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Each word of a search that no text has, in any reading, with names and words that are spelt nearly so."""
    own, *others = readings
    if any(all(len(places_met(places, want)) for want in reading.wants) for reading in others):
        return {}
    lacking = [want.word for want in own.wants if not len(places_met(places, want))]
    return {word: _near_names(word, names) or near_words(places, word, analyzer) for word in lacking}


def _near_names(word: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted((name for name in names if is_slip(word, name)), key=lambda name: (slips(word, name), name)))


def _corrected(asked: Search, lacking: Mapping[str, tuple[str, ...]], analyzer: Analyzer) -> Search | None:
    """The search with each word that no text has as it is spelt rightly; None where one is no slip of a known word."""
    meant = {word: next((o for o in near if _is_slip(word, o, analyzer)), None) for word, near in lacking.items()}
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
