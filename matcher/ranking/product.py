"""The product's own ranker, as `matcher evaluate` measures it: the very index that `matcher rank` asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from matcher.ranking.build import build

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from matcher.model.call import Call
    from matcher.model.institute import Profile
    from matcher.ranking.meaning import Encoding


class MatcherRanker:
    """Builds an index in memory, with the vectors of an encoder or without, and asks it for every profile."""

    def __init__(self, encoding: Encoding | None = None) -> None:
        self._encoding = encoding

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        index = build(calls, profiles, now=datetime.now(UTC), meta={}, encoding=self._encoding)
        scores = np.zeros((len(profiles), len(calls)))
        positions = {name: row for row, name in enumerate(index.identifiers())}
        rows = [positions[call.identifier.upper()] for call in calls]
        for i, profile in enumerate(profiles):
            scores[i] = index.scores(index.query(profile.identifier)).total[rows]
        return scores
