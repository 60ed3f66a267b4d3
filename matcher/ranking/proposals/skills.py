"""What each skill of a profile is worth, and what one more would change."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from matcher.model.match import ListChange, Match, Moved, SkillCheck, SkillVerdict, Trial
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.question import CallFilter
from matcher.model.searched import Unknown
from matcher.ranking.scores.asked_anew import asked_profile
from matcher.ranking.scores.matching import Depth, best_matches
from matcher.ranking.scores.text_language import reading
from matcher.ranking.texts.vocabulary import knows
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from matcher.model.institute import WrittenSkill
    from matcher.ranking.index import Index

COMMON_SHARE = 0.25
"""A skill that stands, as it is written, in more than this share of all calls tells none of them apart."""

SHOWN = 20
"""How long the list is that a tried term is compared on."""


def check_skills(index: Index, skills: Iterable[WrittenSkill]) -> list[SkillCheck]:
    """Judge each skill of a profile against every call of the index."""
    analyzer = Analyzer()
    return [_checked(index, skill, analyzer) for skill in skills]


def try_term(index: Index, profile: Profile, term: str, today: date) -> Trial:
    """Rank the live calls with and without a keyword (English or French) and compare the top lists."""
    read = reading(index, term)
    # A text, as a French keyword in a list that pairs up with an English one would only say the same again.
    added = ProfilePart("text", term, term, read.language)
    before = _top(index, profile, today)
    after = _top(index, replace(profile, parts=(*profile.parts, added)), today)
    had, has = ({match.call.identifier for match in matches} for matches in (before, after))
    return Trial(
        as_of=today,
        entering=tuple(match for match in after if match.call.identifier not in had),
        leaving=tuple(match for match in before if match.call.identifier not in has),
        unknown=Unknown(read.unknown),
    )


def compare_profiles(index: Index, before: Profile, after: Profile, today: date) -> ListChange:
    """What a profile changes in the top list of another."""
    old, new = (_top(index, profile, today) for profile in (before, after))
    had = {match.call.identifier: match.rank for match in old}
    has = {match.call.identifier for match in new}
    both = [Moved(match, had[match.call.identifier]) for match in new if match.call.identifier in had]
    moving = sorted(
        (one for one in both if one.before != one.match.rank), key=lambda one: -abs(one.before - one.match.rank)
    )
    return ListChange(
        as_of=today,
        entering=tuple(match for match in new if match.call.identifier not in had),
        leaving=tuple(match for match in old if match.call.identifier not in has),
        moving=tuple(moving),
        top=SHOWN,
    )


def _top(index: Index, profile: Profile, today: date) -> list[Match]:
    asked = asked_profile(index, profile)
    return best_matches(asked.scored(index, CallFilter(), today), CallFilter(), today, Depth(SHOWN))


def _checked(index: Index, skill: WrittenSkill, analyzer: Analyzer) -> SkillCheck:
    worded = dict(analyzer.worded_terms(_english(skill, index, analyzer)))
    held = {term: index.holders(term) for term in worded}
    words = {term: rows for term, rows in held.items() if " " not in term}
    known = tuple(worded[term] for term, rows in words.items() if rows)
    calls, together = len(_in_all(words.values())), len(_in_all(held.values()))
    share = min((len(rows) for rows in words.values() if rows), default=0) / max(len(index), 1)
    if not known:
        verdict = SkillVerdict.NEVER
    elif not together:
        verdict = SkillVerdict.PART
    else:
        verdict = SkillVerdict.COMMON if together > COMMON_SHARE * len(index) else SkillVerdict.MATCHES
    return SkillCheck(skill.text, skill.language, verdict, calls, share, together, known, skill.sources)


def _in_all(held: Collection[set[int]]) -> set[int]:
    return set.intersection(*held) if held else set()


def _english(skill: WrittenSkill, index: Index, analyzer: Analyzer) -> str:
    """A skill in English; a French one by its pieces together, as the lexicon gives them."""
    if skill.language != "fr":
        return skill.text
    from matcher.text.french import translated

    return "\n".join(english for english, _ in translated(skill.text, partial(knows, index, analyzer)))
