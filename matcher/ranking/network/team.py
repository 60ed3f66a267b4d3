"""Who looks for partners, as CORDIS knows them: their projects and legal entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.ranking.network.consortia import Consortia

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

NETWORK = "FR"
"""The country of a team of which no entity is known."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers: the rows of its own `projects`, the positions of its own `entities`, its `country` and `kind`."""

    projects: Rows
    entities: frozenset[int]
    country: str
    kind: str

    def others(self, values: Doubles, instead: float = 0.0) -> Doubles:
        """(organisations,) the values of all others; those of the team are `instead`."""
        found = values.copy()
        found[list(self.entities)] = instead
        return found


def team_of(past: Consortia, numbers: Iterable[str], pics: Iterable[str]) -> Team:
    """A team by the numbers of its own projects and the PICs of its entities; unknown ones are passed over.

    Its country and its kind are those of most of its entities.
    """
    rows = [row for number in set(numbers) if (row := past.numbers.find(number.encode())) is not None]
    entities = frozenset(place for pic in pics if (place := past.position(pic)) is not None)
    of_each = [past.organisation(one) for one in entities]
    country = _usual([country for *_, country, _ in of_each], NETWORK)
    kind = _usual([kind for *_, kind in of_each], "")
    return Team(np.array(sorted(rows), dtype=np.int64), entities, country, kind)


def _usual(codes: list[str], unknown: str) -> str:
    return max(sorted(codes), key=codes.count, default=unknown)
