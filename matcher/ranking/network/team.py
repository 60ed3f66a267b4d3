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


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers: the rows of its own `projects`, the positions of its own `entities`, its `country` and `kind`."""

    projects: Rows
    entities: frozenset[int]
    country: str = "FR"
    kind: str = ""

    def others(self, values: Doubles, instead: float = 0.0) -> Doubles:
        """(organisations,) the values of all others; those of the team are `instead`."""
        found = values.copy()
        found[list(self.entities)] = instead
        return found


def team_of(past: Consortia, numbers: Iterable[str], pics: Iterable[str], country: str = "FR") -> Team:
    """A team by the numbers of its own projects and the PICs of its entities; unknown ones are passed over.

    Its kind is that of most of its entities.
    """
    rows = [row for number in set(numbers) if (row := past.numbers.find(number.encode())) is not None]
    entities = frozenset(place for pic in pics if (place := past.position(pic)) is not None)
    kinds = sorted(str(past.types[one]) for one in entities)
    kind = max(kinds, key=kinds.count, default="")
    return Team(np.array(sorted(rows), dtype=np.int64), entities, country, kind)
