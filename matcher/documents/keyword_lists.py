"""A list of keywords with separators between them: a keyword a line."""

from __future__ import annotations

import csv
import io
import re

_SEPARATORS = ("\t", ";", ",")
_LOOKED_AT = 20
_WORDS_OF_A_KEYWORD = 6
_HEADS = frozenset(
    ("keyword", "keywords", "mot-clé", "mots-clés", "weight", "poids", "language", "langue", "term", "terme")
)


def is_table(text: str) -> bool:
    """Whether lines have the same number of short cells."""
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    separator = _separator(lines)
    if separator is None:
        return False
    cells = [cell for row in csv.reader(lines, delimiter=separator) for cell in row]
    return all(len(cell.split()) <= _WORDS_OF_A_KEYWORD for cell in cells)


def cells_text(text: str) -> str:
    """Each cell with words in it on a line; numbers and the names of columns are left out."""
    separator = _separator([line for line in text.splitlines() if line.strip()][:_LOOKED_AT]) or ","
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    cells = (cell.strip() for row in rows for cell in row)
    return "\n".join(c for c in cells if re.search(r"[^\W\d_]", c) and c.casefold() not in _HEADS)


def _separator(lines: list[str]) -> str | None:
    if len(lines) < 2:
        return None
    for separator in _SEPARATORS:
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return separator
    return None
