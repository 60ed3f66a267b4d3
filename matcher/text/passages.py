"""A running text cut into its sentences, and into passages of some sixty words at the ends of sentences."""

from __future__ import annotations

import re

WORDS = 60
"""Words of a passage, about: the size at which the best one says most of a call (docs/ranking.md)."""

_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line ends one."""
    return _SENTENCE_END.split(text)


def passages(text: str) -> list[str]:
    """Passages in their order; short lines that follow each other share one, and no text gives none."""
    found: list[str] = []
    for line in text.splitlines():
        for piece in _pieces(line):
            if found and _size(found[-1]) + _size(piece) <= WORDS:
                found[-1] += "\n" + piece
            else:
                found.append(piece)
    return found


def _pieces(line: str) -> list[str]:
    """A line as it is, or by sentences together up to the size of a passage."""
    words = line.split()
    if len(words) <= 1.5 * WORDS:
        return [" ".join(words)] if words else []
    pieces: list[list[str]] = [[]]
    for sentence in sentences(line):
        words = sentence.split()
        if pieces[-1] and len(pieces[-1]) + len(words) > 1.3 * WORDS:
            pieces.append([])
        pieces[-1] += words
    return [" ".join(piece) for piece in pieces if piece]


def _size(text: str) -> int:
    return len(text.split())
