"""Ranking metrics by ir-measures, with what they are worth: bootstrap intervals and paired tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ir_measures
import numpy as np
from ir_measures import AP, RR, P, R, nDCG
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from matcher.evaluation.benchmark import Qrels

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "p@10": P @ 10,
    "recall@10": R @ 10,
    "recall@50": R @ 50,
    "map": AP,
    "mrr": RR,
}

RESAMPLES = 2_000
"""Bootstrap resamples and permutations: enough for two digits of an interval or a p-value."""

Run = dict[str, dict[str, float]]
"""profile → call → score."""

Values = dict[str, "npt.NDArray[np.float64]"]
"""measure → one value per profile, all in the same order of profiles."""


def per_profile(run: Run, qrels: Qrels, profiles: Sequence[str]) -> Values:
    """Each measure for each of the profiles; a profile without any ranked call scores 0."""
    values = {name: dict.fromkeys(profiles, 0.0) for name in MEASURES}
    names = {measure: name for name, measure in MEASURES.items()}
    for result in ir_measures.iter_calc(list(MEASURES.values()), {p: qrels[p] for p in profiles}, run):
        values[names[result.measure]][result.query_id] = result.value
    return {name: np.array([by_profile[p] for p in profiles]) for name, by_profile in values.items()}


def interval(values: npt.NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of the mean over profiles (percentile method)."""
    if len(values) < 2 or np.ptp(values) == 0:
        return float(values.mean()), float(values.mean())
    result = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(seed)
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model against another on the same profiles: ratio of the means, mean difference and p-value."""

    measure: str
    ratio: float | None  # None where the other's mean is 0
    difference: float
    p_value: float


def compare(values: Values, other: Values, seed: int = 0) -> list[Comparison]:
    """Paired, two-sided permutation test over profiles (Smucker et al., CIKM 2007), for each measure."""
    return [_compared(name, values[name], other[name], seed) for name in values]


def by_group(values: Values, profiles: Sequence[str], groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Means of each measure over the profiles of each group, with how many there are."""
    labels = np.array([groups[p] for p in profiles])
    table: dict[str, dict[str, float]] = {}
    for label in sorted(set(labels.tolist())):
        chosen = labels == label
        table[label] = {name: float(v[chosen].mean()) for name, v in values.items()} | {"profiles": int(chosen.sum())}
    return table


def _compared(name: str, mine: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64], seed: int) -> Comparison:
    difference = mine - theirs
    mean = float(theirs.mean())
    return Comparison(
        measure=name,
        ratio=float(mine.mean()) / mean if mean > 0 else None,
        difference=float(difference.mean()),
        p_value=_sign_flip_p(difference, seed),
    )


def _sign_flip_p(difference: npt.NDArray[np.float64], seed: int) -> float:
    """Share of random sign flips with a mean difference as large as the real one (Phipson & Smyth's +1)."""
    rng = np.random.default_rng(seed)
    observed = abs(difference.mean())
    signs = rng.choice((-1.0, 1.0), size=(RESAMPLES, len(difference)))
    flipped = np.abs((signs * difference).mean(axis=1))
    return float((np.count_nonzero(flipped >= observed - 1e-12) + 1) / (RESAMPLES + 1))
