"""A match and its evidence, and what a profile's skills are worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from matcher.model.call import Call


class EvidenceKind(StrEnum):
    """What a share of a score rests on."""

    TERM = "term"
    SIMILAR = "similar calls"
    HISTORY = "past projects in the same part of the programme"
    ACTION = "coordination and support action"
    MEANING = "likeness of the whole texts, by a sentence encoder"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score: a term of the call or a named signal, its share, and where it comes from."""

    term: str
    weight: float
    profile_term: str | None = None  # the profile's word where it differs (French → English)
    source: str | None = None  # the skill, lab or project it comes from; the call or part of the programme of a signal
    kind: EvidenceKind = EvidenceKind.TERM


WORDS = 5
"""Terms that a digest keeps of a match."""


@dataclass(frozen=True, slots=True)
class Match:
    """A call scored for a profile; `score` is the model's number, `fit` 0-100 its place in the archive.

    `institute` is the identifier of an institute or `identifier/lab name`, empty for any other profile.
    """

    rank: int
    call: Call
    score: float
    fit: int
    evidence: tuple[Evidence, ...] = ()
    sentence: str | None = None  # the sentence of the call where most of the evidence stands
    pinned: bool = False  # it holds a term that the institute always wants to see
    institute: str = ""

    def words(self, most: int) -> tuple[str, ...]:
        """The terms that made the score, heaviest first, without those that say again what a heavier one said."""
        return tuple(item.term for item in self._telling(most))

    def brief(self) -> Match:
        """The match with `WORDS` terms as its only evidence: what a digest tells of it."""
        return replace(self, evidence=self._telling(WORDS))

    def _telling(self, most: int) -> tuple[Evidence, ...]:
        shown: list[Evidence] = []
        for item in self.evidence:
            new = item.kind is EvidenceKind.TERM and not any(_within(item, other) for other in shown)
            if new and len(shown) < most:
                shown = [other for other in shown if not _within(other, item)] + [item]
        return tuple(shown)


def _within(one: Evidence, other: Evidence) -> bool:
    """True when every word of a term stands in another."""
    return set(one.term.split()) <= set(other.term.split())


class SkillVerdict(StrEnum):
    """What a skill does for the ranking."""

    MATCHES = "matches"
    NEVER = "never matches"
    COMMON = "too common"


@dataclass(frozen=True, slots=True)
class SkillCheck:
    """One skill of a profile: `calls` hold all its words, `share` of all calls hold its rarest word."""

    skill: str
    language: str
    verdict: SkillVerdict
    calls: int
    share: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What a term would change: calls that enter and leave the top list, with their new and old rank."""

    as_of: date
    entering: tuple[Match, ...]
    leaving: tuple[Match, ...]
