"""What is ranked for, read anew: a text, or an edited profile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.profile_parts import Profile, ProfilePart
from matcher.ranking.needs.need import Need, Own
from matcher.ranking.needs.profile import OwnSide, joined, own_mark, own_side, query_vector
from matcher.ranking.needs.skillset import WRITTEN, excluded_terms, skills_of
from matcher.ranking.needs.statements import is_long
from matcher.ranking.scores.asked import Asked
from matcher.ranking.scores.scoring import own_of
from matcher.ranking.scores.text_language import reading, unknown_words
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill


def asked_text(index: Index, text: str) -> Asked:
    """Any text, in English or French; of one that is many skills the other words count nothing, and none is told."""
    read = reading(index, text)
    part = ProfilePart("text", "your text", text, read.language)
    asked = _asked(index, Profile("", "Your text", (part,)))
    return asked if asked.need.skills and is_long(text) else replace(asked, unknown=read.unknown)


def asked_profile(index: Index, profile: Profile) -> Asked:
    """Any profile, an edited one too; of what is no institute's, the words that nothing has are told."""
    return replace(_asked(index, profile), unknown=_unknown(index, profile))


def _asked(index: Index, profile: Profile) -> Asked:
    analyzer = Analyzer()
    skills = skills_of(profile, analyzer, index, index.arrays)
    if index.has_encoder:
        from matcher.ranking.meanings import skills_meant  # whose libraries a store without an encoder lacks

        skills = skills_meant(index, skills)
    own = _own_of_draft(index, profile, skills, analyzer)
    need = Need(skills, None, own, profile.pin, profile.exclude)
    query = query_vector(profile, analyzer, index, own.query if own else None)
    return Asked(None, profile.name, query, need)


def _unknown(index: Index, profile: Profile) -> dict[str, tuple[str, ...]]:
    if profile.identifier:
        return {}  # `matcher profile ID --check` tells them
    written = (part for part in profile.parts if part.kind in WRITTEN and not is_long(part.text))
    return unknown_words(index, ((part.text, part.language) for part in written))


def _own_of_draft(index: Index, profile: Profile, skills: Sequence[Skill], analyzer: Analyzer) -> Own | None:
    """The own projects of a draft: those that it writes out, and CORDIS's as the index chose them for the institute."""
    kept = index.need(profile.identifier).own if profile.identifier in index.profiles else None
    if kept is not None:
        indexed = index.meta["profiles"][index.profiles[profile.identifier]]
        if indexed["own"] == own_mark(profile):
            return kept
    side = own_side(profile, skills, analyzer, index)
    if kept is not None and any(project.number for project in kept.projects):
        terms = map(index.find_term, excluded_terms(profile, analyzer))
        excluded = frozenset(i for i in terms if i is not None)
        side = joined(side, OwnSide(kept.query, kept.projects, kept.weight), excluded, index.fitted_terms)
    return own_of(index, side) if side is not None else None
