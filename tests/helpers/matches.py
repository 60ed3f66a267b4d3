"""Matches whose fit and words were made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.match import Evidence, Match

if TYPE_CHECKING:
    from matcher.model.call import Call


def match_of(call: Call, fit: int, *words: str, institute: str = "brgm") -> Match:
    """A call that suits an institute because of these words, heaviest first."""
    evidence = tuple(Evidence(word, 1 / place) for place, word in enumerate(words, 1))
    return Match(0, call, fit / 100, fit, evidence, institute=institute)
