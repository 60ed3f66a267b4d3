"""A match and its evidence, and what a profile's skills are worth."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from matcher.model.frozen import dataclass
from matcher.model.searched import NOTHING_UNKNOWN, Unknown

if TYPE_CHECKING:
    from datetime import date

    from matcher.model.call import Call
    from matcher.model.decision import Decision
    from matcher.model.searched import SavedSearch


THRESHOLD = 20
"""The fit from which on a call is recommended, where no setting says otherwise: chosen by what it keeps, as a missed
call is feared more than noise (docs/ranking.md)."""


def worth_a_look(threshold: int) -> int:
    """The fit from which on a call is worth a look beside those that suit: half the threshold, rounded up.

    Of judged calls between 10 and 20 one in six was relevant, of those below one in three hundred (docs/ranking.md).
    """
    return (threshold + 1) // 2


class Group(StrEnum):
    """Where a match stands in a list: what suits, what may be worth a look, what suits anyone, what is closed."""

    MAIN = "main"
    LOOK = "look"
    BROAD = "broad"
    CLOSED = "closed_to_us"  # a research institute may not enter


class EvidenceKind(StrEnum):
    """What a share of a score rests on."""

    TERM = "term"  # a skill of the profile of which the call has words, or a term of its projects
    LIKENESS = "likeness"  # a skill of which it has none: other texts about both are alike
    PROJECTS = "own projects"  # its source is the nearest of them
    MEANING = "meaning"  # likeness of skills and passages, by a sentence encoder
    LEARNED = "learned"  # its source is the nearest call that was kept or dismissed
    FACT = "fact"  # of the call or the profile as a whole: place, programme, number of skills


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score: a term of the call or a named signal, its share, and where it comes from."""

    term: str
    weight: float
    profile_term: str | None = None  # the profile's word where it differs (French → English)
    source: str | None = None  # the skill, lab or project it comes from; the call or part of the programme of a signal
    kind: EvidenceKind = EvidenceKind.TERM
    words: tuple[str, ...] = ()  # the call's own words for it, where they were looked for
    sentence: str | None = None  # where most of them stand
    passage: int = 0  # of a long text that was ranked for, from 1

    @property
    def named(self) -> str:
        """The term, with the passage that says it where it is one of a long text."""
        return f"{self.term} (passage {self.passage})" if self.passage else self.term


TOLD_OWN = 0.3
"""Log-odds from which on the own projects are told among the reasons: nearer to them than calls are by one spread."""

WORDS = 5
"""Terms that a digest keeps of a match."""

COUNTING = 0.05
"""A reason is told where it counts this share of the heaviest: what counts less made nothing of a match."""

REASONS = 5
"""Reasons of a match that are shown, and quoted from the call, where all of them were not asked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """A call scored for a profile; `score` is the log-odds, `fit` its chance in percent.

    `institute` is the identifier of an institute or `identifier/lab name`, empty for any other profile. Of a saved
    `search`, `fit` is for its words, `rank` the place among what it finds, and `sentence` where the words stand.
    """

    rank: int
    call: Call
    score: float
    fit: int
    evidence: tuple[Evidence, ...] = ()
    sentence: str | None = None  # the sentence of the call where most of the evidence stands
    pinned: bool = False  # it holds a term that the institute always wants to see, or what is searched for
    institute: str = ""
    group: Group = Group.MAIN
    base: float = 0.0  # with the weights of the evidence it adds up to the score
    decision: Decision | None = None  # what the institute made of the call
    search: SavedSearch | None = None

    def suits(self, threshold: int) -> bool:
        """Whether it is to be told to who wants fits from a threshold on; a saved search has its own, or none."""
        if self.search is not None:
            return self.pinned and self.fit >= (self.search.threshold or 0)
        return self.pinned or self.fit >= threshold

    def reasons(self, most: int) -> tuple[Evidence, ...]:
        """The heaviest skills (or terms of projects) that speak for the call."""
        return tuple(e for e in self.evidence if e.kind is EvidenceKind.TERM and e.weight > 0)[:most]

    @property
    def unread(self) -> tuple[Evidence, ...]:
        """The skills that speak for the call though it has no word of them, heaviest first."""
        return tuple(e for e in self.evidence if e.kind is EvidenceKind.LIKENESS and e.weight > 0)

    def words(self, most: int) -> tuple[str, ...]:
        """The reasons in words, heaviest first, without those that hardly count or say a heavier one again."""
        return tuple(item.named for item in self._telling(most))

    @property
    def own_project(self) -> str | None:
        """The nearest own project, `NAME (2021)`, where own projects speak for the call."""
        return next((e.source for e in self.evidence if e.kind is EvidenceKind.PROJECTS and e.weight >= TOLD_OWN), None)

    def as_shared(self) -> Match:
        """The same as other institutes see it: what was decided names no person."""
        return self if self.decision is None else replace(self, decision=self.decision.as_shared())

    def brief(self) -> Match:
        """The match with `WORDS` reasons and the own projects as its only evidence: what a digest tells of it."""
        own = (e for e in self.evidence if e.kind is EvidenceKind.PROJECTS)
        return replace(self, evidence=(*self._telling(WORDS), *own))

    def _telling(self, most: int) -> tuple[Evidence, ...]:
        shown: list[Evidence] = []
        for item in self._counting():
            again = any(_within(item, other) or _is_shorter_and_heavier(other, item) for other in shown)
            if not again and len(shown) < most:
                shown = [other for other in shown if not _within(other, item)] + [item]
        return tuple(shown)

    def _counting(self) -> tuple[Evidence, ...]:
        """The reasons that count beside the heaviest."""
        found = self.reasons(len(self.evidence))
        return tuple(e for e in found if e.weight >= COUNTING * found[0].weight)


@dataclass(frozen=True, slots=True)
class Away:
    """A call that would be shown if it were not about a term that a profile excludes or a reader mutes."""

    call: Call
    fit: int
    term: str
    by: str = "exclude"  # exclude, mute


def _within(one: Evidence, other: Evidence) -> bool:
    """True when every word of a term stands in another."""
    return set(one.term.split()) <= set(other.term.split())


def _is_shorter_and_heavier(one: Evidence, other: Evidence) -> bool:
    """True when a term says a part of another and counts more than twice as much: sensors, and image sensors."""
    return _within(one, other) and other.weight < one.weight / 2


class SkillVerdict(StrEnum):
    """What a skill does for the ranking."""

    MATCHES = "matches"
    PART = "matches in part"
    NEVER = "never matches"
    COMMON = "too common"

    @property
    def does_nothing(self) -> bool:
        """Whether the ranking is the same without such a skill."""
        return self in {SkillVerdict.NEVER, SkillVerdict.COMMON}


@dataclass(frozen=True, slots=True)
class SkillCheck:
    """One skill of a profile: `calls` hold all its words, `share` of all calls hold its rarest word.

    `together` of these calls hold its words side by side; `known` are its words that some call holds, `sources` the
    places of the profile where it stands.
    """

    skill: str
    language: str
    verdict: SkillVerdict
    calls: int
    share: float
    together: int = 0
    known: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A call that stands in the top list of two profiles, with its place in each."""

    match: Match
    before: int


@dataclass(frozen=True, slots=True)
class ListChange:
    """What another profile changes in the top list: calls that enter, leave and move, those with most change first."""

    as_of: date
    entering: tuple[Match, ...]
    leaving: tuple[Match, ...]
    moving: tuple[Moved, ...]
    top: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a term would change: calls that enter and leave the top list, with their new and old rank."""

    as_of: date
    entering: tuple[Match, ...]
    leaving: tuple[Match, ...]
    unknown: Unknown = NOTHING_UNKNOWN
