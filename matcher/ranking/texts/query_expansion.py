"""What a person who searches may mean: the words as they stand, joined or split, and their English.

A reading is a row of wants, all of which a text must meet; a want is met by any of its ways; a way is one stem, or
several that stand side by side or near each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from matcher.ranking.texts.word_positions import search_stem
from matcher.text.folding import folded, words
from matcher.text.spellings import one_spelling
from matcher.text.synonyms import synonyms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matcher.ranking.texts.word_positions import WordPositions
    from matcher.text.analysis import Analyzer

RARE = 3
"""A word that stands in fewer places may well be French, or a slip."""

_LONGEST_QUERY = 8  # words that are read as French pieces and as compounds


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet a want; `loose` lets its stems stand near each other in any order.

    `begins` lets a part of an identifier go on after the stem: `pathfinder` for `PATHFINDEROPEN`.
    """

    stems: tuple[str | None, ...]
    loose: bool = False
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """What must be there: any of these ways; `word` is how the person wrote it, which may be several words."""

    word: str
    ways: tuple[Way, ...]

    @property
    def words(self) -> int:
        return self.word.count(" ") + 1


@dataclass(frozen=True, slots=True)
class Meaning:
    """Wants that all must be met, and what such a find counts; a `guess` is tried where the others find hardly any."""

    wants: tuple[Want, ...]
    weight: float = 1.0
    guess: bool = False


def meanings(text: str, places: WordPositions, analyzer: Analyzer) -> list[Meaning]:
    """Every reading of a search, the words as they stand first."""
    found = words(text)
    stems = [(word, search_stem(word, analyzer)) for word in found]
    own = Meaning(tuple(_as_written(word, stem, analyzer) for word, stem in stems if stem is not None))
    if not own.wants:  # nothing but stop words
        return [Meaning(tuple(Want(word, (Way((word,)),)) for word in found))]
    readings = [own]
    if len(found) <= _LONGEST_QUERY:
        readings += _compounds(own, places, analyzer)
        readings += _synonyms(own, analyzer)
        readings += _in_english(text, own, places, analyzer)
    return list(dict.fromkeys(readings))


def phrase(text: str, analyzer: Analyzer) -> Meaning:
    """The words of a text side by side."""
    stems = tuple(search_stem(word, analyzer) for word in words(text))
    return Meaning((Want(text, (Way(stems),)),))


_AKIN = ("ysis", "yser")
"""What is done and what does it: electrolysis and electrolysers."""


def _as_written(word: str, stem: str, analyzer: Analyzer) -> Want:
    """A word by its stem, by that of what is akin, and as the beginning of a part of an identifier."""
    ways = [Way((stem,))]
    spelt = one_spelling(word)
    for here, there in (_AKIN, _AKIN[::-1]):
        if here in spelt:
            ways.append(Way((search_stem(spelt.replace(here, there), analyzer),)))
    if len(word) >= _SHORTEST_BEGINNING:
        ways.append(Way((word,), begins=True))
    return Want(word, tuple(dict.fromkeys(ways)))


_SHORTEST_BEGINNING = 4


def _compounds(own: Meaning, places: WordPositions, analyzer: Analyzer) -> Iterator[Meaning]:
    """`ground water` for groundwater, `microplastics` for micro-plastics, where the texts have it so."""
    wants = own.wants
    for i, (left, right) in enumerate(pairwise(wants)):
        joined = search_stem(left.word + right.word, analyzer)
        if joined and not left.word.isdigit() and places.has(joined):
            yield Meaning((*wants[:i], Want(left.word + right.word, (Way((joined,)),)), *wants[i + 2 :]))
    split = tuple(_split(want, places, analyzer) for want in wants)
    if split != wants:
        yield Meaning(split)


def _split(want: Want, places: WordPositions, analyzer: Analyzer) -> Want:
    """A word, or two that it is made of where they stand side by side."""
    word = want.word
    ways = []
    for cut in range(1 if len(word) > _SHORTEST else len(word), len(word) - 2):
        parts = (search_stem(word[:cut], analyzer), search_stem(word[cut:], analyzer))
        if all(part is not None and places.has(part) for part in parts) and len(places.phrase(parts)) >= RARE:
            ways.append(Way(parts))
    return Want(word, (*want.ways, *ways)) if ways else want


_SHORTEST = 5


def _synonyms(own: Meaning, analyzer: Analyzer) -> Iterator[Meaning]:
    """The search with what means the same as its terms, the longest terms first."""
    table = _by_stems(analyzer)
    wants: list[Want] = []
    i = 0
    while i < len(own.wants):
        length, ways = _longest_term([want.ways[0].stems[0] or "" for want in own.wants[i:]], table)
        spoken = " ".join(want.word for want in own.wants[i : i + length])
        wants.append(Want(spoken, ways) if ways else own.wants[i])
        i += length
    if tuple(wants) != own.wants:
        yield Meaning(tuple(wants), _SAME)


_SAME = 0.8


def _by_stems(analyzer: Analyzer) -> dict[tuple[str, ...], tuple[Way, ...]]:
    table = {}
    for term, others in synonyms().items():
        ways = tuple(
            Way(stems, loose=len(stems) > 1) for other in (term, *others) if (stems := _stems(other, analyzer))
        )
        table[_stems(term, analyzer)] = ways
    return table


def _stems(term: Iterable[str], analyzer: Analyzer) -> tuple[str, ...]:
    return tuple(stem for word in term if (stem := search_stem(word, analyzer)) is not None)


def _longest_term(
    stems: Sequence[str], table: Mapping[tuple[str, ...], tuple[Way, ...]]
) -> tuple[int, tuple[Way, ...]]:
    for length in range(min(_LONGEST_QUERY, len(stems)), 0, -1):
        if (ways := table.get(tuple(stems[:length]))) is not None:
            return length, ways
    return 1, ()


def _in_english(text: str, own: Meaning, places: WordPositions, analyzer: Analyzer) -> Iterator[Meaning]:
    """The search as a French one, where it may be."""
    from matcher.text.french import languages, pieces

    tongues = languages(text)
    if "fr" not in tongues:
        return
    sure = tongues == ("fr",) or folded(text) != text.casefold()
    if not sure and all(len(places.of(stem)) >= _USUAL for want in own.wants for stem in want.ways[0].stems if stem):
        return
    found = pieces(text)
    rare = any(len(places.of(stem)) < RARE for want in own.wants for stem in want.ways[0].stems if stem)
    guess = not (sure or rare)
    terms = [tuple(dict.fromkeys(_rendered(word, analyzer) for word in piece.english)) for piece in found]
    wants = [Want(piece.french, ways) for piece, ways in zip(found, terms, strict=True) if ways[0].stems]
    if wants:
        yield Meaning(tuple(wants), guess=guess)
        table = _by_stems(analyzer)
        akin = tuple(Want(want.word, (*want.ways, *_same_as(want, table))) for want in wants)
        if akin != tuple(wants):
            yield Meaning(akin, _SAME, guess)
        apart = [Want(want.word, (Way((stem,)),)) for want in wants for stem in _first_known(want, places)]
        yield Meaning(tuple(apart), _APART, guess)
        if any(" " in want.word for want in wants):  # the words of a term, each in all that it may be in English
            yield Meaning(tuple(_each_word(text, analyzer)), _APART, guess=True)


def _same_as(want: Want, table: Mapping[tuple[str, ...], tuple[Way, ...]]) -> Iterator[Way]:
    """What means the same as the English of a French piece."""
    for way in want.ways:
        yield from table.get(tuple(stem for stem in way.stems if stem), ())


def _each_word(text: str, analyzer: Analyzer) -> Iterator[Want]:
    from matcher.text.french import pieces

    for piece in (piece for word in words(text) for piece in pieces(word)):
        ways = tuple(dict.fromkeys(_rendered(english, analyzer) for english in piece.english))
        if ways[0].stems:
            yield Want(piece.french, ways)


_USUAL = 40

_APART = 0.9


def _first_known(want: Want, places: WordPositions) -> tuple[str | None, ...]:
    """The stems of the first rendering of which all are known, else of the first."""
    known = (way.stems for way in want.ways if all(places.has(stem) for stem in way.stems if stem))
    return next(known, want.ways[0].stems)


def _rendered(english: str, analyzer: Analyzer) -> Way:
    stems = _stems(words(english), analyzer)
    return Way(stems, loose=len(stems) > 1)
