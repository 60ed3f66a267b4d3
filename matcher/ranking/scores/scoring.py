"""One profile against calls: scores, fits, and what made them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.model.match import Evidence, EvidenceKind
from matcher.ranking.needs import chance
from matcher.ranking.needs.chance import StoreNumbers
from matcher.ranking.needs.likeness import compare, divisors, uncentred
from matcher.ranking.needs.need import Need, Own
from matcher.ranking.needs.profile_projects import nearest_project
from matcher.ranking.scores.said_words import CallPlaces, SkillWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matcher.ranking.index import Index, Scores
    from matcher.ranking.needs.chance import Standard
    from matcher.ranking.needs.profile import OwnSide
    from matcher.ranking.needs.profile_projects import OwnProject
    from matcher.ranking.scores.feedback import Feedback

Doubles = npt.NDArray[np.float64]

_FACTS = ("place among all calls", "call of Horizon Europe", "open to any science")

_MEANING = "a passage that says the same, by the sentence encoder"

LEAST = 0.005
"""A call with a smaller chance has nothing of a profile: it is not among its candidates."""

_HARDLY = 1e-5

NOTHING = -12.0
"""The log-odds of every call for a need that says nothing."""


@dataclass(frozen=True)
class Scored:
    """Calls scored for one need: `totals` (calls,) log-odds, NaN where a call was not asked for.

    `rows` are the calls that were, `compared` (ways, skills, rows) and `found` (features, rows) what they were scored
    by; `shared` (rows,) tells which have a word of a skill.
    """

    index: Index
    need: Need
    rows: npt.NDArray[np.int64]
    compared: npt.NDArray[np.float32]
    standard: Standard
    found: Doubles
    shared: npt.NDArray[np.bool_]
    numbers: StoreNumbers
    own_scores: Scores | None
    feedback: Feedback | None = None  # what decisions taught

    @cached_property
    def totals(self) -> Doubles:
        totals = np.full(len(self.index), np.nan)
        totals[self.rows] = self._by_skills + self.own[self.rows]
        if self.feedback is not None:
            totals += self.feedback.total
        return totals

    @cached_property
    def own(self) -> Doubles:
        """(calls,) what the own projects add, 0 where there are none."""
        if self.own_scores is None or self.need.own is None:
            return np.zeros(len(self.index))
        own = self.need.own
        weight = own.weight if self.need.skills else self.numbers.usual.alone[1]
        return np.asarray(weight * (self.own_scores.total - own.mean) / own.spread)

    @cached_property
    def _by_skills(self) -> Doubles:
        if not self.need.skills:
            nothing = self.numbers.usual.alone[0] if self.need.own is not None else NOTHING
            return np.full(len(self.rows), nothing)
        return self.numbers.each(lambda numbers: chance.log_odds(self.found, numbers))

    @cached_property
    def related(self) -> npt.NDArray[np.bool_]:
        """(calls,) whether a call has something of the profile, a word of it or more than hardly a chance, and is not
        about what it excludes.
        """
        found = chance.chance(np.nan_to_num(self.totals, nan=NOTHING)) >= LEAST
        found[self.rows] |= self.shared
        if self.own_scores is not None:
            found |= self.own_scores.text > 0
        found[list(self.away)] = False
        return np.asarray(found & np.isfinite(self.totals))

    @cached_property
    def away(self) -> Mapping[int, str]:
        """The calls that are about a term which the profile excludes, by row, each with that term."""
        if not self.need.exclude:
            return {}
        from matcher.ranking.scores.about import calls_about

        return calls_about(self.index, self.need.exclude)

    def fit(self, row: int) -> int:
        """The fit of one call, 0-100."""
        return int(chance.percent(self.totals[row]))

    def fits(self) -> npt.NDArray[np.int64]:
        """(calls,) the fit of every call; 0 also where it has nothing in common with the profile."""
        return np.where(self.related, chance.percent(np.nan_to_num(self.totals, nan=NOTHING)), 0)

    def evidence(self, row: int) -> tuple[Evidence, ...]:
        """What made the score of one call, heaviest first: with the base (`base_of`) the weights add up to it."""
        found = [
            *self._skill_evidence(row),
            *self._own_evidence(row),
            *self._taste_evidence(row),
        ]
        return tuple(sorted(found, key=lambda e: (-e.weight, e.term)))

    def base_of(self, row: int, evidence: tuple[Evidence, ...]) -> float:
        """What the score of a call would be without any of its evidence."""
        return float(self.totals[row] - sum(item.weight for item in evidence))

    def skill_weights(self, rows: Sequence[int]) -> Doubles:
        """(skills, rows) what each skill adds to the score of these calls."""
        columns = np.searchsorted(self.rows, rows)
        if not self.need.skills:
            return np.zeros((0, len(columns)))
        return np.asarray(self._parts(columns)[0].sum(axis=0))

    def _parts(self, columns: npt.NDArray[np.int64]) -> tuple[Doubles, Doubles]:
        """What each skill adds by each way, and each fact, to the score of some calls (`chance.skill_parts`)."""
        compared, shares = self.compared[:, :, columns], self.need.shares
        skills = self.numbers.each(
            lambda numbers: chance.skill_parts(compared, self.standard, numbers, shares), columns
        )
        return skills, self.numbers.each(lambda numbers: chance.fact_parts(self.found[:, columns], numbers), columns)

    @cached_property
    def _skill_words(self) -> list[SkillWords]:
        places = CallPlaces(self.index)
        return [SkillWords(self.index, skill, places) for skill in self.need.skills]

    def _skill_evidence(self, row: int) -> Iterator[Evidence]:
        if not self.need.skills:
            return
        ways, rest = self._parts(np.searchsorted(self.rows, [row]))
        told = ways[:-1] if self.index.has_encoder else ways
        by_skill = told.sum(axis=0)[:, 0].tolist()
        for skill, words, weight in zip(self.need.skills, self._skill_words, by_skill, strict=True):
            if weight:
                kind = EvidenceKind.TERM if words.said_by(row) else EvidenceKind.LIKENESS
                yield Evidence(skill.words, weight, skill.original, skill.source, kind, passage=skill.passage)
        if self.index.has_encoder and (read := ways[-1, :, 0]).any():
            best = self.need.skills[int(np.abs(read).argmax())]
            yield Evidence(_MEANING, float(read.sum()), None, best.words, EvidenceKind.MEANING)
        for name, weight in zip(_FACTS, rest[:, 0].tolist(), strict=False):  # the number of skills is in the base
            if weight:
                yield Evidence(name, weight, None, None, EvidenceKind.FACT)

    def _taste_evidence(self, row: int) -> Iterator[Evidence]:
        """The decisions that move a call: `more like calls that you kept (3), such as …`."""
        for kept, weight, rows in self.feedback.sides(row) if self.feedback is not None else ():
            if weight:
                way = "more" if (weight > 0) is kept else "less"
                made = "kept" if kept else "dismissed"
                nearest = self.index.call(rows[0]).identifier
                yield Evidence(
                    f"{way} like calls that you {made} ({len(rows)})", weight, None, nearest, EvidenceKind.LEARNED
                )

    def _own_evidence(self, row: int) -> Iterator[Evidence]:
        if self.own_scores is None or self.need.own is None:
            return
        weight = float(self.own[row])
        parts = self.index.contributions(self.own_scores, row)
        if not self.need.skills:
            query, total = self.need.own.query, float(self.own_scores.total[row])
            scale = weight / total if total else 0.0
            for i in np.flatnonzero(parts).tolist():
                yield Evidence(query.words[i], float(parts[i]) * scale, query.originals[i], query.sources[i])
            return
        nearest = self._nearest_project(row)
        yield Evidence("own projects", weight, None, nearest.label if nearest else None, EvidenceKind.PROJECTS)

    def _nearest_project(self, row: int) -> OwnProject | None:
        """The own project that has most with a call, by the terms that tell own projects from others."""
        if self.own_scores is None or self.need.own is None:
            return None
        query, products = self.need.own.query, self.own_scores.products
        found = np.flatnonzero(products.rows == row)
        terms = np.searchsorted(products.edges, found, side="right") - 1
        counted = query.weights[terms] > 0
        found, terms = found[counted], terms[counted]
        weights = products.weights[found].astype(np.float64) / query.weights[terms]
        return nearest_project(self.need.own.projects, query.ids[terms], weights)


def score(index: Index, need: Need, *, everything: bool = False, feedback: Feedback | None = None) -> Scored:
    """Score the calls that are read closely, or `everything`, closed ones too; `feedback` is what decisions taught."""
    side, rows = index.side(everything=everything)
    compared = compare(side, need.skills)
    reference = index.arrays["standard"][rows]
    standard = need.standard or chance.standard_of(compared, reference, need.shares)
    found = chance.features(compared, standard, index.call_facts[:, rows], need.shares)
    shared = np.any(uncentred(side, compared, "words") > _HARDLY, axis=0)
    own = index.scores(need.own.query) if need.own is not None else None
    return Scored(index, need, rows, compared, standard, found, shared, _numbers_of(index, rows), own, feedback)


def _numbers_of(index: Index, rows: npt.NDArray[np.int64]) -> StoreNumbers:
    """What was learned for a store like this one, for the calls of these rows."""
    background, names = index.background_kind, chance.feature_names(encoder=index.has_encoder)
    plain = chance.learned(background, names)
    if not index.has_encoder:
        return StoreNumbers(plain)
    unread = ~np.isin(rows, index.arrays["close_rows"])
    return StoreNumbers(chance.learned(chance.kind_of_store(background, encoder=True), names), plain, unread)


def own_of(index: Index, side: OwnSide) -> Own:
    """Own projects with what they have with the reference calls."""
    scores = index.scores(side.query).total[index.arrays["standard"]]
    spread = float(divisors(scores.std())) if len(scores) else 1.0
    mean = float(scores.mean()) if len(scores) else 0.0
    return Own(side.query, mean, spread, side.weight, side.projects)
