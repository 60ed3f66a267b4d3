"""Text → terms, the same way for calls and profiles.

A term is an English Snowball stem or a pair of neighbouring stems ("additive manufacturing"). Case, accents, hyphens
and elisions make no difference: `L'hydrogène` and `hydrogene` are one word, `eco-design` is the pair of its parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 400_000
"""Text beyond this is ignored: the longest call on the portal has a tenth of it."""

_WORD = re.compile(r"[^\W_]+")
_HAS_LETTER = re.compile(r"[a-z]")


def fold(text: str) -> str:
    """Lower case without accents, compatibility forms unified (ﬁ → fi, ² → 2)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)) if not decomposed.isascii() else decomposed


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text[:MAX_CHARACTERS]))


class Analyzer:
    """Turns text into terms; keeps the stem of every word it has met, so one instance should serve a whole corpus."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._stems: dict[str, str | None] = {}

    def stem(self, word: str) -> str | None:
        """The stem of a folded word; None for a stop word, a number or a single letter."""
        try:
            return self._stems[word]
        except KeyError:
            keep = len(word) > 1 and word not in stop_words() and _HAS_LETTER.search(word)
            stem = self._stemmer.stemWord(word) if keep else None
            self._stems[word] = stem
            return stem

    def terms(self, text: str) -> list[str]:
        """Stems, then pairs of stems that stand side by side (a stop word between them separates)."""
        stems = [self.stem(word) for word in words(text)]
        singles = [stem for stem in stems if stem is not None]
        pairs = [f"{a} {b}" for a, b in pairwise(stems) if a is not None and b is not None]
        return singles + pairs


@cache
def stop_words() -> frozenset[str]:
    """English words that carry no subject matter; from `stop_words.txt`."""
    return frozenset(_lines("stop_words.txt"))


@cache
def boilerplate() -> frozenset[str]:
    """Words of EU administration that stand in calls of every subject; from `boilerplate.txt`."""
    return frozenset(_lines("boilerplate.txt"))


def _lines(name: str) -> Iterator[str]:
    text = resources.files("matcher.text").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        content = line.partition("#")[0].strip()
        if content:
            yield from content.split()
