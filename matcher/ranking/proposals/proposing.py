"""Skills that documents of a new institute say, for a person to choose from: what calls and projects use too."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from matcher.model.institute import ProposedSkill, WrittenSkill
from matcher.model.match import SkillVerdict
from matcher.ranking.needs.statements import expressions
from matcher.ranking.proposals.skills import check_skills
from matcher.ranking.texts.project_words import FIELDS, PREFIX
from matcher.ranking.texts.searching import SNIPPET
from matcher.ranking.texts.vocabulary import knows
from matcher.ranking.texts.word_positions import WordPositions
from matcher.text import untrusted
from matcher.text.analysis import Analyzer
from matcher.text.folding import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matcher.model.profile_parts import ProfilePart
    from matcher.ranking.index import Index
    from matcher.ranking.needs.statements import Expression

MOST = 60
"""Proposed skills: about what an institute lists, and some to leave out."""

_LOOKED_AT = 300
_LEAST = 0.15
"""What a word by itself has to tell: a third more than in a text that is ranked, since a person reads each of these."""


def proposed_skills(
    index: Index, documents: Mapping[str, Sequence[ProfilePart]], most: int = MOST
) -> list[ProposedSkill]:
    """What documents (parts by name) say that calls or projects use as it stands, heaviest first.

    Keywords of a list are taken whole, by the weights that stand beside them, before the expressions of other texts:
    somebody chose them.
    """
    projects = _InProjects(index)
    listed, said = _listed(documents), _said(index, projects, documents)
    rest = [one for key, one in said.items() if key not in listed]
    heaviest = [*_heaviest_first(listed.values()), *_heaviest_first(rest)][:_LOOKED_AT]
    return list(_used(index, projects, heaviest))[:most]


def _heaviest_first(skills: Iterable[ProposedSkill]) -> list[ProposedSkill]:
    return sorted(skills, key=lambda one: -one.weight)


def _listed(documents: Mapping[str, Sequence[ProfilePart]]) -> dict[str, ProposedSkill]:
    """The keywords of lists, each once with the most that it weighs anywhere."""
    found: dict[str, ProposedSkill] = {}
    for name, parts in documents.items():
        for part in parts:
            key, text = part.text.casefold(), untrusted.text(part.text, SNIPPET)
            if part.kind != "text" and (key not in found or found[key].weight < part.weight):
                found[key] = ProposedSkill(text, part.language, part.weight, name, text)
    return found


def _said(
    index: Index, projects: _InProjects, documents: Mapping[str, Sequence[ProfilePart]]
) -> dict[str, ProposedSkill]:
    """The expressions of texts, each once; one of several documents weighs what it does in all of them."""
    found: dict[str, ProposedSkill] = {}
    for name, parts in documents.items():
        text = "\n".join(part.text for part in parts if part.kind == "text")
        for one in filter(projects.may_hold, expressions(text, index, index.arrays)):
            known = found.setdefault(one.text.casefold(), _proposed(one, name))
            if known.source != name:
                found[one.text.casefold()] = replace(known, weight=known.weight + one.weight)
    return found


def _proposed(one: Expression, document: str) -> ProposedSkill:
    sentence = untrusted.text(one.sentence, SNIPPET)
    return ProposedSkill(one.text, one.language, one.weight, document, sentence)


def _used(index: Index, in_projects: _InProjects, skills: Sequence[ProposedSkill]) -> Iterator[ProposedSkill]:
    """Those that calls, or two projects, have as they stand, with how many do; what most calls have tells nothing."""
    judged = check_skills(index, [WrittenSkill(one.text, one.language, ()) for one in skills])
    for one, check in zip(skills, judged, strict=True):
        projects = in_projects.having(one.text, one.language)
        met = check.verdict is SkillVerdict.MATCHES or projects > 1
        if met and check.verdict is not SkillVerdict.COMMON:
            yield replace(one, calls=check.together, projects=projects)


class _InProjects:
    """How many projects have some words side by side."""

    def __init__(self, index: Index) -> None:
        self._places = WordPositions(index.arrays, PREFIX, len(FIELDS))
        self._analyzer = Analyzer()
        self._knows = partial(knows, index, self._analyzer)

    def may_hold(self, one: Expression) -> bool:
        """Whether an expression tells enough to be proposed, as far as projects say; all do where there are none."""
        tells = one.weight >= _LEAST or len(words(one.text)) > 1
        return tells and bool(one.uses or not len(self._places))

    def having(self, text: str, language: str) -> int:
        if language == "fr":
            from matcher.text.french import in_english

            text = in_english(text, self._knows)
        stems = [self._analyzer.stem(word) for word in words(text)]
        while stems and stems[-1] is None:
            stems.pop()
        slots = self._places.slots(self._places.phrase(stems))
        return len(np.unique(slots // len(FIELDS)))
