"""Whether fit is true here: what it promised of the calls that institutes decided on, against what they kept."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from matcher.app.decision_copy import decided
from matcher.app.decisions.learned_feedback import examples_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.app.home import Home
    from matcher.ranking.index import Index

FEWEST = 20
"""Decisions from which on their sum tells anything."""

BY_CHANCE = 2.58
"""Standard deviations that chance alone passes once in a hundred times."""

_ROUNDED = 0.005


@dataclass(frozen=True, slots=True)
class FitCheck:
    """So many of the `decided` calls were `kept`; by their fits `expected` would be, give or take `spread`."""

    decided: int
    kept: int
    expected: float
    spread: float

    @property
    def is_enough(self) -> bool:
        return self.decided >= FEWEST

    @property
    def is_off(self) -> bool:
        """True where chance would hardly account for the difference."""
        return self.is_enough and abs(self.kept - self.expected) > BY_CHANCE * self.spread


def check_of(fits: Iterable[int], kept: int) -> FitCheck:
    """The check of calls by their fits, each a draw of its own; a fit of 100 is rounded, and no certainty."""
    chances = [min(max(fit / 100, _ROUNDED), 1 - _ROUNDED) for fit in fits]
    return FitCheck(len(chances), kept, sum(chances), sqrt(sum(chance * (1 - chance) for chance in chances)))


def check_fit(home: Home, index: Index, day: date) -> FitCheck:
    """The check of all calls that institutes kept or found not their field."""
    judged = judged_fits(home, index, day)
    return check_of([fit for fit, _ in judged], sum(kept for _, kept in judged))


def judged_fits(home: Home, index: Index, day: date) -> list[tuple[int, bool]]:
    """The fit of today, without what lists learned, of each call that an institute kept (True) or found foreign."""
    from matcher.ranking.scores.scoring import score

    known, found = decided(home, day), list[tuple[int, bool]]()
    for institute in home.institutes:
        examples = [one for _, one in examples_of(index, institute.identifier, known, day)]
        if examples:
            scored = score(index, index.need(institute.identifier), everything=True)
            found += [(scored.fit(one.row), one.kept) for one in examples]
    return found
