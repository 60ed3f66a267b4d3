"""Who matches what: institutes by calls, as places in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.present import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.app.answering.network_fits import SuitedCall

COLUMNS = 20
"""Calls that are drawn."""

LEFT, TOP, CELL, ROW = 150, 26, 34, 22
"""Of the picture: what is left for names and for numbers, the width and height of a cell."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A fit at its place; `shade` repeats what the number says."""

    x: int
    y: int
    fit: int
    shade: str
    title: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What is drawn: cells, the name of each row with its height, the number of each column with its place."""

    cells: tuple[HeatCell, ...]
    rows: tuple[tuple[int, str], ...]
    columns: tuple[tuple[int, int], ...]
    width: int
    height: int


def heat_map(calls: Sequence[SuitedCall], names: Sequence[tuple[str, str]], threshold: int) -> HeatMap | None:
    """The fits from `threshold` on; `names` are (institute, acronym), of which those without any stay out."""
    shown = calls[:COLUMNS]
    fits = {(name, place): fit for place, one in enumerate(shown) for name, fit in one.fits if fit >= threshold}
    rows = [(name, said) for name, said in names if any((name, place) in fits for place in range(len(shown)))]
    if not rows:
        return None
    cells = [
        HeatCell(
            LEFT + place * CELL, TOP + height * ROW, fit, facts.shade(fit), f"{said}, {one.call.identifier}: {fit}"
        )
        for height, (name, said) in enumerate(rows)
        for place, one in enumerate(shown)
        if (fit := fits.get((name, place))) is not None
    ]
    return HeatMap(
        tuple(cells),
        tuple((TOP + height * ROW, said) for height, (_, said) in enumerate(rows)),
        tuple((LEFT + place * CELL, place + 1) for place in range(len(shown))),
        LEFT + len(shown) * CELL + 4,
        TOP + len(rows) * ROW + 4,
    )
