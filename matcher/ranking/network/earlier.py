"""The projects before a day and who was in them, and how a number goes from projects to organisations and back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datetime import date

    from matcher.ranking.network.consortia import Consortia

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class Earlier:
    """What was known on a day; arrays are (projects,) or (organisations,), and a project of later counts as nothing."""

    def __init__(self, past: Consortia, day: date) -> None:
        self.past = past
        self.projects: npt.NDArray[np.bool_] = past.before(day)
        counted = self.projects[past.projects_of]
        self.members: npt.NDArray[np.int32] = past.members[counted]
        self.rows: Rows = past.projects_of[counted]
        self.leads: npt.NDArray[np.bool_] = past.coordinates[counted]
        sizes = np.where(self.projects, np.diff(past.edges), 0)
        self.sizes: Doubles = sizes.astype(np.float64)  # members of each project
        self.share: Doubles = np.where(sizes > 1, 1.0 / np.maximum(sizes - 1.0, 1.0), 0.0)  # falls to each partner
        self.number = self.sums(self.projects.astype(np.float64))  # projects of each organisation

    def sums(self, values: Doubles) -> Doubles:
        """What a value of each project is for each organisation in it, added up."""
        found = np.bincount(self.members, weights=values[self.rows], minlength=self.past.organisations)
        return np.asarray(found, dtype=np.float64)

    def spread(self, values: Doubles) -> Doubles:
        """What a value of each organisation is for each project that it is in, added up."""
        found = np.bincount(self.rows, weights=values[self.members], minlength=len(self.past))
        return np.asarray(found, dtype=np.float64)

    def most(self, values: Doubles) -> Doubles:
        """The highest value of the projects that each organisation is in."""
        found = np.zeros(self.past.organisations)
        np.maximum.at(found, self.members, values[self.rows])
        return found

    def step(self, values: Doubles) -> tuple[Doubles, Doubles]:
        """One step of a walk: each project hands its value to its members, and each of them to its projects."""
        reached = self.sums(values / np.maximum(self.sizes, 1.0))
        return reached, self.spread(reached / np.maximum(self.number, 1.0))

    @cached_property
    def age(self) -> Doubles:
        """Years since the newest project of each organisation, against the newest of all."""
        newest = self.most(self.past.signed.astype(np.float64))
        return np.where(newest > 0, (newest.max() - newest) / 365.25, 0.0)

    def rows_of(self, position: int) -> Rows:
        """The projects that an organisation is in."""
        return np.asarray(self.rows[self.members == position])

    def led_by(self, position: int) -> Rows:
        """Those of them that it coordinates."""
        return np.asarray(self.rows[(self.members == position) & self.leads])
