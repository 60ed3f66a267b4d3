"""All institutes at once, and past days at once, as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from matcher.frames import DAY, tidy
from matcher.model import LIVE
from matcher.ranking.index import fit_in
from matcher.ranking.matching import score_all
from matcher.ranking.replay import first_recommended as first_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matcher.model import CallFilter
    from matcher.ranking.index import Index

_FIRST = {"call": "string", "day": DAY, "rank": "int64", "fit": "int64", "deadline": DAY, "lead_days": "int64"}


def fits(index: Index, institutes: Sequence[str] | None, wanted: CallFilter, today: date) -> pd.DataFrame:
    """(institutes, calls) the fit of every call that passes the filter."""
    rows = index.live_rows(today) if wanted.status and wanted.status <= LIVE else range(len(index))
    kept = np.array([row for row in rows if wanted.stopped_by(index.call(row), today) is None], dtype=np.int64)
    names = [profile["id"] for profile in index.meta["profiles"]] if institutes is None else list(institutes)
    table = np.zeros((len(names), len(kept)), dtype=np.int64)
    for place, name in enumerate(names):
        scored = score_all(index, index.query(name), name)
        related = scored.scores.related[kept]
        table[place] = np.where(related, fit_in(scored.distribution, scored.totals[kept]), 0)
    calls = [index.call(int(row)).identifier for row in kept]
    return pd.DataFrame(table, index=names, columns=calls).rename_axis(index="institute", columns="call")


def first_recommended(index: Index, profile: str, since: date, until: date, *, top: int, min_fit: int) -> pd.DataFrame:
    """(calls, 6) each call's first working day in the top list, and the days that were left."""
    days = [day.date() for day in pd.bdate_range(since, until)]
    found = first_days(index, profile, days, top=top, min_fit=min_fit)
    rows = (
        {
            "call": first.call,
            "day": first.day,
            "rank": first.rank,
            "fit": first.fit,
            "deadline": first.deadline,
            "lead_days": (first.deadline - first.day).days,
        }
        for first in found
    )
    return tidy(rows, _FIRST)
