"""Text → terms, the same way for calls and profiles.

A term is an English Snowball stem, or a pair of neighbouring stems in alphabetical order, stop words between them
passed over: "metal recycling" and "recycling of metals" are the same pair. Case, accents and elisions make no
difference, nor does American spelling (`matcher.text.spellings`): `L'hydrogène` and `hydrogene` are one word, and so
are `fibre` and `fiber`. What a hyphen, a number or a Greek letter makes one word is one (`matcher.text.tokens`), and an
abbreviation is the same as what it is short for (`matcher.text.abbreviations`).
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import Stemmer

from matcher.text.abbreviations import Abbreviations, Read
from matcher.text.folding import MAX_CHARACTERS
from matcher.text.spellings import one_spelling
from matcher.text.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

KEYWORD = 100
"""Characters of a line that may be one keyword; longer ones are prose, and seldom come again."""


class Analyzer:
    """Turns text into terms; keeps the stem of every word it has met, so one instance should serve a whole corpus."""

    def __init__(self) -> None:
        self._stemmer = _english()
        self._stems: dict[str, str | None] = {}
        self._abbreviations = _abbreviations()

    def stem(self, word: str) -> str | None:
        """The stem of a folded word; None for a stop word, a number or a single letter."""
        try:
            return self._stems[word]
        except KeyError:
            stem = self._stems[word] = _stem(self._stemmer, word)
            return stem

    def stems(self, text: str) -> list[str]:
        """Every stem of a text, without pairs."""
        return [read.stem for line in self.lines(text) for read in line]

    def terms(self, text: str) -> list[str]:
        """Every stem and every pair of a text; no pair spans two lines."""
        return _terms(self.lines(text))

    def asked_terms(self, text: str, is_known: Callable[[str], bool]) -> list[str]:
        """The terms of what is asked for, of a corpus that `is_known` tells the terms of."""
        return _terms(self.asked_lines(text, is_known))

    def asked_lines(self, text: str, is_known: Callable[[str], bool]) -> Iterator[list[Read]]:
        """What each line asks for: an abbreviation or its words ask for the one term that both come to.

        Not for its letters, by which other texts mean others; for its words as well where no text has that term.
        """
        return self._abbreviations.asked(self._read(text), is_known)

    def worded_terms(self, text: str) -> list[tuple[str, str]]:
        """Every term with the words of the text that it stands for, for people to read."""
        found: list[tuple[str, str]] = []
        for line in self.lines(text):
            found += [(read.stem, read.word) for read in line]
            main = pairwise([read for read in line if not read.aside])
            found += [(pair_of(a.stem, b.stem), f"{a.word} {b.word}") for a, b in main]
        return found

    def lines(self, text: str) -> Iterator[list[Read]]:
        """What each line says, its abbreviations as what they are short for."""
        return self._abbreviations.spelt_out(self._read(text))

    def _read(self, text: str) -> list[Sequence[Read]]:
        stem = self.stem
        return [
            _of_keyword(line) if len(line) <= KEYWORD else _of_line(line, stem)
            for line in text[:MAX_CHARACTERS].splitlines()
        ]


def _of_line(line: str, stem: Callable[[str], str | None]) -> tuple[Read, ...]:
    return tuple(
        Read(found, token.word, token.aside) for token in tokens(line) if (found := stem(token.word)) is not None
    )


@lru_cache(50_000)
def _of_keyword(line: str) -> tuple[Read, ...]:
    """What a keyword says, kept: each build and each question asks for those of all profiles, several times."""
    return _of_line(line, partial(_stem, _english()))


def _terms(lines: Iterable[Sequence[Read]]) -> list[str]:
    found: list[str] = []
    for line in lines:
        found += [read.stem for read in line]
        found += [pair_of(a, b) for a, b in pairwise([read.stem for read in line if not read.aside])]
    return found


def _english() -> Stemmer.Stemmer:
    """A stemmer; no two threads may use the same one."""
    return Stemmer.Stemmer("english", 0)


def _stem(stemmer: Stemmer.Stemmer, word: str) -> str | None:
    if len(word) == 1 or word.isdigit() or word in stop_words():
        return None
    spelt = one_spelling(word)
    return own_stems().get(spelt) or stemmer.stemWord(spelt)


@cache
def _abbreviations() -> Abbreviations:
    """The list in English stems, the same for every analyzer: reading it takes longer than a short text does."""
    return Abbreviations(partial(_stem, _english()), pair_of)


def pair_of(a: str, b: str) -> str:
    """The term of two neighbouring stems."""
    return f"{a} {b}" if a <= b else f"{b} {a}"


@cache
def stop_words() -> frozenset[str]:
    """English words that carry no subject matter; from `stop_words.txt`."""
    text = Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() for word in line.partition("#")[0].split())


@cache
def own_stems() -> dict[str, str]:
    """Words that the stemmer would join with others of another meaning → a stem that no other has; from `stems.txt`.

    Each in its one spelling.
    """
    text = Path(__file__).with_name("stems.txt").read_text(encoding="utf-8")
    rows = (line.partition("#")[0].split() for line in text.splitlines())
    return {one_spelling(word): f"{row[0]}_" for row in rows for word in row}
