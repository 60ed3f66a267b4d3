"""Likenesses → the chance that a project officer calls a call relevant, by a logistic regression over named numbers.

Every number that was learned stands in `learned.json`, written by `matcher evaluate FOLDER --learn`. The score is the
log-odds, and the sum of a base and of one part for each skill and each fact.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.ranking.needs.likeness import WAYS, divisors, ways_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

FACTS = ("horizon", "broad", "skills")
"""Of the call whether it is of Horizon Europe, and whether it suits any science; of the profile the log of the number
of its skills."""

_NEVER = -700.0
"""Log-odds of a chance of nought; less are more than a number can hold once they are a power."""

REFERENCE = 500
"""Places are counted as if among so many reference calls, the number that they were learned with."""

BROAD = ("ERC-", "MSCA-", "-EIC-", "EURATOM-MSCA")
"""Parts of identifiers of calls that name no subject: whoever is good may apply with anything."""


def feature_names(*, encoder: bool) -> tuple[str, ...]:
    """The features of a store with a sentence encoder, or without one, in their order.

    Of coverage and of the encoder the best skill alone: their means earned nothing, or less well calibrated fits
    (docs/ranking.md).
    """
    bests = (f"{way}.best" for way in ways_of(encoder=encoder))
    return (*(f"{way}.mean" for way in WAYS), *bests, "place", *FACTS)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was learned: a feature `f` adds `weights[f] * (x - means[f]) / scales[f]` to the log-odds."""

    names: tuple[str, ...]
    intercept: float
    means: Doubles
    scales: Doubles
    weights: Doubles
    alone: tuple[float, float] = (0.0, 0.0)  # base and weight of own projects for a profile without any skill

    @property
    def slopes(self) -> Doubles:
        """(features,) what one unit of each feature adds."""
        return self.weights / self.scales

    @property
    def base(self) -> float:
        """The log-odds where every feature is 0."""
        return float(self.intercept - self.slopes @ self.means)


@dataclass(frozen=True, slots=True)
class StoreNumbers:
    """The numbers for some calls of a store: the `usual` ones, and for those of them that are `unread` (calls,) by its
    sentence encoder those that were learned without one.
    """

    usual: Numbers
    plain: Numbers | None = None
    unread: npt.NDArray[np.bool_] | None = None

    def each(self, of: Callable[[Numbers], Doubles], columns: npt.NDArray[np.int64] | None = None) -> Doubles:
        """What `of` gives (…, calls), for each call by its numbers; of all calls, or of those in `columns`."""
        found = of(self.usual)
        if self.plain is None or self.unread is None:
            return found
        unread = self.unread if columns is None else self.unread[columns]
        return np.where(unread, of(self.plain), found) if unread.any() else found


@dataclass(frozen=True, slots=True)
class Standard:
    """What a profile has with the reference calls: `means` and `spreads` (ways,) of its mean likenesses by `WAYS`, and
    the `sums` (reference,) that places are counted among, ascending.
    """

    means: Doubles
    spreads: Doubles
    sums: Doubles


def mean_of(compared: Floats, shares: Doubles | None) -> Doubles:
    """(ways, calls) the mean over skills, by `WAYS`; `shares` (skills,) add up to 1, None where all count the same."""
    usual = compared[: len(WAYS)]
    if shares is None:
        return np.asarray(usual.mean(axis=1, dtype=np.float64))
    return np.asarray(np.einsum("s,wsc->wc", shares, usual))


def standard_of(compared: Floats, reference: npt.NDArray[np.bool_], shares: Doubles | None = None) -> Standard:
    """Measured over the reference calls of (ways, skills, calls), so that a new call moves no other's number."""
    if not compared.shape[1] or not reference.any():
        return Standard(np.zeros(len(WAYS)), np.ones(len(WAYS)), np.zeros(int(reference.sum())))
    mean = mean_of(compared[:, :, reference], shares)
    spreads = divisors(mean.std(axis=1))
    means = mean.mean(axis=1)
    sums = _sum((mean - means[:, None]) / spreads[:, None])
    return Standard(means, spreads, np.sort(sums))


def features(compared: Floats, standard: Standard, facts: Doubles, shares: Doubles | None = None) -> Doubles:
    """(features, calls) of (ways, skills, calls); `facts` (2, calls) are `horizon` and `broad`."""
    if not compared.shape[1]:
        return np.zeros((len(WAYS) + len(compared) + 1 + len(FACTS), compared.shape[2]))
    mean = (mean_of(compared, shares) - standard.means[:, None]) / standard.spreads[:, None]
    best = compared.max(axis=1)
    higher = len(standard.sums) - np.searchsorted(standard.sums, _sum(mean), side="right")
    skills = np.full((1, compared.shape[2]), np.log(compared.shape[1]))
    place = -np.log2(1 + higher * REFERENCE / max(len(standard.sums), 1))
    return np.concatenate([mean, best, place[None, :], facts, skills])


def call_facts(identifiers: Sequence[str]) -> Doubles:
    """(2, calls) `horizon` and `broad` of calls."""
    names = [name.upper() for name in identifiers]
    horizon = [name.startswith("HORIZON") for name in names]
    broad = [any(part in name for part in BROAD) for name in names]
    return np.array([horizon, broad], dtype=np.float64).reshape(2, len(names))


def skill_parts(compared: Floats, standard: Standard, numbers: Numbers, shares: Doubles | None = None) -> Doubles:
    """(ways, skills, calls) what each skill adds to the log-odds by each way.

    What is left of a call's score, beside these and `fact_parts`, is one number for all calls.
    """
    usual = len(WAYS)
    by_mean, by_best = numbers.slopes[:usual] / standard.spreads, numbers.slopes[usual : usual + len(compared)]
    each = np.full(compared.shape[1], 1 / compared.shape[1]) if shares is None else shares
    skills = np.zeros(compared.shape)
    skills[:usual] = np.einsum("w,s,wsc->wsc", by_mean, each, compared[:usual])
    best = compared.argmax(axis=1)
    calls = np.arange(compared.shape[2])
    for way, slope in enumerate(by_best):
        skills[way, best[way], calls] += slope * compared[way, best[way], calls]
    return skills


def fact_parts(found: Doubles, numbers: Numbers) -> Doubles:
    """(place and facts, calls) what each adds to the log-odds, of (features, calls)."""
    first = numbers.names.index("place")
    return np.asarray(numbers.slopes[first:, None] * found[first:])


def log_odds(found: Doubles, numbers: Numbers) -> Doubles:
    """(calls,) the score of each call from (features, calls)."""
    return np.asarray(numbers.base + numbers.slopes @ found)


def chance(score: Doubles | float) -> Doubles:
    """Log-odds as a chance."""
    return np.asarray(1 / (1 + np.exp(-np.maximum(np.asarray(score, dtype=np.float64), _NEVER))))


def percent(score: Doubles | float) -> npt.NDArray[np.int64]:
    """Log-odds as a fit, 0 to 100."""
    return np.floor(100 * chance(score) + 0.5).astype(np.int64)


LEARNED = Path(__file__).with_name("learned.json")


_UNHEARD = {"mean": 0.0, "scale": 1.0, "weight": 0.0}
"""A feature that numbers were not learned with counts nothing."""


def kind_of_store(background: str, *, encoder: bool) -> str:
    """What the numbers of a store are called in the file; `background` is `with_projects` or `without_projects`."""
    return f"{background}_with_encoder" if encoder else background


@cache
def learned(kind: str, names: tuple[str, ...]) -> Numbers:
    """The numbers for a kind of store, for features of these names."""
    return numbers_of(json.loads(LEARNED.read_text(encoding="utf-8"))[kind], names)


def numbers_of(record: Mapping[str, Any], names: tuple[str, ...]) -> Numbers:
    """Numbers as they stand in the file."""
    rows = [record["features"].get(name, _UNHEARD) for name in names]
    means, scales, weights = (np.array([row[key] for row in rows]) for key in ("mean", "scale", "weight"))
    base, weight = record["alone"]
    return Numbers(names, float(record["intercept"]), means, scales, weights, (float(base), float(weight)))


def record_of(numbers: Numbers) -> dict[str, object]:
    """Numbers as they stand in the file."""
    rows = zip(numbers.names, numbers.means, numbers.scales, numbers.weights, strict=True)
    named = {n: {"mean": _short(m), "scale": _short(s), "weight": _short(w)} for n, m, s, w in rows}
    return {"intercept": _short(numbers.intercept), "features": named}


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _sum(mean: Doubles) -> Doubles:
    """What a place is counted by: what other texts say of skill and call, which is surer than words and passages."""
    return np.asarray(mean[WAYS.index("expanded")] + mean[WAYS.index("neighbours")])
