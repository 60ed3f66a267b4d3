"""The order in which a list covers a profile: maximal marginal relevance over the skills (Carbonell & Goldstein 1998).

One call after the other is taken, the one whose score, less what it has in common with the calls taken before, is the
highest. Two calls have in common the skills that speak for them; two before it cost a call nothing, a third one does,
and what a call loses is bounded: nothing gets a place that its score is far from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.scores.scoring import Scored

WEIGHT = 1.5
"""Log-odds that a call loses at most: so much times its likeness to the `ALIKE`-th most like call before it."""

ALIKE = 3
"""So many calls on one field are held against the next one."""

DEEPEST = 300
"""Calls that are ordered so; nobody reads further, and what follows stands by score."""


def diversified(scored: Scored, rows: Sequence[int]) -> list[int]:
    """The rows of calls, given best first, in the order in which they cover the skills of the profile."""
    upper = rows[:DEEPEST]
    weights = scored.skill_weights(upper)
    parts = np.maximum(weights, 0).T ** 2  # squared: the skills that speak most for a call are its field
    lengths = np.linalg.norm(parts, axis=1, keepdims=True)
    parts = parts / np.where(lengths > 0, lengths, 1)
    marginal = scored.totals[list(upper)].astype(np.float64)
    nearest = np.zeros((ALIKE, len(upper)))  # how like the calls before it are, the least of the most alike first
    order: list[int] = []
    for _ in upper:
        best = int(np.argmax(marginal - WEIGHT * nearest[0]))
        order.append(upper[best])
        nearest = np.sort([*nearest, parts @ parts[best]], axis=0)[1:]
        marginal[best] = -np.inf
    return [*order, *rows[DEEPEST:]]
