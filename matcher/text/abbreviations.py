"""Abbreviations and formulas → what they are short for, out of `abbreviations.txt`, by the other words of the text.

Both ways of writing come to one term: an abbreviation becomes it, and the words that it is short for say it beside
themselves. Where an abbreviation has several meanings, the one that most other words of the text tell is meant; where
none does, it stays as it is. Who asks for it asks for that one term, whichever way it is written.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import islice, pairwise, starmap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from matcher.text.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_SHORT = 2
"""A pair of the words of a meaning that has no more says what the one term says."""


class Read(NamedTuple):
    """A term of one word and how the text writes it; an `aside` makes no pair with its neighbours."""

    stem: str
    word: str
    aside: bool = False


class Abbreviation(NamedTuple):
    """A line of the list: `context` are words of which one tells that this is meant; none where it always is."""

    short: str
    long: str
    context: tuple[str, ...]


@cache
def entries() -> tuple[Abbreviation, ...]:
    """The list, in its order."""
    found = []
    text = Path(__file__).with_name("abbreviations.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.partition("#")[0].split(";")]
        if len(cells) > 1:
            context = cells[2].replace(",", " ").split() if len(cells) > 2 else []
            found.append(Abbreviation(cells[0], cells[1], tuple(context)))
    return tuple(found)


class _Meaning(NamedTuple):
    """The `term` that both ways of writing come to, and words that tell that it is meant."""

    term: str
    context: frozenset[str]


class Abbreviations:
    """The list in the stems of an analyzer."""

    def __init__(self, stem: Callable[[str], str | None], pair_of: Callable[[str, str], str]) -> None:
        self._meanings: defaultdict[str, list[_Meaning]] = defaultdict(list)
        self._spelt: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._full: dict[str, tuple[Read, ...]] = {}
        self._phrases: dict[str, tuple[str, ...]] = {}
        for entry in entries():
            words = _read(entry.long, stem)
            stems = tuple(read.stem for read in words if not read.aside)
            term = "".join(stems)
            self._full[term] = words
            self._phrases[term] = tuple(starmap(pair_of, pairwise(stems))) if len(stems) > _SHORT else ()
            key = stem(max((token.word for token in tokens(entry.short)), key=len))
            if key is not None:
                context = frozenset(found for word in entry.context if (found := stem(word)))
                self._meanings[key].append(_Meaning(term, context))
            if len(stems) > 1:
                self._spelt[stems[0]].append((stems, term))

    def spelt_out(self, lines: Sequence[Sequence[Read]]) -> Iterator[list[Read]]:
        """The lines of a text; which meaning is meant, any word of it may tell.

        An abbreviation whose meaning is told stays beside it too, for those who ask for its letters alone.
        """
        return (list(self._line(line, said)) if said else list(line) for line, said in self._with_what_is_said(lines))

    def asked(self, lines: Sequence[Sequence[Read]], is_known: Callable[[str], bool]) -> Iterator[list[Read]]:
        """The lines of a text that is asked for: each meaning in one term, if that is known, else in its words too.

        Beside the term stand the phrases of a long meaning: raw materials, of critical raw materials.
        """
        return (
            list(self._asked_line(line, said, is_known)) if said else list(line)
            for line, said in self._with_what_is_said(lines)
        )

    def _with_what_is_said(self, lines: Sequence[Sequence[Read]]) -> Iterator[tuple[Sequence[Read], frozenset[str]]]:
        """Each line with every stem of the text, or with none where no word of the line can be of the list."""
        said: frozenset[str] = frozenset()
        for line in lines:
            here = any(read.stem in self._meanings or read.stem in self._spelt for read in line)
            if here and not said:
                said = frozenset(read.stem for line in lines for read in line)
            yield line, said if here else frozenset()

    def _line(self, line: Sequence[Read], said: frozenset[str]) -> Iterator[Read]:
        for i, read in enumerate(line):
            if read.stem not in self._meanings and read.stem not in self._spelt:
                yield read
                continue
            meaning = self._meaning(read.stem, said)
            if meaning is None:
                yield read
            else:
                yield read._replace(stem=meaning.term)
                if meaning.context:
                    yield read._replace(aside=True)
            for term, words in self._spelt_at(line, i):
                yield Read(term, _written(words), aside=True)

    def _asked_line(
        self, line: Sequence[Read], said: frozenset[str], is_known: Callable[[str], bool]
    ) -> Iterator[Read]:
        end = 0
        for i, read in enumerate(line):
            if i < end:
                continue
            term, words = self._named_at(line, i, said)
            end = i + len(words)
            if not term:
                yield read
            elif is_known(term) or len(self._full[term]) == 1:
                yield Read(term, _written(words))
                yield from (Read(phrase, _written(words), aside=True) for phrase in self._phrases[term])
            else:
                yield from (*self._full[term], Read(term, _written(words), aside=True))

    def _named_at(self, line: Sequence[Read], i: int, said: frozenset[str]) -> tuple[str, Sequence[Read]]:
        """The term that the words from one place on name, short or spelt out, with them; "" and one word else."""
        meaning = self._meaning(line[i].stem, said)
        if meaning is not None:
            return meaning.term, line[i : i + 1 + line[i].aside]  # `E. coli` is read as `ecoli` beside `coli`
        return max(self._spelt_at(line, i), key=lambda found: len(found[1]), default=("", line[i : i + 1]))

    def _spelt_at(self, line: Sequence[Read], i: int) -> Iterator[tuple[str, Sequence[Read]]]:
        """The terms that the words from one place on spell out, each with these words and what stands aside of them."""
        if line[i].aside:
            return
        for stems, term in self._spelt.get(line[i].stem, ()):
            main = list(islice((place for place in range(i, len(line)) if not line[place].aside), len(stems)))
            if tuple(line[place].stem for place in main) == stems:
                yield term, line[i : main[-1] + 1]

    def _meaning(self, stem: str, said: frozenset[str]) -> _Meaning | None:
        """What is meant: what most other words tell, else what needs no telling."""
        found = self._meanings.get(stem, ())
        told = [meaning for meaning in found if meaning.context & said]
        if told:
            return max(told, key=lambda meaning: len(meaning.context & said))
        return next((meaning for meaning in found if not meaning.context), None)


def _read(text: str, stem: Callable[[str], str | None]) -> tuple[Read, ...]:
    return tuple(Read(found, token.word, token.aside) for token in tokens(text) if (found := stem(token.word)))


def _written(words: Sequence[Read]) -> str:
    return " ".join(read.word for read in words if not read.aside or len(words) == 1)
