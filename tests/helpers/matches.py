"""Matches whose fit and words were made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.match import Evidence, Match

if TYPE_CHECKING:
    from matcher.model.call import Call
    from matcher.model.searched import SavedSearch


def match_of(call: Call, fit: int, *words: str, institute: str = "brgm") -> Match:
    """A call that suits an institute because of these words, heaviest first."""
    evidence = tuple(Evidence(word, 1 / place) for place, word in enumerate(words, 1))
    return Match(0, call, fit / 100, fit, evidence, institute=institute)


def find_of(call: Call, search: SavedSearch, place: int, fit: int, *, found: bool = True) -> Match:
    """A call that a saved search finds, or found once."""
    sentence = f"What is sought stands in {call.identifier}." if found else None
    return Match(place, call, fit / 100, fit, sentence=sentence, pinned=found, search=search)
