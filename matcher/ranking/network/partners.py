"""Organisations to answer a call with: a sum of what they did that the call asks for, and what they did with us.

Each signal is a number an organisation, taken as a logarithm and as a z-score over all organisations with a past; the
weights were learned as those of a choice among all of them (a conditional logit, McFadden 1974) by
`python -m benchmarks.partners --learn`, which prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.programmes import programme_cluster, programme_part
from matcher.ranking.texts.background import Background
from matcher.ranking.texts.latent import fold, unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from matcher.model.consortium import OrganisationType
    from matcher.ranking.index import Index
    from matcher.ranking.network.consortia import Consortia

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

NEAREST = 500
"""Projects whose likeness to the call counts."""

CLOSE = 3.0
"""More than so many projects together, weighted by the size of consortia, say no more of how close two are."""

FAR = 0.02
"""What a project together counts that has nothing of the call."""

SOFT = 0.3
"""A signal is taken as log(1 + x / (SOFT · its mean where it is not zero))."""

WEIGHTS = {
    "asked": 0.14,
    "words": 0.93,
    "neighbours": 0.28,
    "together_near": 0.08,
    "together": -0.08,
    "around": -0.19,
    "number": -0.42,
    "part": -0.02,
    "cluster": 0.1,
    "any_part": 0.49,
    "any_together": 0.45,
    "same_country": 0.49,
    "REC": 0.24,
    "HES": 0.56,
    "PRC": -0.14,
    "PUB": -0.45,
    "age": -0.56,
}


@dataclass(frozen=True, slots=True)
class Team:
    """Who answers: the rows of its own `projects`, the positions of its own `entities`, its `country`."""

    projects: Rows
    entities: frozenset[int]
    country: str = "FR"


class Candidates:
    """Every organisation with a past before a day, as partners of a team for one call.

    All arrays are (organisations,) unless they say (projects,).
    """

    def __init__(self, index: Index, row: int, past: Consortia, team: Team, day: date) -> None:
        self.past, self._team = past, team
        self._topic = index.call(row).identifier
        earlier = past.before(day)
        self._counted = earlier[past.projects_of]
        sizes = np.diff(past.edges)
        self._share: Doubles = np.where(earlier, 1.0 / np.maximum(sizes - 1.0, 1.0), 0.0)  # (projects,)
        shared = shared_words(index, row)
        self._shared = np.where(earlier, shared, 0.0)  # (projects,)
        self.likeness = np.where(earlier, nearest_of(index, shared, place_of(index, row)), 0.0)  # (projects,)
        own = np.zeros(len(past))
        own[team.projects] = 1.0
        self.own: Doubles = own * earlier  # (projects,)
        self.number = self.sums(earlier.astype(np.float64))

    @property
    def part(self) -> str:
        """The part of the programme that the call is of."""
        return programme_part(self._topic)

    def sums(self, values: Doubles) -> Doubles:
        """What a value of each project (projects,) is for each organisation in it."""
        past = self.past
        found = np.bincount(
            past.members[self._counted],
            weights=values[past.projects_of[self._counted]],
            minlength=past.organisations,
        )
        return np.asarray(found, dtype=np.float64)

    def rows_of(self, position: int) -> Rows:
        """The projects that an organisation is in, before the day."""
        held = (self.past.members == position) & self._counted
        return np.asarray(self.past.projects_of[held])

    def led_by(self, position: int) -> Rows:
        """Those of them that it coordinates."""
        held = (self.past.members == position) & self._counted & self.past.coordinates
        return np.asarray(self.past.projects_of[held])

    @cached_property
    def together(self) -> Doubles:
        """Projects with the team, each shared among its partners."""
        return self._others(self.sums(self.own * self._share))

    @cached_property
    def signals(self) -> dict[str, Doubles]:
        """Every signal by the name of its weight, as it goes into the sum."""
        past = self.past
        partners = np.minimum(self.together, CLOSE)
        close = np.bincount(past.projects_of, weights=partners[past.members], minlength=len(past))
        around: Doubles = close.astype(np.float64) * self._share
        parts, clusters = self._places()
        part = self.sums(parts)
        counts = {
            "asked": self.sums(self.likeness),
            "words": self.sums(self._shared**2),
            "neighbours": self.sums(around * self._shared),
            "together_near": self._others(self.sums(self.own * self._share * (self._shared + FAR))),
            "together": self.together,
            "around": self.sums(around),
            "number": self.number,
            "part": part,
            "cluster": self.sums(clusters),
        }
        known = self.number > 0
        facts = {
            "any_part": (part > 0).astype(np.float64),
            "any_together": (self.together > 0).astype(np.float64),
            "same_country": (past.countries == self._team.country).astype(np.float64),
            **{kind: (past.types == kind).astype(np.float64) for kind in ("REC", "HES", "PRC", "PUB")},
            "age": self._age(),
        }
        return {**{name: _scaled(values, known) for name, values in counts.items()}, **facts}

    @cached_property
    def scores(self) -> Doubles:
        """The weighted sum; minus infinity for the team itself and for those without a past."""
        total = sum((WEIGHTS[name] * values for name, values in self.signals.items()), np.zeros(len(self.number)))
        out = self._others(np.where(self.number > 0, total, -np.inf), -np.inf)
        return np.asarray(out)

    def _others(self, values: Doubles, instead: float = 0.0) -> Doubles:
        found = values.copy()
        found[list(self._team.entities)] = instead
        return found

    def _places(self) -> tuple[Doubles, Doubles]:
        """(projects,) whether each was of the call's part of the programme, and of its cluster."""
        topics = self.past.topics
        part, cluster = programme_part(self._topic), programme_cluster(self._topic)
        known = {topic: (programme_part(topic) == part, programme_cluster(topic) == cluster) for topic in set(topics)}
        found = np.array([known[topic] for topic in topics], dtype=np.float64).reshape(len(topics), 2)
        return found[:, 0], found[:, 1]

    def _age(self) -> Doubles:
        """Years since the newest project of each, against the newest of all."""
        past = self.past
        newest = np.zeros(past.organisations)
        np.maximum.at(newest, past.members[self._counted], past.signed[past.projects_of[self._counted]])
        return np.where(newest > 0, (newest.max() - newest) / 365.25, 0.0)


def _terms_of(index: Index, row: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The terms of a call and their weights, of unit length."""
    ids, places = index.terms_of(row)
    weights = index.arrays["posting_weights"][places].astype(np.float32)
    return ids.astype(np.int32), weights / max(float(np.linalg.norm(weights)), 1e-9)


def shared_words(index: Index, row: int) -> Doubles:
    """(projects,) the cosine of a call with each project of the background."""
    return Background(index.arrays).likeness(*_terms_of(index, row))


def place_of(index: Index, row: int) -> Floats:
    """(dimensions,) where a call lies in the latent space, seen from the average text."""
    place = fold(index.arrays, *_terms_of(index, row)) - index.arrays["latent_average"]
    return np.asarray(unit(place[None, :])[0])


def nearest_of(index: Index, shared: Doubles, place: Floats) -> Doubles:
    """(projects,) how like a call the nearest projects of the background are: the words that they share with it, times
    the square of their nearness to a place in the latent space; 0 for all others.
    """
    background, average = Background(index.arrays), index.arrays["latent_average"]
    nearest = np.argsort(-shared, kind="stable")[:NEAREST]
    found = np.zeros(len(shared))
    for one in nearest.tolist():
        if shared[one] > 0:
            near = float(unit((fold(index.arrays, *background.heaviest(one)) - average)[None, :])[0] @ place)
            found[one] = shared[one] * max(near, 0.0) ** 2
    return found


def _scaled(values: Doubles, known: npt.NDArray[np.bool_]) -> Doubles:
    """Logarithms as z-scores over the organisations with a past."""
    some = values[values > 0]
    found = np.log1p(values / (SOFT * some.mean())) if len(some) else np.zeros(len(values))
    spread = float(found[known].std()) if known.any() else 0.0
    return np.asarray((found - found[known].mean()) / spread if spread else np.zeros(len(values)))


def leaders_first(candidates: Candidates, order: list[int]) -> list[int]:
    """The same organisations, those first that coordinated a project that is like the call."""
    like = candidates.likeness > 0
    leads = {one for one in order if like[candidates.led_by(one)].any()}
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


def team_of(past: Consortia, numbers: Iterable[str], pics: Iterable[str], country: str = "FR") -> Team:
    """A team by the numbers of its own projects and the PICs of its entities; unknown ones are passed over."""
    rows = [row for number in set(numbers) if (row := past.numbers.find(number.encode())) is not None]
    entities = frozenset(place for pic in pics if (place := past.position(pic)) is not None)
    return Team(np.array(sorted(rows), dtype=np.int64), entities, country)
