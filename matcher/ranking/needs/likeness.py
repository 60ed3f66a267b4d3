"""How like each skill is to each call, in five ways or six; numpy only, as this runs while a person waits.

`words` is the cosine of their terms; `expanded` that of the call and what the skill's nearest texts say, less the
average text; `neighbours` how far the texts nearest to both are the same; `passage` the latent cosine of the call's
best passage; `coverage` how much of the skill the call has words of, however often; `encoder`, in a store that has one,
the cosine of its best passage by a sentence encoder. Each is taken less what strangers' skills have with the call, so
that a call that resembles everything resembles nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.ranking.texts.background import Postings
from matcher.ranking.texts.generation import edges_of
from matcher.ranking.texts.latent import STEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matcher.ranking.needs.skillset import Skill
    from matcher.ranking.texts.generation import Whole

Floats = npt.NDArray[np.float32]
WAYS = ("words", "expanded", "neighbours", "passage")
"""Ways that count by the mean over the skills and by the best skill."""

COVERAGE = "coverage"
"""A way that counts by the best skill: one that a call says whole, not by a word that has another meaning alone."""

ENCODER = "encoder"
"""One more, after the others, of a store with a sentence encoder."""


def ways_of(*, encoder: bool) -> tuple[str, ...]:
    """The ways in which a store compares, in their order."""
    return (*WAYS, COVERAGE, ENCODER) if encoder else (*WAYS, COVERAGE)


_LEAST_SPREAD = 1e-5
"""Likenesses are numbers of 32 bits of the order of 1: a smaller spread is made by rounding, where all are the same."""

_AT_ONCE = 64
"""Skills whose passages are compared together."""


@dataclass(frozen=True, slots=True)
class CallSide:
    """Calls as skills are compared with them.

    `lengths` and `average` (calls,) are the length of each call's vector and its product with the average background
    text; `near_rows` and `near_shares` (calls, k) its nearest background texts; `passages` (passages, dimensions) in
    steps, those of call `c` from `edges[c]` to `edges[c + 1]`; `meanings` (passages, dimensions) the same passages by a
    sentence encoder, None without one. `means` (ways, calls) and `scales` (ways,) are what strangers' skills have with
    each call, and how far that spreads.
    """

    terms: Postings
    lengths: Floats
    average: Floats
    near_rows: Whole
    near_shares: Floats
    passages: npt.NDArray[np.int8]
    edges: Whole
    background: int
    meanings: npt.NDArray[np.int8] | None = None
    means: Floats | None = None
    scales: Floats | None = None

    def __len__(self) -> int:
        return self.terms.size

    def only(self, rows: Whole, terms: Postings) -> CallSide:
        """Some of the calls; `terms` are the postings of these alone."""
        sizes = self.edges[rows + 1] - self.edges[rows]
        edges = edges_of(sizes)
        places = np.arange(int(edges[-1])) + np.repeat(self.edges[rows] - edges[:-1], sizes)
        return replace(
            self,
            terms=terms,
            lengths=self.lengths[rows],
            average=self.average[rows],
            near_rows=self.near_rows[rows],
            near_shares=self.near_shares[rows],
            passages=self.passages[places],
            edges=edges,
            meanings=None if self.meanings is None else self.meanings[places],
            means=None if self.means is None else self.means[:, rows],
        )


def call_side(arrays: Mapping[str, npt.NDArray[Any]]) -> CallSide:
    """The calls of an index."""
    lengths = np.sqrt(arrays["squares"]).astype(np.float32)
    return CallSide(
        terms=Postings(
            arrays["posting_starts"], arrays["posting_rows"], arrays["posting_weights"], len(arrays["squares"])
        ),
        lengths=np.where(lengths > 0, lengths, 1).astype(np.float32),
        average=arrays["call_average"],
        near_rows=arrays["call_near_rows"],
        near_shares=arrays["call_near_shares"],
        passages=arrays["passages"],
        edges=arrays["passage_edges"],
        background=len(arrays["background_edges"]) - 1,
        meanings=arrays.get("passage_meanings"),
        means=arrays.get("stranger_means"),
        scales=arrays.get("stranger_scales"),
    )


def compare(side: CallSide, skills: Sequence[Skill]) -> Floats:
    """(ways, skills, calls) each skill against each call, less the strangers' mean where that is known."""
    ways = ways_of(encoder=side.meanings is not None)
    found = np.zeros((len(ways), len(skills), len(side)), dtype=np.float32)
    for row, skill in enumerate(skills):
        found[0, row] = side.terms.product(skill.ids, skill.weights) / side.lengths
        found[1, row] = _expanded(side, skill)
        found[2, row] = _neighbours(side, skill)
        found[len(WAYS), row] = side.terms.held(skill.ids, skill.weights**2)
    for start in range(0, len(skills), _AT_ONCE):
        some = skills[start : start + _AT_ONCE]
        places = np.stack([skill.place for skill in some]) * np.float32(STEP)
        found[3, start : start + _AT_ONCE] = _best_passage(side, side.passages, places)
        if side.meanings is not None:
            meant = np.stack([skill.meaning for skill in some if skill.meaning is not None])
            found[-1, start : start + _AT_ONCE] = _best_passage(side, side.meanings, meant * np.float32(STEP**2))
    if side.means is None or side.scales is None:
        return found
    return (found - side.means[:, None, :]) / side.scales[:, None, None]


def uncentred(side: CallSide, compared: Floats, way: str) -> Floats:
    """(skills, calls) one way of likeness as it is, without what strangers have."""
    place = ways_of(encoder=side.meanings is not None).index(way)
    if side.means is None or side.scales is None:
        return np.asarray(compared[place])
    return np.asarray(compared[place] * side.scales[place] + side.means[place])


def strangers_of(side: CallSide, skills: Sequence[Skill], reference: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The means and scales of a side for these skills, which belong to nobody; scales are over the reference calls."""
    found = compare(replace(side, means=None, scales=None), skills)
    spread = found[:, :, reference].std(axis=(1, 2)) if len(skills) and reference.any() else np.zeros(len(found))
    means = found.mean(axis=1) if len(skills) else np.zeros((len(found), len(side)))
    return means.astype(np.float32), divisors(spread).astype(np.float32)


def divisors(spreads: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What to divide by to count in spreads; 1 where all that was measured is the same."""
    return np.where(spreads > _LEAST_SPREAD, spreads, 1)


def _expanded(side: CallSide, skill: Skill) -> npt.NDArray[np.float64]:
    if not skill.expanded.length:
        return np.zeros(len(side))
    shared = side.terms.product(skill.expanded.ids, skill.expanded.weights) / side.lengths
    return (shared - side.average) / skill.expanded.length


def _neighbours(side: CallSide, skill: Skill) -> npt.NDArray[np.float64]:
    shares = np.zeros(side.background, dtype=np.float32)
    shares[skill.near.rows] = skill.near.shares
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", shares[side.near_rows], side.near_shares)), dtype=np.float64)


def _best_passage(side: CallSide, passages: npt.NDArray[np.int8], places: Floats) -> Floats:
    """(skills, calls) the best passage of each call, by where passages lie and (skills, dimensions) the skills."""
    if not len(side) or not len(passages):
        return np.zeros((len(places), len(side)), dtype=np.float32)
    likeness = places @ passages.astype(np.float32).T
    return np.maximum.reduceat(likeness, side.edges[:-1], axis=1)
