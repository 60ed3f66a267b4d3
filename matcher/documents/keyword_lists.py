"""A list of keywords: a keyword a line, or a table with a column of them, and of weights where its head says so."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.documents.refusal import UnreadableError
from matcher.errors import shorten
from matcher.text.folding import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WEIGHT = 1_000.0
"""The weight of one keyword: what is larger is an amount of money, or a year."""

_SEPARATORS = ("\t", ";", ",")
_LOOKED_AT = 20
_WORDS_OF_A_KEYWORD = 6
_FEWEST_LINES = 3
_WEIGHTS = frozenset(("weight", "weights", "poids", "importance", "ponderation"))
_KEYWORDS = frozenset(
    ("keyword", "keywords", "mot-cle", "mots-cles", "term", "terms", "terme", "termes", "skill", "skills")
)
_LANGUAGES = frozenset(("language", "langue", "lang"))
_HEADS = _WEIGHTS | _KEYWORDS | _LANGUAGES

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword with what it weighs against the others; its language where a column says so."""

    text: str
    weight: float = 1.0
    language: str | None = None


def rows_of(text: str) -> Rows | None:
    """The rows of a list of keywords; None where a text is none: some cell, or some line, is a sentence."""
    lines = [line for line in text.splitlines() if line.strip()]
    separator = _separator("\n".join(lines[:_LOOKED_AT]))
    if separator is not None:
        rows = _split(text, separator)
        return rows if are_keywords(rows[:_LOOKED_AT]) else None
    alone = [[line] for line in lines]
    ends = any(line.rstrip().endswith((".", ":", "!", "?")) for line in lines)
    return alone if len(lines) >= _FEWEST_LINES and not ends and are_keywords(alone) else None


def are_keywords(rows: Rows) -> bool:
    """Whether no cell of a table is a sentence; beside a column that is named for its keywords some may be."""
    named = _named(_heads(rows))
    read = ([row[place] for place in named if place < len(row)] if named else row for row in rows)
    return all(len(cell.split()) <= _WORDS_OF_A_KEYWORD for cells in read for cell in cells)


def keywords_of(rows: Rows) -> tuple[Keyword, ...]:
    """The keywords of a table. Raises UnreadableError that goes on after `FILE is …`."""
    heads = _heads(rows)
    weight, language = _column(heads, _WEIGHTS), _column(heads, _LANGUAGES)
    named = _named(heads)
    found = []
    for number, row in enumerate(rows, 1):
        if number == 1 and set(heads) & _HEADS:
            continue
        places = named or [place for place in range(len(row)) if place not in {weight, language}]
        texts = [row[place].strip() for place in places if place < len(row)]
        weighs = _weight(_cell(row, weight), number)
        spoken = (_cell(row, language) or "").casefold()[:2]
        found += [Keyword(t, weighs, spoken or None) for t in texts if re.search(r"[^\W\d_]", t)]
    return tuple(found)


def _heads(rows: Rows) -> list[str]:
    return [folded(cell.strip()) for cell in rows[0]] if rows else []


def _named(heads: Sequence[str]) -> list[int]:
    """The columns that are named for keywords."""
    return [place for place, head in enumerate(heads) if head in _KEYWORDS]


def _column(heads: Sequence[str], names: frozenset[str]) -> int | None:
    return next((place for place, head in enumerate(heads) if head in names), None)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _weight(cell: str, row: int) -> float:
    """What a cell says a keyword weighs, 1 where it says nothing."""
    if not cell:
        return 1.0
    said = cell.replace(",", ".")
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", said) and 0 < float(said) <= MOST_WEIGHT:
        return float(said)
    raise UnreadableError(
        "a list of keywords whose row {row} has {cell} for a weight: write a number above 0, {most:,.0f} at most.",
        row=row,
        cell=shorten(cell),
        most=MOST_WEIGHT,
    )


def _separator(text: str) -> str | None:
    """What parts the cells of these lines: a head says it, or that there are as many in each line; None for a text."""
    for separator in _SEPARATORS:
        rows = _split(text, separator)
        if len(rows) > 1 and len(rows[0]) > 1:
            is_head = bool(_HEADS.intersection(_heads(rows)))
            if is_head or len({len(row) for row in rows}) == 1:
                return separator
    return None


def _split(text: str, separator: str) -> Rows:
    """The rows with something in them; a cell in quotation marks may hold the separator. None of what no table is."""
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(map(str.strip, row))]
    except csv.Error:  # a cell beyond all measure
        return []
