"""Terms that mean the same, out of `synonyms.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from matcher.text.folding import words

Key = tuple[str, ...]


@cache
def synonyms() -> dict[Key, tuple[Key, ...]]:
    """The folded words of each term → those of the terms beside it."""
    found: dict[Key, tuple[Key, ...]] = {}
    text = Path(__file__).with_name("synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        terms = [tuple(words(term)) for term in line.partition("#")[0].split(";")]
        for term in filter(None, terms):
            found[term] = (*found.get(term, ()), *(other for other in terms if other != term))
    return found
