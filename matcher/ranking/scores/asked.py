"""What is ranked for: an institute as it was indexed."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from matcher.model.call import LIVE
from matcher.model.frozen import dataclass
from matcher.ranking.scores.scoring import score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from matcher.model.question import CallFilter
    from matcher.ranking.index import Index
    from matcher.ranking.needs.need import Need
    from matcher.ranking.needs.profile import QueryVector
    from matcher.ranking.scores.feedback import Feedback
    from matcher.ranking.scores.scoring import Scored


@dataclass(frozen=True, slots=True)
class Asked:
    """What is ranked for, with its name; `identifier` is None for a text, `query` its terms as a whole.

    `unknown` are the words of a text that stand nowhere, each with words that are spelt nearly so.
    """

    identifier: str | None
    name: str
    query: QueryVector
    need: Need
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    feedback: Feedback | None = None  # what decisions taught

    def scored(self, index: Index, wanted: CallFilter | None = None, today: date | None = None) -> Scored:
        """The calls that a filter can let through on a day, scored; every call without one."""
        return score(index, self.need, everything=not reads_closely(index, wanted, today), feedback=self.feedback)


def reads_closely(index: Index, wanted: CallFilter | None, today: date | None, also: Iterable[int] = ()) -> bool:
    """Whether what is read closely holds all calls that can be asked for, and those of the rows `also`."""
    if wanted is None or today is None or not wanted.status or not wanted.status <= LIVE:
        return False
    missing = np.ones(len(index), dtype=np.bool_)
    missing[index.arrays["close_rows"]] = False
    asked = index.may_be_live(today)
    asked[list(also)] = True
    return not (asked & missing).any()


def asked_institute(index: Index, name: str) -> Asked | None:
    """The institute of that identifier or acronym, in any case; None when the index has none."""
    wanted = name.strip().casefold()
    for profile in index.meta["profiles"]:
        if wanted and wanted in {profile["id"], profile["acronym"].casefold()}:
            return Asked(profile["id"], profile["name"], index.query(profile["id"]), index.need(profile["id"]))
    return None
