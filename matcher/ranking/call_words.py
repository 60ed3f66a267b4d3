"""Calls that hold the words of a search, identifiers as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.ranking.call_fields import FIELDS, call_places
from matcher.ranking.texts.identifiers import is_name, named, nearly_named
from matcher.ranking.texts.searching import search, telling_sentence
from matcher.ranking.texts.unmet import unmet
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matcher.model.call import Call
    from matcher.model.searched import Search
    from matcher.ranking.index import Index
    from matcher.ranking.texts.searching import Sought

_NAMED = 1000.0  # an identifier comes before words
_IN_PART = 1.01  # of the best score: what being in the part of a programme that the words name adds
_IN_ONE_WORD = 0.5  # the same for one word, which may be meant as a subject: "biodiversity"


@dataclass(frozen=True)
class SoughtCalls:
    """The rows of calls that were found, best first.

    `guessed` where they are not what was asked for: no name, or no word, is spelt so, but nearly; or, `partly`, where
    none has all of the words, and these most of them.
    """

    rows: list[int]
    guessed: bool
    partly: bool
    missing: Mapping[str, tuple[str, ...]]
    _index: Index
    _sought: Sought

    def sentences(self, calls: Iterable[Call]) -> dict[str, str]:
        """The sentence of each of these calls that holds most of the words, by identifier."""
        analyzer, stems = Analyzer(), self._sought.stems
        found = {}
        for call in calls:
            row = self._index.row(call.identifier)
            texts = () if row is None else (section.text for section in self._index.sections(row))
            if sentence := telling_sentence(texts, stems, analyzer):
                found[call.identifier] = sentence
        return found


def search_calls(index: Index, asked: Search) -> SoughtCalls:
    """Every call of the index that a search finds, live or not."""
    places = call_places(index.arrays)
    analyzer = Analyzer()
    sought = search(places, tuple(FIELDS.values()), asked, analyzer)
    part = None if asked.phrase or asked.without else index.parts.known_as(asked.text)
    if part is not None:
        # Words of a name are no words of all its calls: these come too, and before others that have the words alone.
        share = _IN_PART if len(asked.text.split()) > 1 else _IN_ONE_WORD
        sought.scores[index.rows_in(part)] += max(1.0, share * float(sought.scores.max(initial=0.0)))
    names = index.identifiers()
    whole = is_name(asked.text)
    if whole and not asked.without:
        for row, closeness in named(names, asked.text).items():
            sought.scores[row] += closeness * _NAMED
    rows = sought.rows
    if rows or not asked.words:
        return SoughtCalls(rows, False, False, {}, index, sought)
    if whole and (near := nearly_named(names, asked.text)):
        return SoughtCalls(near, True, False, {}, index, sought)
    other = unmet(places, tuple(FIELDS.values()), asked, analyzer)
    sought = other.instead or sought
    return SoughtCalls(sought.rows, bool(sought.rows), other.partly, other.missing, index, sought)
