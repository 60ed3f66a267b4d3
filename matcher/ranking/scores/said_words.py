"""Whether a call says a skill: has words of it, side by side or near each other, that a person would take for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill
    from matcher.ranking.texts.word_positions import WordPositions


SAID = 0.55
"""A call says a skill when its words make up this share of it: of two that tell as much, one alone does not."""

NEAR = 15
"""Places within which these words stand, about a sentence: what is scattered over a call is said by none."""


class CallPlaces:
    """Where words stand in the calls of an index, read when it is first asked for."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def _words(self) -> WordPositions:
        from matcher.ranking.call_fields import call_places  # most lists get by without

        return call_places(self._index.arrays)

    def of(self, stem: str, row: int) -> list[int] | None:
        """The places of a stem in one call; None of what is written in other ways too (CO2 and carbon dioxide)."""
        if not self._words.has(stem):
            return None
        places, fields, edges = self._words.of(stem), self._words.fields, self._words.edges
        start, end = places.searchsorted([int(edges[row * fields]), int(edges[(row + 1) * fields])]).tolist()
        found: list[int] = places[start:end].tolist()
        return found or None


class SkillWords:
    """The words of one skill, looked up once: of a list every call is asked whether it says each skill.

    Each of its unknown words, which no call has, counts as the rarest of the others: modelling alone says little of
    `tsunami modelling`.
    """

    def __init__(self, index: Index, skill: Skill, places: CallPlaces) -> None:
        positions, weights = skill.ids.tolist(), skill.weights.tolist()
        self._words = [
            (index.postings(position), weight, index.term(position))
            for position, weight in zip(positions, weights, strict=True)
        ]
        self._places = places
        rarest = float(max(weights, default=0.0))
        self._whole = skill.unknown * rarest + sum(weight for _, weight, term in self._words if " " not in term)

    def said_by(self, row: int) -> bool:
        """Whether a call has words of the skill that a person would take for it: a pair, or most of the rest."""
        held = []
        for rows, weight, term in self._words:
            place = rows.searchsorted(row)
            if place < len(rows) and rows[place] == row:
                if " " in term:
                    return True
                held.append((term, weight))
        enough = SAID * self._whole
        if not held or sum(weight for _, weight in held) < enough:
            return False
        return max(weight for _, weight in held) >= enough or self._together(row, held, enough)

    def _together(self, row: int, held: Sequence[tuple[str, float]], enough: float) -> bool:
        """Whether enough of these words stand within `NEAR` places; a word without a place is near all of them."""
        placed = [(self._places.of(term, row), weight) for term, weight in held]
        anywhere = sum(weight for places, weight in placed if places is None)
        found = sorted((place, number) for number, (places, _) in enumerate(placed) for place in places or ())
        first = 0
        for last, (place, _) in enumerate(found):
            while place - found[first][0] > NEAR:
                first += 1
            here = {number for _, number in found[first : last + 1]}
            if anywhere + sum(placed[number][1] for number in here) >= enough:
                return True
        return anywhere >= enough
