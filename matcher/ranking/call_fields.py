"""The fields of a call whose words are kept with their places, and what a word counts in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.ranking.texts.numbers import UNREAD_SECTIONS
from matcher.ranking.texts.word_positions import WordPositions

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from matcher.model.call import Call

PREFIX = "word"
"""What the names of these arrays begin with in the index."""

FIELDS = {"title": 8.0, "identifier": 6.0, "keywords": 2.0, "text": 1.0, "context": 0.2}
"""What a word counts in each field; the context is what a call shares with its siblings."""


def call_fields(call: Call) -> tuple[tuple[str, ...], ...]:
    """The lines of each of `FIELDS`."""
    text = tuple(
        line for section in call.sections if section.name not in UNREAD_SECTIONS for line in section.text.splitlines()
    )
    context = tuple(line for line in (call.call_title, call.destination, call.call_id) if line)
    return (call.title,), (call.identifier,), call.keywords, text, context


def call_places(arrays: Mapping[str, npt.NDArray[Any]]) -> WordPositions:
    """Where words stand in the calls of an index."""
    return WordPositions(arrays, PREFIX, len(FIELDS))
