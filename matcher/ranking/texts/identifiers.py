"""Calls by their identifiers, cut or misspelt."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from matcher.text.folding import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = re.compile(r"(?=.*\d)[^\W_]+([-_/.][^\W_]+)+")
_ALIKE = 0.5  # share of the three-letter pieces of what was asked that an identifier has at least
_COMPARED = 60
MOST = 10
"""Identifiers that are nearly spelt so, at most."""


def is_name(text: str) -> bool:
    """True where a search looks like an identifier: one word of several parts, with a number."""
    return _NAME.fullmatch(text.strip()) is not None


def named(identifiers: Sequence[str], text: str) -> dict[int, float]:
    """Rows whose identifier is, begins with, or holds these parts, and how close each is: 3, 2 or 1."""
    asked = _plain(text)
    if not asked:
        return {}
    found = {}
    for row, identifier in enumerate(identifiers):
        name = "-" + _plain(identifier) if asked[:2] in identifier else ""
        at = name.find("-" + asked) if name else -1
        if at >= 0:
            found[row] = 3.0 if name == "-" + asked else 2.0 if at == 0 else 1.0
    return found


def nearly_named(identifiers: Sequence[str], text: str) -> list[int]:
    """Rows whose identifier is spelt nearly like this one, the nearest first."""
    asked = _compact(text)
    pieces = {asked[i : i + 3] for i in range(len(asked) - 2)}
    if not pieces:
        return []
    shares = []
    for row, identifier in enumerate(identifiers):
        name = _compact(identifier)
        share = sum(piece in name for piece in pieces) / len(pieces)
        if share >= _ALIKE:
            shares.append((-share, row, name))
    compared = [(_likeness(asked, name), -row) for _, row, name in sorted(shares)[:_COMPARED]]
    return [-row for _, row in sorted(compared, reverse=True)[:MOST]]


def _likeness(asked: str, name: str) -> float:
    """How much of what was asked stands in the name in its order, then how little else does."""
    blocks = SequenceMatcher(None, asked, name, autojunk=False).get_matching_blocks()
    held = sum(block.size for block in blocks)
    return held / len(asked) + 0.1 * held / len(name) - 0.02 * (len(blocks) - 1)


def _plain(identifier: str) -> str:
    return "-".join(words(identifier)).upper()


def _compact(identifier: str) -> str:
    return "".join(words(identifier)).upper()
