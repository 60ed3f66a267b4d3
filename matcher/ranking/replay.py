"""Past days replayed: when would a call first have been recommended?

A call counts from its opening day to its last deadline: the day on which the portal first listed it as forthcoming is
not kept for calls of an archive. So a first day found here is the latest that it could have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matcher.ranking.matching import score_all

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.ranking.index import Index

_NEVER = 0


@dataclass(frozen=True, slots=True)
class First:
    """The first day on which a call stood in the top list, and its rank that day."""

    call: str
    day: date
    rank: int
    fit: int
    deadline: date


def first_recommended(index: Index, profile: str, days: Iterable[date], *, top: int, min_fit: int = 0) -> list[First]:
    """For each call that ever stood among the `top` open ones of a profile on these days: its first time, in order.

    The index is the one of today: its model has seen the whole archive, and the profile is the present one.
    """
    scored = score_all(index, index.query(profile), profile)
    calls = [index.call(row) for row in range(len(index))]
    opening = np.array([call.opening.toordinal() if call.opening else _NEVER for call in calls])
    closing = np.array([call.last_deadline.toordinal() if call.last_deadline else _NEVER for call in calls])
    order = np.argsort(-scored.totals, kind="stable")
    order = order[scored.scores.related[order] & (opening[order] > _NEVER)]
    found: dict[int, First] = {}
    for day in sorted(set(days)):
        today = day.toordinal()
        is_open = (opening[order] <= today) & (closing[order] >= today)
        for rank, row in enumerate(order[is_open][:top].tolist(), 1):
            fit = scored.fit(row)
            if row not in found and fit >= min_fit:
                deadline = calls[row].next_deadline(day)
                found[row] = First(calls[row].identifier, day, rank, fit, deadline.date if deadline else day)
    return list(found.values())
