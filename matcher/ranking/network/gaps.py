"""Who from outside could fill the gaps of a bid: organisations whose past projects are near what nobody covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.ranking.network.bids import passages_of
from matcher.ranking.network.call_likeness import likeness_of_nearest, place_of, shared_words
from matcher.ranking.network.earlier import Earlier
from matcher.ranking.texts.latent import unit

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from matcher.ranking.index import Index
    from matcher.ranking.network.bids import Cover
    from matcher.ranking.network.consortia import Consortia
    from matcher.ranking.network.earlier import Rows

NEAREST = 100
"""Projects nearest to the call that count: those about the gaps alone are about something else."""

FEW = 5
"""Projects that an organisation is taken to have beside its own, so that one that is near by chance does not lead."""

SHOWN = 3
"""Organisations, and projects of each, that are named."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The position of an organisation, and the rows of its projects nearest to the gaps, the nearest first."""

    organisation: int
    rows: tuple[int, ...]


def fillings(index: Index, cover: Cover, past: Consortia, inside: Collection[int], day: date) -> list[Filling]:
    """Organisations that are not `inside`, best first: by how near the projects that are like the call are to its gaps.

    One such project makes nobody known for it. What is near is shared by the root of the number of projects that an
    organisation had on the day: the largest have something of everything.
    """
    if not cover.gaps:
        return []
    gap = unit(passages_of(index, cover.row)[list(cover.gaps)].sum(axis=0)[None, :])[0]
    earlier = Earlier(past, day)
    words = np.where(earlier.projects, shared_words(index, cover.row), 0.0)
    like = likeness_of_nearest(index, words, place_of(index, cover.row))
    near = likeness_of_nearest(index, like, gap, NEAREST)
    several = earlier.sums((near > 0).astype(np.float64)) > 1
    found = np.where(several, earlier.sums(near) / np.sqrt(earlier.number + FEW), 0.0)
    found[list(inside)] = 0.0
    order = np.argsort(-found, kind="stable")[:SHOWN]
    return [Filling(one, _nearest(earlier.rows_of(one), near)) for one in order.tolist() if found[one] > 0]


def _nearest(rows: Rows, near: npt.NDArray[np.float64]) -> tuple[int, ...]:
    order = rows[np.argsort(-near[rows], kind="stable")][:SHOWN]
    return tuple(row for row in order.tolist() if near[row] > 0)
