"""Whether a call says a skill: has words of it that a person would take for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill


SAID = 0.55
"""A call says a skill when its words make up this share of it: of two that tell as much, one alone does not."""


class SkillWords:
    """The words of one skill, looked up once: of a list every call is asked whether it says each skill.

    Each of its unknown words, which no call has, counts as the rarest of the others: modelling alone says little of
    `tsunami modelling`.
    """

    def __init__(self, index: Index, skill: Skill) -> None:
        positions, weights = skill.ids.tolist(), skill.weights.tolist()
        self._words = [
            (index.postings(position), weight, " " in index.term(position))
            for position, weight in zip(positions, weights, strict=True)
        ]
        rarest = float(max(weights, default=0.0))
        self._whole = skill.unknown * rarest + sum(weight for _, weight, pair in self._words if not pair)

    def said_by(self, row: int) -> bool:
        """Whether a call has words of the skill that a person would take for it: a pair, or most of the rest."""
        held = 0.0
        for rows, weight, pair in self._words:
            place = rows.searchsorted(row)
            if place < len(rows) and rows[place] == row:
                if pair:
                    return True
                held += weight
        return bool(held >= SAID * self._whole > 0)
