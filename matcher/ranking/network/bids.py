"""Sets of institutes that cover together what a call asks for: a cover of its passages, found greedily.

How far an institute covers a passage is the latent cosine of its best skill; a set covers it as its best member does.
Greedy choice is within 1 - 1/e of the best set of that size, as the sum of maxima is submodular (Nemhauser 1978).
Who follows a call is in its set whatever he adds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.consortium import BidMember
from matcher.model.terms import Audience
from matcher.ranking.scores.scoring import score
from matcher.ranking.texts.latent import STEP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from matcher.model.decision import Decided, Decision
    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill

Floats = npt.NDArray[np.float32]

MOST = 5
"""Institutes in a bid, with those that overlap."""

LEAST_GAIN = 0.01
"""What a further institute has to add to the mean cover of the passages."""

GAP = 0.3
"""A passage that is covered less is a gap."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A call and the institutes that cover it: `cover` (0-1) of its passages by all of them, and the numbers of those
    passages that are gaps; `overlaps` are the best of the other institutes that it suits, with their fit.
    """

    row: int
    members: tuple[BidMember, ...]
    cover: float
    gaps: tuple[int, ...]
    overlaps: tuple[tuple[str, int], ...] = ()


def open_to_research(index: Index, day: date) -> list[int]:
    """The calls of a day that there can be a joint bid for."""
    return [row for row in index.live_rows(day) if index.call(row).terms.closed_to(Audience.RESEARCH) is None]


def followers(decided: Decided) -> dict[str, set[str]]:
    """Call → the institutes that follow it."""
    found: dict[str, set[str]] = {}
    for one in decided:
        if one.is_followed:
            found.setdefault(one.call, set()).add(one.owner.name)
    return found


def suiting(
    index: Index, name: str, rows: Iterable[int], threshold: int, own: Mapping[str, Decision], *, everything: bool
) -> dict[int, int]:
    """Which of these calls suit an institute, or are followed by it, with the fit; none that it dismissed.

    `own` is what it decided, by call; `everything` where some calls are not read closely.
    """
    scored = score(index, index.need(name), everything=everything)
    fits, found = scored.fits(), {}
    for row in rows:
        decision = own.get(index.call(row).identifier)
        suits = scored.related[row] and fits[row] >= threshold
        if (suits or (decision and decision.is_followed)) and not (decision and decision.is_dismissed):
            found[row] = int(fits[row])
    return found


def by_call(suited: Mapping[str, Mapping[int, int]]) -> dict[int, dict[str, int]]:
    """The institutes that each call suits, with the fit, of the calls that suit each institute."""
    found: dict[int, dict[str, int]] = {}
    for name, fits in suited.items():
        for row, fit in fits.items():
            found.setdefault(row, {})[name] = fit
    return found


@dataclass(frozen=True)
class Covering:
    """Covers one call after the other; `followed` are the institutes that follow each, who are in its bid whatever
    they fit and add. The institute of the best fit begins.
    """

    index: Index
    followed: Mapping[str, Collection[str]]
    _skills: dict[str, tuple[Skill, ...]] = field(default_factory=dict, init=False)

    def cover(self, row: int, suited: Mapping[str, int]) -> Cover | None:
        """The joint bid of these institutes, of whom each has its fit; None where no two of them add anything."""
        if len(suited) < 2:
            return None
        skills = {name: self._skills_of(name) for name in suited}
        found = _cover(self.index, row, suited, skills, self.followed.get(self.index.call(row).identifier, ()))
        return found if len(found.members) > 1 else None

    def _skills_of(self, name: str) -> tuple[Skill, ...]:
        if name not in self._skills:
            self._skills[name] = self.index.need(name).skills
        return self._skills[name]


def best_first(covers: Iterable[Cover | None]) -> list[Cover]:
    """By the fit of the second institute, then by what the others add."""
    return sorted((cover for cover in covers if cover is not None), key=_strength)


def _strength(cover: Cover) -> tuple[int, float, int]:
    second = sorted((member.fit for member in cover.members), reverse=True)[1]
    return (-second, -sum(member.gain for member in cover.members[1:]), cover.row)


def _cover(
    index: Index,
    row: int,
    suited: Mapping[str, int],
    skills: Mapping[str, tuple[Skill, ...]],
    followed: Collection[str],
) -> Cover:
    passages = passages_of(index, row)
    likeness = {name: _likeness(skills[name], passages) for name in suited}
    covered = {name: np.maximum(found.max(axis=0), 0) for name, found in likeness.items() if len(found)}
    reached = np.zeros(len(passages), dtype=np.float32)
    members: list[BidMember] = []
    while covered and len(members) < MOST:
        gains = {name: float(np.maximum(found - reached, 0).mean()) for name, found in covered.items()}
        worth = [name for name, gain in gains.items() if not members or gain >= LEAST_GAIN or name in followed]
        if not worth:
            break
        best = max(worth, key=lambda name: (gains[name] if members else 0.0, suited[name], gains[name], name))
        found = covered.pop(best)
        spoken = _best_skills(skills[best], likeness[best], found - reached)
        members.append(BidMember(best, suited[best], gains[best], spoken))
        reached = np.maximum(reached, found)
    gaps = tuple(np.flatnonzero(reached < GAP).tolist())
    others = suited.keys() - {member.institute for member in members}
    overlaps = sorted(((name, suited[name]) for name in others), key=lambda one: (-one[1], one[0]))
    cover = float(reached.mean()) if len(reached) else 0.0
    return Cover(row, tuple(members), cover, gaps, tuple(overlaps[: MOST - len(members)]))


def passages_of(index: Index, row: int) -> Floats:
    """(passages, dimensions) of a call, at their length."""
    edges = index.arrays["passage_edges"]
    return np.asarray(index.arrays["passages"][edges[row] : edges[row + 1]].astype(np.float32) * np.float32(STEP))


def _likeness(skills: tuple[Skill, ...], passages: Floats) -> Floats:
    """(skills, passages)"""
    if not skills:
        return np.zeros((0, len(passages)), dtype=np.float32)
    return np.asarray(np.stack([skill.place for skill in skills]) @ passages.T)


def _best_skills(skills: tuple[Skill, ...], likeness: Floats, adds: Floats, most: int = 3) -> tuple[str, ...]:
    """The skills by which an institute adds most, where it is better than those before it."""
    better = np.flatnonzero(adds > 0)
    if not len(better):
        return ()
    weights = np.bincount(likeness[:, better].argmax(axis=0), weights=adds[better], minlength=len(skills))
    order = np.argsort(-weights, kind="stable")[:most]
    return tuple(skills[one].words for one in order.tolist() if weights[one] > 0)
