"""What is ranked for, and which calls suit it best, today or on any day that is replayed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.call import LIVE
from matcher.model.institute import Profile, ProfilePart
from matcher.model.match import Evidence, EvidenceKind, Match
from matcher.ranking.index import fit_in
from matcher.ranking.profile import QueryVector, query_vector
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from matcher.model.call import Section
    from matcher.model.question import CallFilter
    from matcher.ranking.encoder import Encoder
    from matcher.ranking.index import Index, Scores


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its name; `identifier` is None for a text, `pin` are terms whose calls are always shown."""

    identifier: str | None
    name: str
    query: QueryVector
    pin: tuple[str, ...] = ()

    def scored(self, index: Index) -> Scored:
        """Every call of the index, scored."""
        return replace(score_all(index, self.query, self.identifier), pin=self.pin)


def asked_institute(index: Index, name: str) -> Asked | None:
    """The institute of that identifier or acronym, in any case; None when the index has none."""
    wanted = name.strip().casefold()
    for profile in index.meta["profiles"]:
        if wanted and wanted in {profile["id"], profile["acronym"].casefold()}:
            return Asked(profile["id"], profile["name"], index.query(profile["id"]), tuple(profile["pin"]))
    return None


def asked_text(index: Index, text: str, encoder: Encoder | None = None) -> Asked:
    """Any text, in English or French; `encoder` is the one that the index was built with."""
    from matcher.text.french import languages

    parts = tuple(ProfilePart("text", "your text", text, language) for language in languages(text))
    asked = asked_profile(index, Profile("", "Your text", parts))
    if encoder is None:
        return asked
    from matcher.ranking.encoder import text_meaning

    return replace(asked, query=replace(asked.query, meaning=text_meaning(index, encoder, text)))


def asked_profile(index: Index, profile: Profile) -> Asked:
    """Any profile, by its terms; its fits are places in its own scores over the archive.

    An edited one keeps the sentence vector that the institute was indexed with: a tried term is no part of it.
    """
    query = query_vector(profile, Analyzer(), index)
    if profile.identifier in index.profiles:
        query = replace(query, meaning=index.query(profile.identifier).meaning)
    return Asked(None, profile.name, query, profile.pin)


_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+|\n+")


@dataclass(frozen=True)
class Scored:
    """Every call of the index scored for one profile: `totals` (calls,), `distribution` what fits are places in."""

    index: Index
    query: QueryVector
    scores: Scores
    totals: npt.NDArray[np.float64]
    distribution: npt.NDArray[Any]
    pin: tuple[str, ...] = ()  # calls that hold one of these terms are always shown
    institute: str = ""

    def fit(self, row: int) -> int:
        """The fit of one call, 0-100."""
        return int(fit_in(self.distribution, self.totals[row : row + 1])[0])

    def fits(self) -> npt.NDArray[np.int64]:
        """(calls,) the fit of every call; 0 also where it has nothing in common with the profile."""
        return np.where(self.scores.related, fit_in(self.distribution, self.totals), 0)

    def match(self, row: int, rank: int, *, sentence: bool, pinned: bool = False) -> Match:
        """The match of one call with its evidence."""
        found, weights = self._evidence(row)
        text = best_sentence(self.index.sections(row), weights) if sentence else None
        return Match(
            rank, self.index.call(row), float(self.totals[row]), self.fit(row), found, text, pinned, self.institute
        )

    def _evidence(self, row: int) -> tuple[tuple[Evidence, ...], Mapping[str, float]]:
        """What made the score of one call, heaviest first (the weights add up to it), and the weight of each term."""
        parts = self.index.contributions(self.scores, row)
        rows = np.flatnonzero(parts).tolist()
        found = [
            Evidence(self.query.words[i], float(parts[i]), self.query.originals[i], self.query.sources[i]) for i in rows
        ]
        weights = {self.query.words[i]: float(parts[i]) for i in rows}
        found += self._signals(row)
        return tuple(sorted(found, key=lambda e: (-e.weight, e.term))), weights

    def _signals(self, row: int) -> Iterator[Evidence]:
        similar, history = float(self.scores.similar[row]), float(self.scores.history[row])
        coordination = float(self.scores.coordination[row])
        if similar:
            source = self.index.most_similar(self.scores, row)
            yield Evidence("similar calls", similar, None, source, EvidenceKind.SIMILAR)
        if history:
            part = self.index.part(row)
            source = f"{self.query.wins[part]} past projects in {part}"
            yield Evidence("past projects", history, None, source, EvidenceKind.HISTORY)
        if self.scores.meaning is not None and (meaning := float(self.scores.meaning[row])):
            yield Evidence("meaning as a whole", meaning, None, None, EvidenceKind.MEANING)
        if coordination:
            yield Evidence("coordination and support action", coordination, None, None, EvidenceKind.ACTION)


def score_all(index: Index, query: QueryVector, profile: str | None) -> Scored:
    """Score all calls; `profile` is the institute whose distribution fits are places in, None for a text."""
    scores = index.scores(query)
    return Scored(
        index, query, scores, scores.total, index.distribution(scores.lasting, profile), institute=profile or ""
    )


def best_matches(
    scored: Scored,
    wanted: CallFilter,
    today: date,
    *,
    top: int,
    min_fit: int = 0,
    sentences: bool = False,
) -> list[Match]:
    """The `top` best calls that pass the filter; calls that hold a pinned term come first, whatever their fit."""
    pinned = [row for row in _pinned_rows(scored.index, scored.pin) if _passes(scored, wanted, today, row)]
    matches = [
        scored.match(row, rank, sentence=sentences, pinned=True)
        for rank, row in enumerate(sorted(pinned, key=lambda row: (-scored.totals[row], row)), 1)
    ][:top]
    for row in _candidates(scored, wanted, today):
        if len(matches) >= top or scored.fit(row) < min_fit:
            break
        if row not in pinned and _passes(scored, wanted, today, row):
            matches.append(scored.match(row, len(matches) + 1, sentence=sentences))
    return matches


def suiting(scored: Scored, least: int) -> set[int]:
    """Rows of the calls that have something in common with a profile and at least this fit, or hold a pinned term."""
    return {
        *np.flatnonzero(scored.scores.related & (scored.fits() >= least)).tolist(),
        *_pinned_rows(scored.index, scored.pin),
    }


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one call stands for a profile: `match.rank` among `candidates`, 0 when it is none of them."""

    match: Match
    stopped_by: str | None
    candidates: int
    score_needed: float | None


def place(scored: Scored, wanted: CallFilter, today: date, row: int, *, top: int) -> Placed:
    """The place of one call among all that pass the filter, and the score that the `top` list asked for."""
    stopped_by = wanted.stopped_by(scored.index.call(row), today)
    candidates = [r for r in _candidates(scored, wanted, today) if _passes(scored, wanted, today, r)]
    rank = candidates.index(row) + 1 if row in candidates else 0
    needed = float(scored.totals[candidates[top - 1]]) if len(candidates) >= top else None
    return Placed(scored.match(row, rank, sentence=True), stopped_by, len(candidates), needed)


def profile_terms(query: QueryVector) -> tuple[Evidence, ...]:
    """The terms of a profile that count, heaviest first; `weight` is the term's in the profile."""
    order = np.argsort(-query.weights, kind="stable")
    return tuple(
        Evidence(query.words[i], float(query.weights[i]), query.originals[i], query.sources[i])
        for i in order.tolist()
        if query.weights[i] > 0
    )


def best_sentence(sections: tuple[Section, ...], weights: Mapping[str, float]) -> str | None:
    """The sentence of a call where most of the evidence stands, or None when none of it does."""
    analyzer = Analyzer()
    keys = {term: weight for words, weight in weights.items() for term in analyzer.terms(words)[-1:]}
    best, best_weight = None, 0.0
    for section in sections:
        for sentence in _SENTENCE_END.split(section.text):
            weight = sum(keys.get(term, 0.0) for term in set(analyzer.terms(sentence)))
            if weight > best_weight:
                best, best_weight = sentence.strip(), weight
    return best


def _candidates(scored: Scored, wanted: CallFilter, today: date) -> Iterator[int]:
    """Calls that have something of the profile, best first, equal ones by identifier (rows are in that order).

    Those surely closed are passed over unread.
    """
    related = scored.scores.related
    if wanted.status and wanted.status <= LIVE:
        related &= scored.index.may_be_live(today)
    rows = np.flatnonzero(related)
    yield from rows[np.argsort(-scored.totals[rows], kind="stable")].tolist()


def _passes(scored: Scored, wanted: CallFilter, today: date, row: int) -> bool:
    return wanted.stopped_by(scored.index.call(row), today) is None


def _pinned_rows(index: Index, pin: tuple[str, ...]) -> set[int]:
    """Calls that hold every word of one of the pinned terms."""
    analyzer = Analyzer()
    rows: set[int] = set()
    for text in pin:
        held = [index.holders(term) for term in analyzer.terms(text)]
        if held:
            rows |= set.intersection(*held)
    return rows


_NEVER = 0


@dataclass(frozen=True, slots=True)
class First:
    """The first day on which a call stood in the top list, and its rank that day."""

    call: str
    day: date
    rank: int
    fit: int
    deadline: date


def first_recommended(index: Index, profile: str, days: Iterable[date], *, top: int, min_fit: int = 0) -> list[First]:
    """For each call that ever stood among the `top` open ones of a profile on these days: its first time, in order.

    The index is the one of today: its model has seen the whole archive, and the profile is the present one.
    """
    scored = score_all(index, index.query(profile), profile)
    calls = [index.call(row) for row in range(len(index))]
    opening = np.array([call.opening.toordinal() if call.opening else _NEVER for call in calls])
    closing = np.array([call.last_deadline.toordinal() if call.last_deadline else _NEVER for call in calls])
    order = np.argsort(-scored.totals, kind="stable")
    order = order[scored.scores.related[order] & (opening[order] > _NEVER)]
    found: dict[int, First] = {}
    for day in sorted(set(days)):
        today = day.toordinal()
        is_open = (opening[order] <= today) & (closing[order] >= today)
        for rank, row in enumerate(order[is_open][:top].tolist(), 1):
            fit = scored.fit(row)
            if row not in found and fit >= min_fit:
                deadline = calls[row].next_deadline(day)
                found[row] = First(calls[row].identifier, day, rank, fit, deadline.date if deadline else day)
    return list(found.values())
