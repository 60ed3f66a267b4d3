"""In which language a text is read, and which of its words no call and no project has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from matcher.ranking.call_fields import call_places
from matcher.ranking.texts.unmet import near_words
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from matcher.ranking.index import Index

MOST = 10
"""Words that are told of a long text."""


_ACCENTED = re.compile("[àâçéèêëîïôùûœ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text in one language, with its words that stand nowhere and those that are spelt nearly like each."""

    language: str
    unknown: Mapping[str, tuple[str, ...]]


def reading(index: Index, text: str) -> ReadText:
    """The text in the language that it may be in of which more words are known.

    Where both say as much, as projects have French names too, it is in French by its accents, else in English.
    """
    from matcher.text.french import languages, verbs

    judged = {language: dict(_judged(index, text, language)) for language in languages(text)}
    first = "fr" if _ACCENTED.search(text) else "en"
    best = min(judged, key=lambda language: (list(judged[language].values()).count(False), language != first))
    known = {word for found in judged.values() for word, here in found.items() if here}
    spoken = verbs(text) if best == "fr" else frozenset[str]()
    told = [word for word, here in judged[best].items() if not here and word not in known | spoken]
    return ReadText(best, _with_near(index, told))


def unknown_words(index: Index, texts: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The words of texts, each in its own language, that stand nowhere, with those that are spelt nearly so."""
    from matcher.text.french import verbs

    listed = list(texts)
    judged = [one for text, language in listed for one in _judged(index, text, language)]
    idle = {word for word, here in judged if here}
    idle |= {word for text, language in listed if language == "fr" for word in verbs(text)}
    return _with_near(index, dict.fromkeys(word for word, _ in judged if word not in idle))


def _with_near(index: Index, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    places, analyzer = call_places(index.arrays), Analyzer()
    return {word: near_words(places, word, analyzer) for word in islice(words, MOST)}


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
        terms = [term for english in piece.english for term in analyzer.terms(english)]
        if not terms:  # a number, or a small word in English
            continue
        here = any(index.find_term(term) is not None for term in terms)
        for word in piece.french.split():
            yield word, here
