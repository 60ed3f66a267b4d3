"""Abbreviations and formulas → what they are short for, out of `abbreviations.txt`, by the other words of the text.

Both ways of writing come to one term: an abbreviation becomes it, and the words that it is short for say it beside
themselves. Where an abbreviation has several meanings, the one that most other words of the text tell is meant; where
none does, it stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from matcher.text.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


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
    term: str
    word: str
    context: frozenset[str]


class Abbreviations:
    """The list in the stems of an analyzer."""

    def __init__(self, stem: Callable[[str], str | None]) -> None:
        self._meanings: defaultdict[str, list[_Meaning]] = defaultdict(list)
        self._spelt: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for short, long, context in entries():
            stems = tuple(found for token in tokens(long) if not token.aside and (found := stem(token.word)))
            hints = frozenset(found for word in context if (found := stem(word)))
            term = "".join(stems)
            key = stem(max((token.word for token in tokens(short)), key=len))
            if key is not None:
                self._meanings[key].append(_Meaning(term, long, hints))
            if len(stems) > 1:
                self._spelt[stems[0]].append((stems, term))

    def spelt_out(self, lines: Sequence[Sequence[Read]], *, letters: bool) -> Iterator[list[Read]]:
        """The lines of a text; which meaning is meant, any word of it may tell.

        An abbreviation whose meaning is told stays beside it too, for those who ask for its letters alone; without
        `letters` not where it has other meanings.
        """
        said: frozenset[str] | None = None
        for line in lines:
            if not any(read.stem in self._meanings or read.stem in self._spelt for read in line):
                yield list(line)
                continue
            if said is None:
                said = frozenset(read.stem for line in lines for read in line)
            yield list(self._line(line, said, letters))

    def _line(self, line: Sequence[Read], said: frozenset[str], letters: bool) -> Iterator[Read]:
        for i, read in enumerate(line):
            if read.stem not in self._meanings and read.stem not in self._spelt:
                yield read
                continue
            meaning = self._meaning(read.stem, said)
            if meaning is None:
                yield read
            else:
                yield read._replace(stem=meaning.term)
                if meaning.context and (letters or len(self._meanings[read.stem]) == 1):
                    yield read._replace(aside=True)
            for stems, term in self._spelt.get(read.stem, ()):
                if tuple(other.stem for other in line[i : i + len(stems)]) == stems:
                    yield read._replace(stem=term, word=" ".join(o.word for o in line[i : i + len(stems)]), aside=True)

    def _meaning(self, stem: str, said: frozenset[str]) -> _Meaning | None:
        """What is meant: what most other words tell, else what needs no telling."""
        found = self._meanings.get(stem, ())
        told = [meaning for meaning in found if meaning.context & said]
        if told:
            return max(told, key=lambda meaning: len(meaning.context & said))
        return next((meaning for meaning in found if not meaning.context), None)
