"""Text laid out for the width of the terminal: tables whose words stay whole, paragraphs, facts with their names."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 80
"""Columns where there is no terminal to ask."""

MOST = 110
"""A longer line is hard to read, however wide the window."""

_GAP = "  "
_WHOLE = 20
"""A column up to this wide is never wrapped: dates, amounts, codes."""
_LEAST = 24
"""What a column of sentences keeps at least, beside the others."""
_LONG = 32
"""A longer word than this takes its row out of the columns rather than make one wide for all."""
_NARROWEST = 40
UNBROKEN = "\u00a0"
"""A blank at which no line ends; it is shown as a plain one."""


def width() -> int:
    """Columns to fill: the terminal's, or those that `COLUMNS` names."""
    return max(_NARROWEST, min(_columns(), MOST))


def _columns() -> int:
    """As `shutil.get_terminal_size`, which loads the libraries of every archive."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or WIDTH  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # no terminal
        return WIDTH


def styled(text: str, **style: object) -> str:
    """Coloured on a terminal unless NO_COLOR is set (no-color.org)."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)  # type: ignore[arg-type]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns side by side, header first; sentences wrap in their column.

    Where there is no room for that, in a row or in all, the first cell stands in a line of its own and the others in
    the next one.
    """
    listed = [list(header), *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = _fitting(listed, width())
    laid = [_stacked(row) if widths is None or _is_too_long(row, widths) else _beside(row, widths) for row in listed]
    head, *rest = laid
    return "\n".join([*(styled(line, bold=True) for line in head), *(line for lines in rest for line in lines)])


def paragraphs(text: str, first: str = "", following: str | None = None) -> list[str]:
    """A text wrapped at words; its own line breaks stay. `first` begins it, `following` (else the same) other lines."""
    rest = first if following is None else following
    return [
        line
        for number, part in enumerate(text.split("\n"))
        for line in (_wrap(part, width(), rest if number else first, rest) or [""])
    ]


def heading(text: str) -> str:
    """What stands above a listing."""
    return "\n".join(styled(line, bold=True) for line in paragraphs(text))


def fact(name: str, text: str, column: int = 12) -> list[str]:
    """`name        text`, the text wrapped beside its name."""
    return _wrap(text, width(), name.ljust(column - 1) + " ", " " * column) or [name]


def _fitting(rows: Sequence[Sequence[str]], edge: int) -> list[int] | None:
    """How wide each column is, sentences narrowed until all fit; None where they don't."""
    columns = list(zip(*rows, strict=True))
    widths = [max(1, *map(len, column)) for column in columns]
    least = [_least(column) for column in columns]
    room = edge - len(_GAP) * (len(columns) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        slack = [wide - small for wide, small in zip(widths, least, strict=True)]
        widest = max(range(len(widths)), key=lambda i: (slack[i] > 0, widths[i]))
        widths[widest] -= 1
    return widths


def _least(column: Sequence[str]) -> int:
    """A column's width below which it would be hard to read, or a word would break."""
    widest = max(map(len, column))
    longest_word = max((len(word) for cell in column for word in cell.split()), default=0)
    return widest if widest <= _WHOLE else max(_LEAST, min(longest_word, _LONG))


def _is_too_long(row: Sequence[str], widths: Sequence[int]) -> bool:
    """Whether a word of the row, an address or a path, would not fit into its column."""
    return any(len(word) > wide for cell, wide in zip(row, widths, strict=True) for word in cell.split())


def _beside(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [_wrap(cell, wide) or [""] for cell, wide in zip(row, widths, strict=True)]
    return [
        _GAP.join(
            (cell[n] if n < len(cell) else "").ljust(wide) for cell, wide in zip(cells, widths, strict=True)
        ).rstrip()
        for n in range(max(map(len, cells)))
    ]


def _stacked(row: Sequence[str]) -> list[str]:
    """The first cell, then the others in one line where they fit; cells stay whole where they can."""
    first, *others = row
    room = width() - len(_STACKED)
    whole = (cell.replace(" ", UNBROKEN) if len(cell) <= room else cell for cell in others if cell)
    return [*_wrap(first, width()), *_wrap(" · ".join(whole), width(), _STACKED, _STACKED)]


_STACKED = " " * 4


def _wrap(text: str, columns: int, first: str = "", following: str = "") -> list[str]:
    lines = textwrap.wrap(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=following,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [line.replace(UNBROKEN, " ") for line in lines]
