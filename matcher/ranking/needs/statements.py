"""A long text as many skills: its passages, and the expressions in each that say what somebody can do.

A passage is a sentence or a line. An expression is a row of words that say something: words that projects have among
their keywords, not only in their texts. What a text says of offices, years and partners stands in no keyword.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from matcher.ranking.texts.project_words import FIELDS, PREFIX
from matcher.ranking.texts.vocabulary import knows
from matcher.ranking.texts.word_positions import WordPositions
from matcher.text.analysis import Analyzer
from matcher.text.folding import words
from matcher.text.french import languages, pieces, verbs
from matcher.text.passages import WORDS, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from matcher.ranking.texts.vocabulary import Vocabulary

MOST = 150
"""Expressions that a text is ranked by; what a list of skills of an institute holds, and twice as much again."""

TELLING = 0.1
"""Share of the projects with a word that have it as a keyword, from which on it says something: measured on the words
of judged institutes (nine of ten have one above) and of neutral sentences (hardly any)."""

_FEW = 2  # keywords: one alone is a slip
_RARE = 15  # texts: a word in so few is a term of its own, whether or not somebody took it as a keyword
_LONGEST = 4  # words of an expression
_SHORTEST_RARE = 5  # letters
_AHEAD = 50  # words that may stand before the next piece of a French sentence: small words, in no piece themselves
_EVERYWHERE = 200_000  # places from which on a word says nothing
_TOKEN = re.compile(r"[^\W_]+")
_INNER = re.compile(
    r"[\s\-‐‑–/'’]*(?:\b(?:of|de|des|du|d|en|aux?|à)\b[\s'’]*(?:\b(?:la|l|les?)\b[\s'’]*)?)*", re.IGNORECASE
)
"""Between two words of one expression. In French an article alone stands between a verb and what it is done to:
`analyser les données` says data, `analyse de la donnée` says both."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Some words of a text that say what it is about: where they first stand, and how much they tell.

    `passage` counts from 1, `sentence` is its text; `uses` counts the projects that have one of the words as a keyword,
    0 where only texts have them.
    """

    text: str
    language: str
    passage: int
    sentence: str
    weight: float
    uses: int


def is_long(text: str) -> bool:
    """Whether a text is more than one skill."""
    return len(text.split()) > WORDS


def expressions(text: str, vocabulary: Vocabulary, arrays: Mapping[str, npt.NDArray[Any]]) -> list[Expression]:
    """What a text says, heaviest first, each expression once."""
    keywords = _Keywords(vocabulary, arrays)
    found: dict[tuple[str, ...], Expression] = {}
    times: Counter[tuple[str, ...]] = Counter()
    usual = languages(text)[-1]  # English, where nothing tells
    for number, sentence in enumerate(filter(str.strip, sentences(text)), 1):
        spoken = languages(sentence)
        language = spoken[0] if len(spoken) == 1 else usual
        for row in keywords.rows(sentence, language):
            times[row.stems] += 1
            if row.stems not in found:
                found[row.stems] = Expression(row.text, language, number, sentence, row.weight, row.uses)
    weighed = ((float(one.weight * (1 + np.log(times[stems]))), one) for stems, one in found.items())
    return [one for _, one in sorted(weighed, key=lambda pair: -pair[0])]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    stems: tuple[str, ...]
    weight: float
    uses: int


class _Keywords:
    """What projects have as keywords; without projects every word that calls have says something."""

    def __init__(self, vocabulary: Vocabulary, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._vocabulary = vocabulary
        self._projects = WordPositions(arrays, PREFIX, len(FIELDS))
        self._analyzer = Analyzer()
        self._worth: dict[tuple[str, ...], tuple[float, int]] = {}
        self._knows = partial(knows, vocabulary, self._analyzer)

    def rows(self, sentence: str, language: str) -> Iterator[_Row]:
        """The rows of telling words of a sentence, from left to right."""
        for run in _runs(sentence, self._words(sentence, language)):
            telling = self._telling(run)
            start = 0
            while start < len(run):
                end = start
                while end < len(run) and end - start < _LONGEST and telling[end]:
                    end += 1
                if end > start:
                    yield self._row(sentence, run[start:end])
                start = max(end, start + 1)

    def _row(self, sentence: str, run: Sequence[_Word]) -> _Row:
        worth = [self._worth_of((stem,)) for word in run for stem in word.stems]
        text = " ".join(sentence[run[0].start : run[-1].end].split())
        stems = tuple(sorted(stem for word in run for stem in word.stems))
        return _Row(text, stems, max(weight for weight, _ in worth) + 0.5 * (len(run) > 1), max(n for _, n in worth))

    def _words(self, sentence: str, language: str) -> Iterator[_Word]:
        """The words that say anything at all; what is one term in French is one word here."""
        found = [(token.start(), token.end(), "".join(words(token[0]))) for token in _TOKEN.finditer(sentence)]
        if language == "fr":
            yield from self._french(sentence, found)
            return
        for start, end, plain in found:
            if (stem := self._analyzer.stem(plain)) is not None:
                yield _Word(start, end, (stem,))

    def _french(self, sentence: str, found: Sequence[tuple[int, int, str]]) -> Iterator[_Word]:
        place, spoken = 0, verbs(sentence)
        for piece in pieces(sentence):
            span = _span_of(piece.french, found, place)
            if span is None:
                continue
            first, place = span
            if piece.french in spoken:
                continue
            english = next(filter(self._knows, piece.english), piece.english[0])
            stems = tuple(stem for word in words(english) if (stem := self._analyzer.stem(word)) is not None)
            if stems:
                yield _Word(found[first][0], found[place - 1][1], stems)

    def _telling(self, run: Sequence[_Word]) -> list[bool]:
        """Whether each word says something, by itself or with the next one."""
        telling = [self._tells(word.stems) or any(self._tells((stem,)) for stem in word.stems) for word in run]
        for place in range(len(run) - 1):
            if self._tells((*run[place].stems, *run[place + 1].stems)):
                telling[place] = telling[place + 1] = True
        return telling

    def _tells(self, stems: tuple[str, ...]) -> bool:
        return self._worth_of(stems)[0] > 0

    def _worth_of(self, stems: tuple[str, ...]) -> tuple[float, int]:
        """What some stems side by side tell, 0 where it is nothing, and how many projects have them as keywords."""
        if stems not in self._worth:
            self._worth[stems] = self._judged(stems)
        return self._worth[stems]

    def _judged(self, stems: tuple[str, ...]) -> tuple[float, int]:
        if not len(self._projects):
            return float(len(stems) == 1 and self._is_known(stems[0])), 0
        places = self._projects.of(stems[0]) if len(stems) == 1 else self._projects.phrase(stems)
        if len(places) > _EVERYWHERE:
            return 0.0, 0
        slots = self._projects.slots(places)
        texts = len(np.unique(slots // len(FIELDS)))
        uses = len(np.unique(slots[slots % len(FIELDS) == list(FIELDS).index("keywords")]))
        share = uses / max(texts, 1)
        if uses >= _FEW and share >= TELLING:
            return share, uses
        rare = len(stems) == 1 and len(stems[0]) >= _SHORTEST_RARE and uses < _FEW
        return (TELLING if rare and texts <= _RARE and self._is_known(stems[0]) else 0.0), 0

    def _is_known(self, stem: str) -> bool:
        return self._vocabulary.find_term(stem) is not None


def _span_of(piece: str, found: Sequence[tuple[int, int, str]], place: int) -> tuple[int, int] | None:
    """Which words of a sentence from a place on are a piece of it, whatever signs it has (`r&d`); None if none are."""
    letters = "".join(words(piece))
    for first in range(place, min(place + _AHEAD, len(found))):
        held, end = "", first
        while end < len(found) and len(held) < len(letters):
            held += found[end][2]
            end += 1
        if held == letters:
            return first, end
    return None


def _runs(sentence: str, found: Iterator[_Word]) -> Iterator[list[_Word]]:
    """Words that stand side by side, with nothing but blanks, hyphens and an `of` between them."""
    run: list[_Word] = []
    for word in found:
        if run and not _INNER.fullmatch(sentence, run[-1].end, word.start):
            yield run
            run = []
        run.append(word)
    if run:
        yield run
