"""Words of a text that no call and no project has, and words that may be meant by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.ranking.call_words import FIELDS, PREFIX
from matcher.ranking.places import WordPlaces
from matcher.ranking.searching import near_words
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.ranking.index import Index

MOST = 10
"""Words that are told of a long text."""


def unknown_words(index: Index, text: str) -> dict[str, tuple[str, ...]]:
    """Each word that stands nowhere, in no language that the text may be in, with words spelt nearly like it."""
    from matcher.text.french import languages

    known, missing = set[str](), dict[str, None]()
    for language in languages(text):
        for word, here in _judged(index, text, language):
            if here:
                known.add(word)
            else:
                missing[word] = None
    told = [word for word in missing if word not in known][:MOST]
    places = WordPlaces(index.arrays, PREFIX, len(FIELDS))
    return {word: near_words(places, word) for word in told}


def _judged(index: Index, text: str, language: str) -> Iterator[tuple[str, bool]]:
    """(word, whether anything has it) for the words of a text, read in one language."""
    analyzer = Analyzer()
    if language != "fr":
        for term, word in analyzer.worded_terms(text):
            if " " not in term:
                yield word, index.find_term(term) is not None
        return
    from matcher.text.french import pieces

    for piece in pieces(text):
        terms = (term for english in piece.english for term in analyzer.terms(english))
        here = any(index.find_term(term) is not None for term in terms)
        for word in piece.french.split():
            yield word, here
