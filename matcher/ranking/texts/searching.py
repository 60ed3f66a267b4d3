"""Texts that hold the words of a search, best first: BM25 over fields, words together before words apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.ranking.texts.query_expansion import Meaning, meanings, phrase
from matcher.ranking.texts.word_positions import GAP, nearest
from matcher.text.folding import words
from matcher.text.passages import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.searched import Search
    from matcher.ranking.texts.query_expansion import Want, Way
    from matcher.ranking.texts.word_positions import Places, WordPositions
    from matcher.text.analysis import Analyzer

SATURATION = 1.2
"""BM25's k1: how soon more of a word stops to say more."""

LENGTH = 0.6
"""BM25's b: how much less a word says in a field that is longer than others."""

TOGETHER = 2.0
"""What a text gains at most by having the words side by side."""

_NEAR = 12  # places within which words are counted as near; further apart they gain nothing
_LOOSE = 6  # places within which the words of one translated term stand
_HARDLY_ANY = 3

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search found: `scores` (texts,), 0 where not all words are there, and the readings that were tried."""

    scores: Doubles
    readings: tuple[Meaning, ...]

    @property
    def rows(self) -> list[int]:
        """The texts that were found, best first, equal ones in their order."""
        found = np.flatnonzero(self.scores > 0)
        ordered: list[int] = found[np.argsort(-self.scores[found], kind="stable")].tolist()
        return ordered

    @property
    def stems(self) -> frozenset[str]:
        """Every stem that was looked for, to find the sentence where they stand."""
        ways = (way for reading in self.readings for want in reading.wants for way in want.ways)
        return frozenset(stem for way in ways for stem in way.stems if stem)


def search(places: WordPositions, weights: Sequence[float], asked: Search, analyzer: Analyzer) -> Sought:
    """The texts that meet a search; `weights` says what a word counts in each field."""
    if not asked.words:
        readings: tuple[Meaning, ...] = ()
        scores = np.ones(len(places))
    else:
        readings = (phrase(asked.text, analyzer),) if asked.phrase else tuple(meanings(asked.text, places, analyzer))
        counting = Counting(places, weights)
        scores = np.zeros(len(places))
        for reading in sorted(readings, key=lambda reading: reading.guess):
            if not reading.guess or np.count_nonzero(scores) < _HARDLY_ANY:
                scores = np.maximum(scores, counting.scores(reading))
    for text in asked.without:
        for want in phrase(text, analyzer).wants:
            scores[_texts(places, places_met(places, want))] = 0
    return Sought(scores, readings)


class Counting:
    """Scores of texts by BM25 over fields: words are counted by where they stand, then saturate together."""

    def __init__(self, places: WordPositions, weights: Sequence[float]) -> None:
        lengths = np.diff(places.edges).astype(np.float64).reshape(-1, places.fields) - GAP
        usual = np.maximum(lengths.mean(axis=0), 1.0) if len(lengths) else np.ones(places.fields)
        self._places = places
        self._worth = (np.array(weights) / (1 - LENGTH + LENGTH * lengths / usual)).ravel()

    def scores(self, reading: Meaning) -> Doubles:
        """(texts,) What each text that has all the wants says of them, 0 for the others."""
        places = self._places
        met = [places_met(places, want) for want in reading.wants]
        total, everywhere = np.zeros(len(places)), np.ones(len(places), dtype=np.bool_)
        for want, found in zip(reading.wants, met, strict=True):
            rarity, counted = self._counted(want, found)
            everywhere &= counted > 0
            total += rarity * counted
        total[~everywhere] = 0
        if len(met) > 1:
            total *= 1 + TOGETHER * _together(places, met)
        elif reading.wants[0].words > 1:  # a term of several words stands together by itself
            total *= 1 + TOGETHER
        return total * reading.weight

    def partly(self, reading: Meaning) -> tuple[Doubles, Doubles]:
        """(texts,) What each text says of the wants that it has, and their share of what all of them would tell."""
        total, held, whole = np.zeros(len(self._places)), np.zeros(len(self._places)), 0.0
        for want in reading.wants:
            rarity, counted = self._counted(want, places_met(self._places, want))
            total += rarity * counted
            held += rarity * (counted > 0)
            whole += rarity
        return total * reading.weight, held / whole

    def _counted(self, want: Want, found: Places) -> tuple[float, Doubles]:
        """How rare a want is, and (texts,) how much each text says of it."""
        places = self._places
        slots = places.slots(found)
        counted = np.bincount(slots // places.fields, weights=self._worth[slots], minlength=len(places))
        held = int((counted > 0).sum())
        rarity = want.words * float(np.log(1 + (len(places) - held + 0.5) / (held + 0.5)))
        return rarity, counted * (SATURATION + 1) / (counted + SATURATION)


def _together(places: WordPositions, met: Sequence[Places]) -> Doubles:
    """(texts,) 1 where the wants stand side by side, less the further they are apart, 0 where they are far."""
    rarest = min(met, key=len)
    spread = np.zeros(len(rarest), dtype=np.int64)
    for found in met:
        if found is not rarest:
            spread = np.maximum(spread, nearest(rarest, found))
    near = np.maximum(0, 1 - np.maximum(spread - len(met) + 1, 0) / _NEAR)
    best = np.zeros(len(places))
    np.maximum.at(best, places.slots(rarest) // places.fields, near)
    return best


def places_met(places: WordPositions, want: Want) -> Places:
    """Every place where a want is met, in order."""
    found = [_places_of(places, way) for way in want.ways]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _places_of(places: WordPositions, way: Way) -> Places:
    if way.begins:
        return places.beginning(way.stems[0] or "")
    if len(way.stems) == 1:
        return places.of(way.stems[0] or "")
    if way.loose:
        return places.near([stem for stem in way.stems if stem], _LOOSE)
    return places.phrase(way.stems)


def _texts(places: WordPositions, found: Places) -> npt.NDArray[np.int64]:
    return places.slots(found) // places.fields


SNIPPET = 240
"""Characters of a sentence that are shown."""


def telling_sentence(texts: Iterable[str], stems: frozenset[str], analyzer: Analyzer) -> str | None:
    """The first sentence with most of the stems, cut around them; None where none has any."""
    best, most = None, 0
    for text in texts:
        for sentence in sentences(text):
            held = len({analyzer.stem(word) or word for word in words(sentence)} & stems)
            if held > most:
                best, most = sentence, held
                if most == len(stems):
                    return around(best, stems, analyzer)
    return around(best, stems, analyzer) if best else None


_WORD = re.compile(r"[^\W_]+")


def around(sentence: str, stems: frozenset[str], analyzer: Analyzer) -> str:
    """A sentence of at most `SNIPPET` characters, from somewhat before the first word that was looked for."""
    line = " ".join(sentence.split())
    if len(line) <= SNIPPET:
        return line
    hits = [m.start() for m in _WORD.finditer(line) if any((analyzer.stem(w) or w) in stems for w in words(m[0]))]
    start = max(0, min(hits[0] - SNIPPET // 3 if hits else 0, len(line) - SNIPPET))
    start = line.find(" ", start) + 1 if start else 0
    end = line.rfind(" ", start, start + SNIPPET - 2) if len(line) > start + SNIPPET else len(line)
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
