"""Text → terms, the same way for calls and profiles.

A term is an English Snowball stem, or a pair of neighbouring stems in alphabetical order, stop words between them
passed over: "metal recycling" and "recycling of metals" are the same pair. Case, accents, hyphens and elisions make
no difference: `L'hydrogène` and `hydrogene` are one word, `eco-design` is the pair of its parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

import Stemmer

MAX_CHARACTERS = 400_000
"""Text beyond this is ignored: the longest call on the portal has a tenth of it."""

_WORD = re.compile(r"[^\W_]+")


def unaccented(text: str) -> str:
    """Lower case without accents, compatibility forms unified (ﬁ → fi, ² → 2)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(unaccented(text[:MAX_CHARACTERS]))


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
            keep = len(word) > 1 and not word.isdigit() and word not in stop_words()
            stem = self._stemmer.stemWord(word) if keep else None
            self._stems[word] = stem
            return stem

    def terms(self, text: str) -> list[str]:
        """Every stem and every pair of a text; no pair spans two lines."""
        found: list[str] = []
        for line in text[:MAX_CHARACTERS].splitlines():
            stems = [stem for word in words(line) if (stem := self.stem(word)) is not None]
            found += stems
            found += [_pair(a, b) for a, b in pairwise(stems)]
        return found

    def worded_terms(self, text: str) -> list[tuple[str, str]]:
        """Every term with the words of the text that it stands for, for people to read."""
        found: list[tuple[str, str]] = []
        for line in text[:MAX_CHARACTERS].splitlines():
            kept = [(stem, word) for word in words(line) if (stem := self.stem(word)) is not None]
            found += kept
            found += [(_pair(a, b), f"{first} {second}") for (a, first), (b, second) in pairwise(kept)]
        return found


def _pair(a: str, b: str) -> str:
    return f"{a} {b}" if a <= b else f"{b} {a}"


@cache
def stop_words() -> frozenset[str]:
    """English words that carry no subject matter; from `stop_words.txt`."""
    text = Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() for word in line.partition("#")[0].split())
