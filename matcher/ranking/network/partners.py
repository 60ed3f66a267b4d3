"""Organisations to answer a call with: a sum of what they did that the call asks for, and what they did with us."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.programmes import programme_part
from matcher.ranking.network.call_likeness import likeness_of_nearest, place_of, shared_words
from matcher.ranking.network.earlier import Earlier
from matcher.ranking.network.partner_signals import WEIGHTS, Signals, nearest

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from matcher.model.consortium import OrganisationType
    from matcher.ranking.index import Index
    from matcher.ranking.network.consortia import Consortia
    from matcher.ranking.network.team import Team

Doubles = npt.NDArray[np.float64]

LIKE = 100
"""Projects nearest to a call that are said to be like it."""


class Candidates:
    """Every organisation with a past before a day, as partners of a team for one call.

    All arrays are (organisations,) unless they say (projects,).
    """

    def __init__(self, index: Index, row: int, past: Consortia, team: Team, day: date) -> None:
        self.past, self._team = past, team
        self._topic = index.call(row).identifier
        self.earlier = earlier = Earlier(past, day)
        shared = np.where(earlier.projects, shared_words(index, row), 0.0)
        self.likeness = likeness_of_nearest(index, shared, place_of(index, row))  # (projects,)
        self._signals = Signals(earlier, team, self._topic, shared, self.likeness)

    @property
    def part(self) -> str:
        """The part of the programme that the call is of."""
        return programme_part(self._topic)

    @cached_property
    def like(self) -> npt.NDArray[np.bool_]:
        """(projects,) whether each is like the call: all that has a word in common with it would say too much."""
        return nearest(self.likeness, LIKE) > 0

    @property
    def own(self) -> Doubles:
        """(projects,) one for each of the team's."""
        return self._signals.own

    @cached_property
    def signals(self) -> dict[str, Doubles]:
        """Every signal by the name of its weight, as it goes into the sum."""
        return self._signals.named()

    @cached_property
    def scores(self) -> Doubles:
        """The weighted sum; minus infinity for the team itself and for those without a past."""
        number = self.earlier.number
        total = sum((WEIGHTS[name] * values for name, values in self.signals.items()), np.zeros(len(number)))
        return self._team.others(np.where(number > 0, total, -np.inf), -np.inf)


def leaders_first(candidates: Candidates, order: list[int]) -> list[int]:
    """The same organisations, those first that coordinated a project that is like the call."""
    leads = {one for one in order if candidates.like[candidates.earlier.led_by(one)].any()}
    return [one for one in order if one in leads] + [one for one in order if one not in leads]


def best(
    candidates: Candidates, most: int, *, countries: Collection[str], types: Collection[OrganisationType]
) -> list[int]:
    """Positions of the best organisations of these countries and types (all, where none is named), best first; equal
    ones in their order.
    """
    past = candidates.past
    allowed = np.ones(past.organisations, dtype=np.bool_)
    if countries:
        allowed &= np.isin(past.countries, sorted(countries))
    if types:
        allowed &= np.array([any(wanted.holds(kind) for wanted in types) for kind in past.kinds], dtype=np.bool_)
    scores = np.where(allowed, candidates.scores, -np.inf)
    order = np.argsort(-scores, kind="stable")[:most]
    return [one for one in order.tolist() if np.isfinite(scores[one])]
