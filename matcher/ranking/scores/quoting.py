"""Reasons that a person can check: the words of a skill that a call has, and the sentence they stand in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from matcher.model.match import REASONS, EvidenceKind
from matcher.ranking.texts.searching import around
from matcher.ranking.texts.vocabulary import is_fitted
from matcher.text.analysis import Analyzer
from matcher.text.passages import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matcher.model.match import Evidence
    from matcher.ranking.index import Index


def quoted(evidence: Sequence[Evidence], index: Index, texts: Iterable[str]) -> tuple[Evidence, ...]:
    """The evidence, its heaviest reasons with the call's own words and the sentence where most of them stand."""
    reasons = [e for e in evidence if e.kind is EvidenceKind.TERM and e.weight > 0][:REASONS]
    if not reasons:
        return tuple(evidence)
    analyzer = Analyzer()
    wanted = {reason: _weights(reason.term, index, analyzer) for reason in reasons}
    every = frozenset(term for terms in wanted.values() for term in terms)
    telling = list(_telling(texts, every, analyzer))
    return tuple(_with_quote(e, wanted[e], telling, analyzer) if e in wanted else e for e in evidence)


def _weights(skill: str, index: Index, analyzer: Analyzer) -> dict[str, float]:
    """What each term of a skill counts."""
    places = {term: index.find_term(term) for term in analyzer.asked_terms(skill, partial(is_fitted, index))}
    return {term: float(index.idf[place]) for term, place in places.items() if place is not None}


def _telling(texts: Iterable[str], wanted: frozenset[str], analyzer: Analyzer) -> Iterator[tuple[str, dict[str, str]]]:
    """The sentences that have something of what is wanted, each with the words that it has for it."""
    for text in texts:
        for sentence in sentences(text):
            found = {term: word for term, word in analyzer.worded_terms(sentence) if term in wanted}
            if found:
                yield sentence, found


def _with_quote(
    reason: Evidence, wanted: Mapping[str, float], telling: Sequence[tuple[str, dict[str, str]]], analyzer: Analyzer
) -> Evidence:
    def worth(one: tuple[str, dict[str, str]]) -> float:
        return sum(weight for term, weight in wanted.items() if term in one[1])

    best = max(telling, key=worth, default=None)
    if best is None or not worth(best):
        return reason
    sentence, found = best
    here = [found[term] for term in wanted if term in found]
    words = tuple(word for word in dict.fromkeys(here) if not any(word in other and word != other for other in here))
    stems = frozenset(term for term in wanted if " " not in term)
    return replace(reason, words=words, sentence=around(sentence, stems, analyzer))
