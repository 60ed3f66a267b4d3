"""Thresholds as they were before a fit was a chance: what they meant, and what shows about as many calls now.

A fit was a call's place among all calls, in percent: 90 showed a tenth of those that are live. Most institutes have
next to none with a chance of 90.
"""

from __future__ import annotations

from matcher.model.match import THRESHOLD
from matcher.text.saying import Saying

LIVE = 500
"""Calls that are live on an ordinary day."""

HIGHEST = 50
"""No list asks for a surer chance than even; a larger number is one of before."""

_SHOWS = (
    (50, 12),
    (40, 14),
    (30, 17),
    (25, 19),
    (THRESHOLD, 22),
    (15, 25),
    (10, 31),
    (5, 44),
    (3, 57),
    (2, 74),
    (1, 135),
)
"""Calls that a chance shows of so many live ones: the mean over 51 institutes on the listing of 7 May 2026."""


def as_many_as(place: float) -> int:
    """The chance that shows about as many calls as this place did."""
    shown = LIVE * (100 - place) / 100
    return min(_SHOWS, key=lambda pair: abs(pair[1] - shown))[0]


def instead_of(old: object) -> Saying:
    """What to write instead of a threshold of before, as an error says what it expected."""
    now = Saying(
        "a fit is a chance in percent now, no longer a place among all calls; {default} is the default",
        default=THRESHOLD,
    )
    try:
        place = float(str(old))
    except ValueError:
        return now
    if not 0 <= place <= 100:
        return now
    return Saying(
        "{now}, and {chance} shows about as many calls as {place} did",
        now=now,
        chance=as_many_as(place),
        place=f"{place:g}",
    )
