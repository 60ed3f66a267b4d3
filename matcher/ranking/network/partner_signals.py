"""What speaks for an organisation as a partner, in numbers; the weighted sum of them ranks partners.

Numbers that are counted are taken as logarithms and as z-scores over all organisations with a past. The weights are
those that `python -m benchmarks.partners --learn` prints: of a choice among all organisations (a conditional logit,
McFadden 1974), moved towards more of the right ones among the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.programmes import programme_cluster, programme_part

if TYPE_CHECKING:
    from matcher.ranking.network.earlier import Earlier
    from matcher.ranking.network.team import Team

Doubles = npt.NDArray[np.float64]

CLOSE = 3.0
"""More than so many projects together, weighted by the size of consortia, say no more of how close two are."""

FAR = 0.02
"""What a project together counts that has nothing of the call."""

SOFT = 0.3
"""A count is taken as log(1 + x / (SOFT · its mean where it is not zero))."""

STEADY = 200
"""The nearest project counts as much as half of the one of this rank."""

CORE, ROUND = 100, 150
"""Of the projects like the call with three members or more: those that a walk starts from, those whose mix counts."""

LARGE = 12
"""Members of a large project."""

FADING = (1.0, 0.6, 0.36)
"""What each step of a walk from the team's own projects counts."""

UNIVERSITY = "HES"

WEIGHTS = {
    "words": -0.21,
    "words_each": 0.49,
    "ranked": 0.52,
    "with_these": 0.34,
    "circle": 0.19,
    "around": -0.25,
    "around_each": 0.18,
    "neighbours": 0.15,
    "from_ours": 0.19,
    "number": 0.03,
    "partners": -0.32,
    "sizes": -0.02,
    "large": 0.15,
    "any_part": 0.27,
    "any_cluster": 0.28,
    "countries": 0.4,
    "kinds": 0.32,
    "our_countries": 0.42,
    "small": 0.3,
    "REC": 0.12,
    "HES": 0.03,
    "PRC": -0.48,
    "PUB": -0.18,
    "universities": 0.21,
    "age": -0.31,
}


@dataclass(frozen=True)
class Signals:
    """The signals of every organisation, for a call and a team.

    `shared` (projects,) is the cosine of the words of each earlier project with the call, `likeness` that of the
    nearest weighted by how near they lie in the latent space.
    """

    earlier: Earlier
    team: Team
    topic: str
    shared: Doubles
    likeness: Doubles

    @cached_property
    def own(self) -> Doubles:
        """(projects,) one for each of the team's."""
        found = np.zeros(len(self.shared))
        found[self.team.projects] = 1.0
        return found * self.earlier.projects

    def named(self) -> dict[str, Doubles]:
        """Each by the name of its weight, as it goes into the sum."""
        known = self.earlier.number > 0
        counts = {**self._of_the_call(), **self._of_the_team(), **self._of_each()}
        return {**{name: scaled(values, known) for name, values in counts.items()}, **self._facts()}

    def _of_the_call(self) -> dict[str, Doubles]:
        """What each did that is like the call, and those with whom it was in projects did."""
        earlier = self.earlier
        order = np.argsort(-self.shared, kind="stable")
        order = order[self.shared[order] > 0]
        ranked = np.zeros(len(self.shared))
        ranked[order] = 1.0 / (STEADY + np.arange(len(order)))
        start = nearest(self._of_several, CORE)
        _, next_projects = earlier.step(start / max(float(start.sum()), 1e-12))
        near = earlier.sums(self.likeness * earlier.share)
        return {
            "words": earlier.sums(self.shared**2),
            "words_each": earlier.sums(self.shared) / (earlier.number + 1.0),
            "ranked": earlier.sums(ranked),
            "with_these": earlier.step(next_projects)[0],
            "circle": earlier.sums(earlier.spread(near / max(float(near.max()), 1e-12)) * earlier.share),
        }

    def _of_the_team(self) -> dict[str, Doubles]:
        """What each did with the team's partners, and what a walk from the team's own projects reaches."""
        earlier = self.earlier
        together = self.team.others(earlier.sums(self.own * earlier.share))
        around = earlier.spread(np.minimum(together, CLOSE)) * earlier.share
        partners = earlier.sums(around)
        walk = self.own * earlier.share * (self.shared + FAR)
        walk /= max(float(walk.sum()), 1e-12)
        reached = np.zeros(len(partners))
        for weight in FADING:
            step, walk = earlier.step(walk)
            reached += weight * step
        return {
            "around": partners,
            "around_each": partners / (earlier.number + 2.0),
            "neighbours": earlier.sums(around * self.shared),
            "from_ours": self.team.others(reached),
        }

    def _of_each(self) -> dict[str, Doubles]:
        """How many projects, and of what size, each was in."""
        earlier = self.earlier
        sizes = np.log(np.maximum(earlier.sizes, 1.0))
        return {
            "number": earlier.number,
            "partners": earlier.sums(earlier.sizes),
            "sizes": earlier.sums(sizes) / np.maximum(earlier.number, 1.0),
            "large": earlier.sums((earlier.sizes >= LARGE).astype(np.float64)),
        }

    def _facts(self) -> dict[str, Doubles]:
        """What is so or not, and shares of countries and kinds."""
        past = self.earlier.past
        part, cluster = self._places()
        kinds = {kind: (past.types == kind).astype(np.float64) for kind in ("REC", "HES", "PRC", "PUB")}
        return {
            "any_part": (self.earlier.sums(part) > 0).astype(np.float64),
            "any_cluster": (self.earlier.sums(cluster) > 0).astype(np.float64),
            "countries": self._country_of_these(),
            "kinds": self._kind_of_these(),
            "our_countries": self._country_with_ours(),
            "small": past.is_small.astype(np.float64),
            **kinds,
            "universities": kinds[UNIVERSITY] * (self.team.kind == UNIVERSITY),
            "age": self.earlier.age,
        }

    @cached_property
    def _of_several(self) -> Doubles:
        """(projects,) likeness of those that have three members or more."""
        return np.where(self.earlier.sizes >= 3, self.likeness, 0.0)

    @cached_property
    def _round(self) -> Doubles:
        """(organisations,) the part of each in the projects whose mix counts."""
        return self.earlier.sums(nearest(self._of_several, ROUND))

    def _country_of_these(self) -> Doubles:
        """How much more often each one's country is in projects like the call than in others."""
        places, codes = self.earlier.past.country_places
        here, everywhere = (_shares(places, len(codes), of) for of in (self._round, self.earlier.number))
        return np.asarray(np.log((here + 0.01) / (everywhere + 0.01))[places])

    def _kind_of_these(self) -> Doubles:
        """How often each one's kind is in projects like the call."""
        codes, places = np.unique(self.earlier.past.types, return_inverse=True)
        return np.asarray(np.log(_shares(places, len(codes), self._round) + 0.02)[places])

    def _country_with_ours(self) -> Doubles:
        """How much more often each one's country is in projects with the team's than by chance."""
        earlier = self.earlier
        places, codes = earlier.past.country_places
        ours = earlier.spread((earlier.past.countries == self.team.country).astype(np.float64))
        together = np.bincount(places, weights=earlier.sums(ours), minlength=len(codes))
        each = np.bincount(places, weights=earlier.sums(earlier.sizes), minlength=len(codes))
        own = float((ours * earlier.sizes).sum())
        total = float((earlier.sizes**2).sum())
        chance = each * own + 5.0 * total / max(int((each > 0).sum()), 1)
        found = np.log((together + 5.0) * max(total, 1.0) / np.maximum(chance, 1.0))
        return np.asarray(found[places])

    def _places(self) -> tuple[Doubles, Doubles]:
        """(projects,) whether each was of the call's part of the programme, and of its cluster."""
        topics = self.earlier.past.topics
        part, cluster = programme_part(self.topic), programme_cluster(self.topic)
        known = {topic: (programme_part(topic) == part, programme_cluster(topic) == cluster) for topic in set(topics)}
        found = np.array([known[topic] for topic in topics], dtype=np.float64).reshape(len(topics), 2)
        return found[:, 0], found[:, 1]


def nearest(likeness: Doubles, most: int) -> Doubles:
    """(projects,) the likeness of the nearest alone."""
    order = np.argsort(-likeness, kind="stable")[:most]
    found = np.zeros(len(likeness))
    found[order] = likeness[order]
    return found


def scaled(values: Doubles, known: npt.NDArray[np.bool_]) -> Doubles:
    """Logarithms as z-scores over the organisations with a past."""
    some = values[values > 0]
    found = np.log1p(values / (SOFT * some.mean())) if len(some) else np.zeros(len(values))
    spread = float(found[known].std()) if known.any() else 0.0
    return np.asarray((found - found[known].mean()) / spread if spread else np.zeros(len(values)))


def _shares(places: npt.NDArray[np.int64], count: int, of: Doubles) -> Doubles:
    """(countries or kinds,) the share of each, of a value of each organisation."""
    found = np.bincount(places, weights=of, minlength=count)
    return np.asarray(found / max(float(found.sum()), 1e-12))
