"""Whether a call is about a term: its title has it, or it is among the heaviest terms of its text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.ranking.call_fields import FIELDS, call_places
from matcher.text.analysis import Analyzer, pair_of
from matcher.text.folding import words
from matcher.text.french import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.ranking.index import Index
    from matcher.ranking.texts.word_positions import WordPositions

MAIN = 8
"""A term is a main one of a call where fewer terms of it are heavier: of some four hundred."""

_TITLE = tuple(FIELDS).index("title")


def calls_about(index: Index, terms: Iterable[str]) -> dict[int, str]:
    """The rows of the calls that are about one of these terms, in English or French, each with the first such term."""
    found: dict[int, str] = {}
    subjects = _Subjects(index, call_places(index.arrays), Analyzer())
    for term in terms:
        for row in subjects.rows(term):
            found.setdefault(row, term)
    return found


@dataclass(frozen=True, slots=True)
class _Subjects:
    index: Index
    places: WordPositions
    analyzer: Analyzer

    def rows(self, term: str) -> list[int]:
        stems = self._stems(term)
        if not stems:
            return []
        about = self._in_main_terms(stems)
        about[self._in_titles(stems)] = True
        rows: list[int] = np.flatnonzero(about).tolist()
        return rows

    def _stems(self, term: str) -> list[str]:
        """The stems of a term as it stands, or of what it means in English where no call knows one of its words."""
        stems = self._known(words(term))
        if stems is not None:
            return stems
        english = (next((e for e in p.english if self._known(words(e))), p.english[0]) for p in pieces(term))
        return self._known([word for piece in english for word in words(piece)]) or []

    def _known(self, found: Iterable[str]) -> list[str] | None:
        """The stems of these words; None where a call lacks one of them."""
        stems = [stem for word in found if (stem := self.analyzer.stem(word)) is not None]
        return stems if all(map(self.places.has, stems)) else None

    def _in_titles(self, stems: list[str]) -> npt.NDArray[np.int64]:
        """Titles that have the words side by side, in any order, with a word between at most."""
        found = self.places.of(stems[0]) if len(stems) == 1 else self.places.near(stems, len(stems))
        slots = self.places.slots(found)
        titles: npt.NDArray[np.int64] = slots[slots % self.places.fields == _TITLE] // self.places.fields
        return titles

    def _in_main_terms(self, stems: list[str]) -> npt.NDArray[np.bool_]:
        keys = stems if len(stems) == 1 else [pair_of(*pair) for pair in pairwise(stems)]
        weights = np.min([self.index.term_weights(key) for key in keys], axis=0)
        return np.asarray((weights > 0) & (self.index.heavier(weights) < MAIN))
