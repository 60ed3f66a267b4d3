"""Calls as skills are compared with them: their nearest background texts, their passages, what strangers have."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matcher.model.profile_parts import Profile, ProfilePart
from matcher.ranking.lent import lent_rows
from matcher.ranking.needs.likeness import call_side, strangers_of
from matcher.ranking.needs.skillset import skills_of
from matcher.ranking.texts.background import NEAREST, nearest_of
from matcher.ranking.texts.generation import edges_of
from matcher.ranking.texts.latent import fold_rows
from matcher.ranking.texts.numbers import UNREAD_SECTIONS
from matcher.ranking.texts.tfidf import unit_rows
from matcher.text.passages import passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from matcher.model.call import Call
    from matcher.ranking.index import Index
    from matcher.ranking.meanings import Encoding
    from matcher.ranking.texts.background import Near
    from matcher.ranking.texts.vocabulary import Vocabulary
    from matcher.text.analysis import Analyzer

Arrays = dict[str, npt.NDArray[Any]]

_AT_ONCE = 64
"""Calls that are compared with the background together: enough to be fast, few enough to need little memory."""


def call_arrays(
    calls: Sequence[Call],
    weights: sparse.csr_array,
    arrays: Mapping[str, npt.NDArray[Any]],
    vocabulary: Vocabulary,
    analyzer: Analyzer,
    day: date | None,
) -> Arrays:
    """The arrays of `CallSide`, without the strangers; `weights` (calls × terms) are those of the postings.

    Calls that are live on `day`, and those that likenesses are measured against, are read closely: `close_rows` and
    the postings of these alone.
    """
    rows = unit_rows(weights)
    close = np.array([day is None or call.is_live(day) for call in calls], dtype=np.bool_) | arrays["standard"]
    chosen = np.flatnonzero(close)
    by_term = weights[chosen].tocsc()
    by_term.sort_indices()
    average = arrays["background_average"]
    return {
        "call_average": np.asarray(rows[:, : len(average)] @ average, dtype=np.float32),
        **_passages(calls, close, rows, arrays, vocabulary, analyzer),
        "close_rows": chosen.astype(np.int64),
        "close_starts": by_term.indptr.astype(np.int32),
        "close_postings": by_term.indices.astype(np.int32),
        "close_weights": by_term.data.astype(np.float32),
    }


def passage_meanings(
    calls: Sequence[Call], arrays: Mapping[str, npt.NDArray[Any]], encoding: Encoding | None
) -> Arrays:
    """Where a sentence encoder puts the passages of calls that are read closely; 0 for that of any other call.

    Nothing where there is no encoder, or no call for it to read.
    """
    rows, edges = arrays["close_rows"], arrays["passage_edges"]
    if encoding is None or not len(rows):
        return {}
    vectors = encoding.of_calls([text for row in rows.tolist() for text in _texts(calls[row])])
    found = np.zeros((int(edges[-1]), vectors.shape[1]), dtype=np.int8)
    read = np.zeros(len(calls), dtype=np.bool_)
    read[rows] = True
    found[np.repeat(read, np.diff(edges))] = vectors
    return {"passage_meanings": found}


def stranger_arrays(
    arrays: Mapping[str, npt.NDArray[Any]],
    strangers: Sequence[str],
    vocabulary: Vocabulary,
    analyzer: Analyzer,
    encoding: Encoding | None,
) -> Arrays:
    """What nobody's skills have with each call."""
    parts = tuple(ProfilePart("keyword", "", words, "en") for words in strangers)
    skills = skills_of(Profile("", "", parts), analyzer, vocabulary, arrays)
    if encoding is not None:
        skills = encoding.of_skills(skills)
    means, scales = strangers_of(call_side(arrays), skills, arrays["standard"])
    return {"stranger_means": means, "stranger_scales": scales}


def near_arrays(
    weights: sparse.csr_array,
    arrays: Mapping[str, npt.NDArray[Any]],
    lender: Index | None,
    identifiers: Sequence[str],
) -> Arrays:
    """The background texts nearest to each call, as `Background.nearest` finds them for one, many calls at once.

    A call that says the same as in the index before, which lends its fit, keeps them.
    """
    count = weights.shape[0]
    found = np.zeros((count, NEAREST), dtype=np.int32)
    shares = np.zeros((count, NEAREST), dtype=np.float32)
    before = np.full(count, -1) if lender is None else lent_rows(lender, identifiers, weights)
    if lender is not None:
        kept = before >= 0
        found[kept] = lender.arrays["call_near_rows"][before[kept]]
        shares[kept] = lender.arrays["call_near_shares"][before[kept]]
    left = np.flatnonzero(before < 0)
    for row, near in zip(left.tolist(), _nearest(unit_rows(weights[left]), arrays), strict=True):
        found[row, : len(near.rows)] = near.rows
        shares[row, : len(near.rows)] = near.shares
    return {"call_near_rows": found, "call_near_shares": shares}


def _nearest(rows: sparse.csr_array, arrays: Mapping[str, npt.NDArray[Any]]) -> Iterator[Near]:
    """The background texts nearest to each of some rows of unit length."""
    if not rows.shape[0]:
        return
    starts, size = arrays["background_starts"], len(arrays["background_edges"]) - 1
    postings = (arrays["background_weights"].astype(np.float64), arrays["background_rows"], starts)
    by_term = sparse.csr_array(postings, shape=(len(starts) - 1, size))
    for first in range(0, rows.shape[0], _AT_ONCE):
        likeness = rows[first : first + _AT_ONCE, : by_term.shape[0]].astype(np.float64) @ by_term
        for start, end in pairwise(likeness.indptr.tolist()):
            yield nearest_of(likeness.indices[start:end], likeness.data[start:end])


def _passages(
    calls: Sequence[Call],
    close: npt.NDArray[np.bool_],
    rows: sparse.csr_array,
    arrays: Mapping[str, npt.NDArray[Any]],
    vocabulary: Vocabulary,
    analyzer: Analyzer,
) -> Arrays:
    """The passages of calls that are read closely, each with the title; any other call is one passage."""
    texts = [_texts(call) if read else [] for call, read in zip(calls, close.tolist(), strict=True)]
    counted = _counted([text for found in texts for text in found], vocabulary, analyzer, rows.shape[1])
    whole = np.flatnonzero(~close)
    places = fold_rows(arrays, sparse.csr_array(sparse.vstack([counted, rows[whole]], format="csr")))
    sizes = np.array([max(len(found), 1) for found in texts], dtype=np.int64)
    edges = edges_of(sizes)
    ordered = np.zeros((int(edges[-1]), places.shape[1]), dtype=np.int8)
    split = np.repeat(close, sizes)
    ordered[split], ordered[~split] = places[: counted.shape[0]], places[counted.shape[0] :]
    return {"passages": ordered, "passage_edges": edges}


def _texts(call: Call) -> list[str]:
    body = "\n".join(section.text for section in call.sections if section.name not in UNREAD_SECTIONS)
    return [f"{call.title}\n{passage}" for passage in passages(body) or [""]]


def _counted(texts: Sequence[str], vocabulary: Vocabulary, analyzer: Analyzer, size: int) -> sparse.csr_array:
    """TF-IDF rows of unit length over the terms of the index."""
    ends, ids, times = [0], array("i"), array("i")
    for text in texts:
        for term, often in Counter(analyzer.terms(text)).items():
            if (position := vocabulary.find_term(term)) is not None:
                ids.append(position)
                times.append(often)
        ends.append(len(ids))
    rows = np.array(ids, dtype=np.int32)
    data = ((1 + np.log(np.array(times, dtype=np.float64))) * vocabulary.idf[rows]).astype(np.float32)
    return unit_rows(sparse.csr_array((data, rows, np.array(ends)), shape=(len(texts), size)))
