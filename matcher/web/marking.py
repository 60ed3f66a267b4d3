"""A text with the words in it that matched, in pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a text, and whether it is one of the words."""

    text: str
    is_marked: bool


def marked(text: str, words: Iterable[str]) -> tuple[TextPiece, ...]:
    """The pieces of a text, which make it whole again; words are found whole, in any case, longest first."""
    wanted = filter(None, map(_pattern, sorted(set(words), key=len, reverse=True)))
    if not (either := "|".join(wanted)):
        return (TextPiece(text, is_marked=False),)
    found = re.compile(rf"(?<!\w)({either})(?!\w)", re.IGNORECASE)
    parts = found.split(text)
    return tuple(TextPiece(part, is_marked=place % 2 == 1) for place, part in enumerate(parts) if part)


def _pattern(word: str) -> str:
    """Of the parts of a word; a blank or hyphen at its ends could be looked for at each of a long row of them."""
    return r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", word) if part)
