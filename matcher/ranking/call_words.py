"""Calls that hold the words of a search, identifiers as people write them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from matcher.ranking.call_fields import FIELDS, call_places
from matcher.ranking.part_and_subject import part_and_subject
from matcher.ranking.texts.identifiers import is_name, named, nearly_named
from matcher.ranking.texts.searching import Sought, search, telling_sentence
from matcher.ranking.texts.unmet import unmet
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matcher.model.call import Call
    from matcher.model.parts import Part
    from matcher.model.searched import Search
    from matcher.ranking.index import Index
    from matcher.ranking.part_and_subject import PartAndSubject
    from matcher.ranking.texts.word_positions import WordPositions

_WEIGHTS = tuple(FIELDS.values())
_NAMED = 1000.0  # an identifier comes before words
_IN_PART = 1.01  # of the best score: what being in the part of a programme that the words name adds
_IN_ONE_WORD = 0.5  # the same for one word, which may be meant as a subject: "biodiversity"


@dataclass(frozen=True)
class SoughtCalls:
    """The rows of calls that were found, best first.

    `guessed` where they are not what was asked for: no name, or no word, is spelt so, but nearly; or, `partly`, where
    none has all of the words, and these most of them. `part` is what the words name, where they are
    sure to be a name.
    """

    rows: list[int]
    guessed: bool
    partly: bool
    missing: Mapping[str, tuple[str, ...]]
    part: Part | None
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
    places, analyzer = call_places(index.arrays), Analyzer()
    seek = partial(_in_parts_too, index, places, analyzer)
    sought = seek(asked)
    told = _part_told(index, asked, analyzer)
    found = partial(SoughtCalls, part=told.part if told is not None and told.sure else None, _index=index)
    names = index.identifiers()
    whole = is_name(asked.text)
    if whole and not asked.without:
        for row, closeness in named(names, asked.text).items():
            sought.scores[row] += closeness * _NAMED
    rows = sought.rows
    if rows or not asked.words:
        return found(rows, False, False, {}, _sought=sought)
    if whole and (near := nearly_named(names, asked.text)):
        return found(near, True, False, {}, _sought=sought)
    other = unmet(places, _WEIGHTS, asked, analyzer, seek, index.parts.words_of_names)
    sought = other.instead or sought
    return found(sought.rows, bool(sought.rows), other.partly, other.missing, _sought=sought)


def _part_told(index: Index, asked: Search, analyzer: Analyzer) -> PartAndSubject | None:
    return None if asked.phrase else part_and_subject(index.parts, asked.text, analyzer)


def _in_parts_too(index: Index, places: WordPositions, analyzer: Analyzer, asked: Search) -> Sought:
    """The calls that hold the words, and those that hold what the words say beside the name of a part that they are in.

    Words of a name are no words of all its calls: these come too, and before others that have the words alone.
    """
    sought = search(places, _WEIGHTS, asked, analyzer)
    told = _part_told(index, asked, analyzer)
    if told is None:
        return sought
    subject = search(places, _WEIGHTS, replace(asked, words=(told.subject,) if told.subject else ()), analyzer)
    inside = [row for row in index.rows_in(told.part) if subject.scores[row] > 0]
    share = _IN_PART if len(asked.text.split()) > 1 else _IN_ONE_WORD
    first = max(1.0, share * float(sought.scores.max(initial=0.0)))
    if not told.subject:
        sought.scores[inside] += first
        return sought
    sought.scores[inside] = first + subject.scores[inside]
    return Sought(sought.scores, subject.readings)
