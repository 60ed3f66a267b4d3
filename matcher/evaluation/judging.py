"""How true a fit is, on calls that were graded by reading: pairs of a topic and a call, pooled over topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from matcher.ranking.needs.chance import chance, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FITS = (5, 10, 15, 20, 25, 30, 40, 50, 70)
BINS = 10
LEAST = 0.1
"""Pairs of a smaller chance are not counted in the calibration error: nearly all are, and none is shown."""

HEART = 3
"""The grade of what a list must not miss."""

RELEVANT = 2
"""The grade from which on a call is what a project officer calls relevant."""

FIRST = 10
FIRST_HEARTS = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What a minimum fit shows: calls a topic, the share of them that is relevant, and how much of what there is."""

    fit: int
    calls: float
    precision: float
    of_grade_3: float
    of_relevant: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of about the same chance: how many, their mean chance, and the share that is relevant."""

    low: float
    pairs: int
    chance: float
    relevant: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Figures of graded pairs; `by_kind` gives the share of grade 0 among the first ten for each kind of topic."""

    average_precision: float
    calibration_error: float
    shown: tuple[Shown, ...]
    bins: tuple[Bin, ...]
    grade_3_in_20: float
    grade_0_in_10: Mapping[str, float]


def judgement(
    answers: Mapping[str, Mapping[str, int]],
    run: Mapping[str, Mapping[str, float]],
    profiles: Sequence[str],
    kinds: Mapping[str, str],
) -> Judgement:
    """The figures of a run whose scores are log-odds, for some profiles; what has no grade has grade 0."""
    scored = [(p, np.array(list(run[p].values())), list(run[p])) for p in profiles]
    grades = [np.array([answers[p].get(call, 0) for call in calls]) for p, _, calls in scored]
    totals, graded = np.concatenate([scores for _, scores, _ in scored]), np.concatenate(grades)
    pooled, fits = chance(totals), percent(totals)
    relevant = graded >= RELEVANT
    bins = _bins(pooled, relevant)
    counted = sum(one.pairs for one in bins)
    hearts = sum(int((g == HEART).sum()) for g in grades)
    return Judgement(
        average_precision=float(average_precision_score(relevant, pooled)) if relevant.any() else 0.0,
        calibration_error=sum(b.pairs * abs(b.chance - b.relevant) for b in bins) / max(counted, 1),
        shown=tuple(_shown(least, fits, graded, len(profiles)) for least in FITS),
        bins=bins,
        grade_3_in_20=sum(int((g[:FIRST_HEARTS] == HEART).sum()) for g in grades) / max(hearts, 1),
        grade_0_in_10=_foreign(grades, [kinds[p] for p in profiles]),
    )


def _bins(chances: npt.NDArray[np.float64], relevant: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    places = np.minimum((chances * BINS).astype(int), BINS - 1)
    found = []
    for place in range(int(LEAST * BINS), BINS):
        inside = places == place
        if inside.any():
            facts = (int(inside.sum()), float(chances[inside].mean()), float(relevant[inside].mean()))
            found.append(Bin(place / BINS, *facts))
    return tuple(found)


def _shown(least: int, fits: npt.NDArray[np.int64], grades: npt.NDArray[np.int64], topics: int) -> Shown:
    inside = fits >= least
    relevant, hearts = grades >= RELEVANT, grades == HEART
    return Shown(
        least,
        calls=float(inside.sum() / max(topics, 1)),
        precision=float(relevant[inside].mean()) if inside.any() else 0.0,
        of_grade_3=float((inside & hearts).sum() / max(hearts.sum(), 1)),
        of_relevant=float((inside & relevant).sum() / max(relevant.sum(), 1)),
    )


def _foreign(grades: Sequence[npt.NDArray[np.int64]], kinds: Sequence[str]) -> dict[str, float]:
    """The share of grade 0 among the first ten; grades are in the order of the run."""
    return {
        kind: float(np.mean([(g[:FIRST] == 0).mean() for g, k in zip(grades, kinds, strict=True) if k == kind]))
        for kind in sorted(set(kinds))
    }
