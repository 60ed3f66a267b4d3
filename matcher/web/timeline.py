"""Coming deadlines along a line of months, as places in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.call import Call
    from matcher.present.words import Words

WIDTH, MARGIN, STEP, TOP = 960, 24, 20, 40
"""Of the picture: its width, what is free at both ends, from one dot to the next above it, the height of the months."""

_LONGEST = 550  # days that are drawn

_NAME = 80
"""The room that the name of a month takes; one that has none at the end goes without."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A deadline of a call: `x`, `y` in the picture, how many days are left."""

    call: Call
    when: date
    days: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn: dots, the first of each month with its name or none, and the size."""

    dots: tuple[Dot, ...]
    months: tuple[tuple[float, str], ...]
    height: float
    width: int = WIDTH


def timeline(calls: Iterable[Call], today: date, words: Words) -> Timeline | None:
    """The next deadline of each call, soonest first; None where fewer than two are known."""
    found = [(following.date, call) for call in calls if (following := call.next_deadline(today))]
    near = sorted(((when, call) for when, call in found if (when - today).days <= _LONGEST), key=lambda one: one[0])
    if len(near) < 2:
        return None
    days = max(60, (near[-1][0] - today).days)

    def place(when: date) -> float:
        return round(MARGIN + (when - today).days / days * (WIDTH - 2 * MARGIN), 1)

    ends: list[float] = []  # where each row of dots is free from
    dots = []
    for when, call in near:
        x = place(when)
        row = next((n for n, end in enumerate(ends) if end <= x), len(ends))
        ends[row:] = [x + STEP, *ends[row + 1 :]]
        dots.append(Dot(call, when, (when - today).days, x, TOP + STEP * (row + 0.5)))
    firsts = ((place(first), words.month(first)) for first in _firsts(today, today + timedelta(days)))
    months = tuple((x, name if x + _NAME <= WIDTH else "") for x, name in firsts)
    return Timeline(tuple(dots), months, TOP + STEP * len(ends) + 8)


def _firsts(start: date, end: date) -> list[date]:
    """The first days of the months in between; every third where there are many."""
    firsts = []
    first = (start.replace(day=1) + timedelta(32)).replace(day=1)
    while first <= end:
        firsts.append(first)
        first = (first + timedelta(32)).replace(day=1)
    return firsts if len(firsts) <= 12 else [one for one in firsts if one.month % 3 == 1]
