"""Whether a call says a skill: has words of it that a person would take for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill


SAID = 0.55
"""A call says a skill when its words make up this share of it: of two that tell as much, one alone does not."""


def says(index: Index, row: int, skill: Skill) -> bool:
    """Whether a call has words of a skill that a person would take for it: a pair of them, or most of the rest.

    Each of its unknown words, which no call has, counts as the rarest of the others: modelling alone says little of
    `tsunami modelling`.
    """
    whole, held = skill.unknown * float(max(skill.weights, default=0.0)), 0.0
    for position, weight in zip(skill.ids.tolist(), skill.weights.tolist(), strict=True):
        pair = " " in index.term(position)
        here = index.holds(row, position)
        if pair and here:
            return True
        whole += 0.0 if pair else weight
        held += weight if here and not pair else 0.0
    return held >= SAID * whole > 0
