"""What an index lends to the next one that keeps its fit: a day's build makes anew only what has changed.

What is lent depends on the fit and on one call or one profile alone, so it comes out as it would if it were made again
(`tests/ranking/test_lent.py` holds it).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matcher.ranking.needs.profile import OwnSide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matcher.model.profile_parts import Profile
    from matcher.ranking.index import Index
    from matcher.ranking.needs.skillset import Skill


def lent_rows(lender: Index, identifiers: Iterable[str], weights: sparse.csr_array) -> npt.NDArray[np.int64]:
    """(calls,) the row that each call had, -1 where it is new or says something else in the words of the fit.

    `weights` (calls × terms) are those of the postings.
    """
    held = {name: row for row, name in enumerate(lender.identifiers())}
    rows = np.array([held.get(name.upper(), -1) for name in identifiers], dtype=np.int64)
    known = np.flatnonzero(rows >= 0)
    before = _weights_of(lender)[rows[known], : lender.fitted_terms]
    other = sparse.csr_array(weights[known, : lender.fitted_terms] - before)
    other.eliminate_zeros()
    rows[known[np.diff(other.indptr) > 0]] = -1
    return rows


def _weights_of(index: Index) -> sparse.csr_array:
    starts, rows = (index.arrays[f"posting_{name}"].astype(np.int32) for name in ("starts", "rows"))
    shape = (len(index), len(starts) - 1)
    return sparse.csc_array((index.arrays["posting_weights"], rows, starts), shape=shape).tocsr()


def own_state(profile: Profile, skills: Sequence[Skill], fitted_terms: int) -> str:
    """Tells, within one fit, whether the own projects of a profile are the same ones, selected by the same skills.

    Their texts are those of the fit: what it was made of tells of every change in them.
    """
    own = [(part.number, part.label, part.topic, part.selected) for part in profile.parts if part.kind == "project"]
    state = hashlib.sha256(repr((own, profile.exclude)).encode("utf-8", "surrogatepass"))
    for skill in skills:
        fitted = skill.ids < fitted_terms
        state.update(skill.words.encode("utf-8", "surrogatepass") + b"\0")
        state.update(skill.ids[fitted].astype(np.int64).tobytes() + skill.weights[fitted].tobytes() + b"\0")
    return state.hexdigest()


def lent_own_side(lender: Index | None, profile: str, state: str) -> OwnSide | None:
    """The own projects of a profile as they were, if they were in this state."""
    place = lender.profiles.get(profile) if lender is not None else None
    if lender is None or place is None or lender.meta["own_states"][place] != state:
        return None
    own = lender.need(profile).own
    return None if own is None else OwnSide(own.query, own.projects, own.weight)
