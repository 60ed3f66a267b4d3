"""How like a call the projects of the past are: by the words that they share, and by nearness in the latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.ranking.texts.background import Background
from matcher.ranking.texts.latent import fold, unit

if TYPE_CHECKING:
    from matcher.ranking.index import Index

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

NEAREST = 500
"""Projects whose likeness to the call counts."""


def _terms_of(index: Index, row: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The terms of a call and their weights, of unit length."""
    ids, places = index.terms_of(row)
    weights = index.arrays["posting_weights"][places].astype(np.float32)
    return ids.astype(np.int32), weights / max(float(np.linalg.norm(weights)), 1e-9)


def shared_words(index: Index, row: int) -> Doubles:
    """(projects,) the cosine of a call with each project of the background."""
    return Background(index.arrays).likeness(*_terms_of(index, row))


def place_of(index: Index, row: int) -> Floats:
    """(dimensions,) where a call lies in the latent space, seen from the average text."""
    place = fold(index.arrays, *_terms_of(index, row)) - index.arrays["latent_average"]
    return np.asarray(unit(place[None, :])[0])


def likeness_of_nearest(index: Index, shared: Doubles, place: Floats, most: int = NEAREST) -> Doubles:
    """(projects,) how like a call so many projects of the background are that share most words with it: those words,
    times the square of their nearness to a place in the latent space; 0 for all others.
    """
    background, average = Background(index.arrays), index.arrays["latent_average"]
    nearest = np.argsort(-shared, kind="stable")[:most]
    found = np.zeros(len(shared))
    for one in nearest.tolist():
        if shared[one] > 0:
            near = float(unit((fold(index.arrays, *background.heaviest(one)) - average)[None, :])[0] @ place)
            found[one] = shared[one] * max(near, 0.0) ** 2
    return found
