"""Learning the numbers of the chance from judged topics, and judging them on topics that they were not learned from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from matcher.evaluation.judging import RELEVANT
from matcher.ranking.build import build
from matcher.ranking.needs.chance import FACTS, Numbers, feature_names, log_odds, record_of
from matcher.ranking.scores.scoring import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.evaluation.benchmark import Benchmark, Qrels
    from matcher.ranking.index import Index

Doubles = npt.NDArray[np.float64]

PENALTY = 20.0
"""Ridge on weights of standardised features, chosen by cross-validation over topics (docs/ranking.md)."""

FOLDS = 12


def learned_record(benchmark: Benchmark, qrels: Qrels) -> dict[str, object]:
    """What `learned.json` holds for a store of this kind: the numbers of skills, and of own projects alone."""
    index = index_of(benchmark)
    judged = judged_of(benchmark, qrels, index)
    return {**record_of(learn(judged)), "alone": list(_alone(benchmark, judged, index))}


def cross_validated_run(benchmark: Benchmark, qrels: Qrels) -> Doubles:
    """(profiles, calls) log-odds of the product's model, each topic's by numbers learned on the others."""
    return cross_validated(judged_of(benchmark, qrels, index_of(benchmark)))


def index_of(benchmark: Benchmark) -> Index:
    """An index in memory of a benchmark."""
    return build(benchmark.calls, benchmark.profiles, now=datetime.now(UTC), meta={}, known=benchmark.known)


def judged_of(benchmark: Benchmark, qrels: Qrels, index: Index) -> Judged:
    """The features and grades of a benchmark; topics in another language than English are not learned from."""
    rows = rows_of(benchmark, index)
    profiles = [profile.identifier for profile in benchmark.profiles]
    same = [benchmark.groups[name]["same_as"] for name in profiles]
    numbers = {name: place for place, name in enumerate(sorted(set(same)))}
    return Judged(
        names=feature_names(encoder=index.has_encoder),
        found=np.stack([score(index, index.need(name), everything=True).found[:, rows] for name in profiles]),
        grades=np.array([[qrels.get(name, {}).get(c.identifier, 0) for c in benchmark.calls] for name in profiles]),
        groups=np.array([numbers[name] for name in same]),
        taught=np.array(["(" not in benchmark.groups[name]["kind"] for name in profiles]),
    )


def rows_of(benchmark: Benchmark, index: Index) -> list[int]:
    """The rows of a benchmark's calls, in their order."""
    return [row for call in benchmark.calls if (row := index.row(call.identifier)) is not None]


def _alone(benchmark: Benchmark, judged: Judged, index: Index) -> tuple[float, float]:
    """Base and weight of a profile's words as a whole: what own projects without any skill are judged by."""
    rows = rows_of(benchmark, index)
    totals = np.stack([index.scores(index.query(p.identifier)).total[rows] for p in benchmark.profiles])
    standard = (totals - totals.mean(axis=1, keepdims=True)) / totals.std(axis=1, keepdims=True)
    values = standard[judged.taught].ravel()[:, None]
    model = LogisticRegression(C=np.inf).fit(values, (judged.grades[judged.taught] >= RELEVANT).ravel())
    return round(float(model.intercept_[0]), 6), round(float(model.coef_[0, 0]), 6)


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged topics: `found` (topics, features, calls) of features with these `names`, `grades` (topics, calls),
    `groups` (topics,) with the same number for those that say the same, and `taught` (topics,) whether a topic may be
    learned from.
    """

    names: tuple[str, ...]
    found: Doubles
    grades: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64]
    taught: npt.NDArray[np.bool_]


def learn(judged: Judged, penalty: float = PENALTY) -> Numbers:
    """A logistic regression for grades of `RELEVANT` or more; no likeness counts against a call."""
    names = judged.names
    rows = judged.found[judged.taught].transpose(0, 2, 1).reshape(-1, len(names))
    relevant = (judged.grades[judged.taught] >= RELEVANT).ravel()
    means, scales = rows.mean(axis=0), rows.std(axis=0)
    scales = np.where(scales > 0, scales, 1)
    standard = (rows - means) / scales
    sign = np.where(relevant, 1.0, -1.0)

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        weights, intercept = theta[:-1], theta[-1]
        margin = sign * (standard @ weights + intercept)
        slope = -sign / (1 + np.exp(margin))
        value = np.logaddexp(0, -margin).sum() + penalty / 2 * weights @ weights
        return float(value), np.append(standard.T @ slope + penalty * weights, slope.sum())

    bounds = [(None, None) if name in FACTS else (0, None) for name in names]
    start = np.append(np.zeros(len(names)), -3.0)
    theta = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return Numbers(names, float(theta[-1]), means, scales, theta[:-1])


def cross_validated(judged: Judged, seeds: Sequence[int] = (0, 1)) -> Doubles:
    """(topics, calls) log-odds, each topic's by numbers learned without it; the mean over ways to part the topics."""
    count = int(judged.groups.max()) + 1
    total = np.zeros(judged.grades.shape)
    for seed in seeds:
        fold_of = np.random.default_rng(seed).permutation(count)[judged.groups] % FOLDS
        for fold in range(FOLDS):
            out = fold_of == fold
            if out.any():
                part = replace(judged, taught=judged.taught & ~out)
                total[out] += scores_by(judged.found[out], learn(part))
    return total / len(seeds)


def scores_by(found: Doubles, numbers: Numbers) -> Doubles:
    """(topics, calls) log-odds of (topics, features, calls)."""
    return np.stack([log_odds(topic, numbers) for topic in found]) if len(found) else np.zeros((0, found.shape[-1]))
