"""What decided calls say of terms: how they write them, and which would go into the profile of who decided."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from matcher.model.institute import WrittenSkill
from matcher.model.match import SkillVerdict
from matcher.model.project import CallTerm
from matcher.ranking.proposals.skills import check_skills
from matcher.ranking.scores.feedback import learned_terms
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.profile_parts import ProfilePart
    from matcher.ranking.index import Index
    from matcher.ranking.scores.feedback import Example

SHARED = 2
"""Calls of one side that share a term before it is suggested."""

_LOOKED_AT = 200
"""Terms of each side that are looked at, the heaviest."""


def worded(index: Index, terms: Iterable[str], rows: Iterable[int]) -> dict[str, str]:
    """Terms in whole words, as the calls of these rows write them most often."""
    wanted, analyzer = set(terms), Analyzer()
    met: dict[str, Counter[str]] = {}
    for row in rows:
        call = index.full_call(row)
        for text in (call.title, *call.keywords, *(section.text for section in call.sections)):
            for term, words in analyzer.worded_terms(text):
                if term in wanted:
                    met.setdefault(term, Counter())[words] += 1
    return {
        term: min(met[term], key=lambda words: (-met[term][words], words)) if term in met else term for term in wanted
    }


def decided_terms(
    index: Index, examples: Sequence[Example], parts: Iterable[ProfilePart], most: int
) -> tuple[list[CallTerm], list[CallTerm]]:
    """Keywords that kept calls share and dismissed ones lack, and terms to exclude that it is so the other way round.

    Best first; none of them is in the profile's `parts`, and none of fewer decisions than a list learns from.
    """
    analyzer = Analyzer()
    written = {term for part in parts if part.kind in {"keyword", "lab"} for term in analyzer.terms(part.text)}
    weighed = learned_terms(index, examples, _LOOKED_AT)
    found = []
    for sign in (1, -1):
        own = {one.row for one in examples if one.kept is (sign > 0)}
        other = {one.row for one in examples if one.row not in own}
        heaviest = sorted((sign * weight, term) for term, weight in weighed if sign * weight > 0)[::-1]
        shared = {}
        for _, term in heaviest:
            holders = index.holders(term)
            if len(holders & own) >= SHARED and not holders & other and term not in written:
                shared[term] = holders & own
        found.append(_useful(index, _widest(shared), most))
    return found[0], found[1]


def _widest(shared: dict[str, set[int]]) -> dict[str, set[int]]:
    """Without the single words of a pair that the same calls share: the pair says more."""
    pairs = {(word, frozenset(rows)) for term, rows in shared.items() if " " in term for word in term.split()}
    return {term: rows for term, rows in shared.items() if (term, frozenset(rows)) not in pairs}


def _useful(index: Index, shared: dict[str, set[int]], most: int) -> list[CallTerm]:
    """Those of the terms that tell calls apart, in whole words."""
    words = worded(index, shared, set().union(*shared.values()))
    judged = check_skills(index, [WrittenSkill(words[term], "en", ()) for term in shared])
    return [
        CallTerm(words[term], check.calls, tuple(index.call(row).identifier for row in sorted(rows)))
        for (term, rows), check in zip(shared.items(), judged, strict=True)
        if check.verdict is SkillVerdict.MATCHES
    ][:most]
