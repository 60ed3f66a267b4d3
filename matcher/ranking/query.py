"""A profile as the index reads it: weighted terms, each with the skill, lab or project it comes from."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.model import Profile
    from matcher.text.analysis import Analyzer

PART_WEIGHTS = {"keyword": 2.0, "lab": 2.0, "description": 1.0, "project": 1.0, "text": 1.0}
"""A keyword was chosen by a person: its words count as two in a description."""


@dataclass(frozen=True, slots=True)
class QueryVector:
    """`ids` (terms,) positions in the index's vocabulary, `weights` (terms,) of unit length, `sources` a label each."""

    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    sources: tuple[str, ...]


def query_vector(
    profile: Profile, analyzer: Analyzer, find: Callable[[str], int | None], idf: npt.NDArray[np.float32]
) -> QueryVector:
    """Weigh the profile's terms as the calls' were: field-weighted counts, damped, times idf, unit length.

    Terms that no call holds are left out: they cannot match. Excluded terms and pairs holding them count nothing.
    """
    excluded = {stem for text in profile.exclude for stem in analyzer.terms(text)}
    counts: dict[int, float] = defaultdict(float)
    best: dict[int, tuple[float, str]] = {}
    for part in profile.parts:
        if part.language != "en":
            continue
        weight = PART_WEIGHTS[part.kind]
        for term in analyzer.terms(part.text):
            position = None if term in excluded else find(term)
            if position is None:
                continue
            counts[position] += weight
            if weight > best.get(position, (0.0, ""))[0]:
                best[position] = (weight, part.label)
    ids = np.array(sorted(counts), dtype=np.int32)
    weights = np.array([(1 + math.log(counts[i])) * float(idf[i]) for i in ids], dtype=np.float32)
    length = float(np.sqrt((weights * weights).sum()))
    return QueryVector(ids, weights / (length or 1.0), tuple(best[i][1] for i in ids))
