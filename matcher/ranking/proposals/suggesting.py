"""What an institute's own projects say that its keywords do not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matcher.model.institute import WrittenSkill
from matcher.model.match import SkillVerdict
from matcher.model.project import Suggestion
from matcher.ranking.proposals.skills import check_skills
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.profile_parts import ProfilePart
    from matcher.model.project import Project
    from matcher.ranking.index import Index
    from matcher.ranking.needs.need import Need, Own

LEAST_CALLS = 2
"""A term that fewer calls hold would change next to nothing."""

LONGEST = 5
"""Words of a term; longer ones are sentences."""

_BETWEEN = re.compile(r"[,;|\n]")


@dataclass
class _Found:
    """One term under every spelling that was met, and the projects that have it."""

    spelled: Counter[str] = field(default_factory=Counter)
    projects: dict[str, str] = field(default_factory=dict)  # number → what it is called

    @property
    def term(self) -> str:
        return min(self.spelled, key=lambda words: (-self.spelled[words], words))


def added_terms(need: Need, most: int) -> tuple[str, ...]:
    """The heaviest terms of the own projects that no skill has."""
    if need.own is None:
        return ()
    query = need.own.query
    written = {i for skill in need.skills for i in skill.ids.tolist()}
    rows = [row for row in (-query.weights).argsort(kind="stable").tolist() if query.weights[row] > 0]
    return tuple(query.words[row] for row in rows if int(query.ids[row]) not in written)[:most]


def suggestions(
    index: Index, own: Own, parts: Sequence[ProfilePart], projects: Iterable[Project], most: int
) -> list[Suggestion]:
    """Keywords of own projects that calls use and no keyword among the `parts` of the profile says.

    Best first: by how much their words tell the own projects from the average one, times how many projects have them.
    """
    analyzer = Analyzer()
    named = {one.number: one.label for one in own.projects if one.number}
    written = [_words(part.text, analyzer) for part in parts if part.kind in {"keyword", "lab"}]
    found: dict[frozenset[str], _Found] = {}
    for project in projects:
        for term in filter(None, map(str.strip, _BETWEEN.split(project.keywords))):
            words = _words(term, analyzer)
            if words and len(term.split()) <= LONGEST and not any(words <= one for one in written):
                kept = found.setdefault(words, _Found())
                kept.spelled[term] += 1
                kept.projects[project.identifier] = named.get(project.identifier, project.label)
    listed = sorted(found.values(), key=lambda one: (-len(one.projects), one.term))
    judged = check_skills(index, [WrittenSkill(one.term, "en", ()) for one in listed])
    useful = [
        Suggestion(one.term, check.calls, tuple(one.projects.values()))
        for one, check in zip(listed, judged, strict=True)
        if check.verdict is SkillVerdict.MATCHES and check.calls >= LEAST_CALLS
    ]
    weights = dict(zip(own.query.ids.tolist(), own.query.weights.tolist(), strict=True))

    def tells(one: Suggestion) -> float:
        terms = dict.fromkeys(analyzer.terms(one.term))
        found = (weights.get(index.find_term(term), 0.0) for term in terms)
        return float(sum(found)) * len(one.projects)

    useful.sort(key=tells, reverse=True)
    return useful[:most]


def _words(text: str, analyzer: Analyzer) -> frozenset[str]:
    """The stems of a term: two that share them say the same."""
    return frozenset(analyzer.stems(text))
