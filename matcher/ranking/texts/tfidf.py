"""TF-IDF: which fields of a call are read, how terms are counted and weighed, which calls are near."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from matcher.ranking.texts import numbers
from matcher.ranking.texts.numbers import UNREAD_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.model.call import Call
    from matcher.model.profile_parts import ProfilePart
    from matcher.text.analysis import Analyzer

HEADING = 2
"""A word in the title counts as two in the text."""


def call_terms(call: Call, analyzer: Analyzer) -> list[str]:
    """Every term of a call, as often as it counts. No pair spans two fields, or two keywords.

    The title of the call for proposals that it belongs to is not its own text: siblings share it.
    """
    terms = analyzer.terms(call.title) * HEADING
    for keyword in call.keywords:
        terms += analyzer.terms(keyword)
    for section in call.sections:
        if section.name not in UNREAD_SECTIONS:
            terms += analyzer.terms(section.text)
    return terms


def largest(block: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.int64]:
    """(rows, k) columns of the largest values of each row, largest first, equal ones from left to right."""
    k = min(k, block.shape[1])
    if not k:
        return np.zeros((len(block), 0), np.int64)
    least = np.partition(block, -k, axis=1)[:, -k:].min(axis=1, keepdims=True)
    above, level = block > least, block == least
    room = k - above.sum(axis=1, keepdims=True)  # which of its equals `argpartition` takes is another on each processor
    best = np.nonzero(above | (level & (level.cumsum(axis=1, dtype=np.int32) <= room)))[1].reshape(-1, k)
    order = np.argsort(-np.take_along_axis(block, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


Floats = npt.NDArray[np.float32]

_BLOCK_CELLS = 20_000_000
"""Likenesses that are held at once, 4 bytes each, in three copies."""


@dataclass(frozen=True)
class Model:
    """What was learned from a body of calls, and stays until it is fitted anew.

    `terms` and `idf` (terms,); `background_calls` (terms,) the mean of the calls' unit vectors;
    `background_projects` the same of past projects, empty where there are none; `mean_square` the mean squared
    length of a call; `reference` the identifiers it was fitted on.
    """

    terms: list[str]
    idf: Floats
    background_calls: Floats
    background_projects: Floats
    mean_square: float
    reference: frozenset[str]


@dataclass(frozen=True)
class Counts:
    """How often each term counts in each call: `matrix` (calls × terms), `terms` sorted."""

    matrix: sparse.csr_array
    terms: list[str]


def count_terms(calls: Iterable[Call], analyzer: Analyzer) -> Counts:
    """Count the terms of calls; every term is kept, those of a single call too, for they count in its length."""
    return count_texts(call_terms(call, analyzer) for call in calls)


def count_texts(texts: Iterable[Iterable[str]]) -> Counts:
    """Count the terms of texts: what CountVectorizer gives, in half its time."""
    positions: defaultdict[str, int] = defaultdict(count().__next__)
    found, ends = array("i"), [0]
    for terms_of_text in texts:
        found.extend(map(positions.__getitem__, terms_of_text))
        ends.append(len(found))
    terms = sorted(positions)
    column = np.zeros(len(terms), dtype=np.int32)
    column[[positions[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
    columns = column[np.frombuffer(found, dtype=np.int32)] if found else column
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = sparse.csr_array((ones, columns, np.array(ends)), shape=(len(ends) - 1, len(terms)))
    matrix.sum_duplicates()
    return Counts(matrix, terms)


def fit_model(
    calls: Sequence[Call], counts: Counts, own: Sequence[ProfilePart], analyzer: Analyzer, texts: Counts | None = None
) -> Model:
    """Learn idf and averages of calls and, where there are any, of background texts.

    idf is scikit-learn's smoothed one, ln((1 + N) / (1 + df)) + 1. Terms of a call all count; one that only background
    texts have counts when several of them have it. `own` are the past projects of the profiles.
    """
    reference = frozenset(call.identifier for call in calls)
    terms = counts.terms if texts is None else sorted({*counts.terms, *_shared_terms(texts)})
    if not terms:
        nothing = np.zeros(0, dtype=np.float32)
        return Model([], nothing, nothing, nothing, 1.0, reference)
    matrix = on_terms(counts, terms)
    whole = matrix if texts is None else sparse.vstack([matrix, on_terms(texts, terms)], format="csr")
    idf = TfidfTransformer(norm=None).fit(whole).idf_.astype(np.float32)
    weights = weigh(matrix, idf)
    return Model(
        terms=terms,
        idf=idf,
        background_calls=_mean_unit(weights),
        background_projects=_background(own, terms, idf, analyzer),
        mean_square=float(weights.multiply(weights).sum(axis=1).mean()) or 1.0,
        reference=reference,
    )


def _shared_terms(texts: Counts) -> Iterator[str]:
    """Words that two background texts have, and pairs that three have: rarer ones find nothing."""
    held = np.bincount(texts.matrix.indices, minlength=len(texts.terms)).tolist()
    return (term for term, times in zip(texts.terms, held, strict=True) if times > 1)


def on_terms(counts: Counts, terms: Sequence[str]) -> sparse.csr_array:
    """Counts over other terms, in their order; what is not among them is left out."""
    position = {term: i for i, term in enumerate(terms)}
    columns = np.array([position.get(term, -1) for term in counts.terms], dtype=np.int64)
    matrix = counts.matrix.tocoo()
    moved = columns[matrix.col] if len(columns) else np.zeros(0, dtype=np.int64)
    kept = moved >= 0
    shape = (counts.matrix.shape[0], len(terms))
    found = sparse.coo_array((matrix.data[kept], (matrix.row[kept], moved[kept])), shape=shape)
    return sparse.csr_array(found)


def weigh(counts: sparse.csr_array, idf: Floats) -> sparse.csr_array:
    """(1 + ln tf) · idf for each count."""
    weights = counts.copy()
    weights.data = (1 + np.log(weights.data)) * idf[weights.indices]
    return weights


def aligned(counts: Counts, model: Model) -> tuple[sparse.csr_array, list[str], Floats]:
    """Counts, terms and idf with the model's terms first; words that it has not seen get the idf of a df of 0."""
    known = set(model.terms)
    terms = [*model.terms, *(term for term in counts.terms if term not in known)]
    unseen = np.float32(np.log(1 + len(model.reference)) + 1)
    idf = np.concatenate([model.idf, np.full(len(terms) - len(model.terms), unseen, dtype=np.float32)])
    return on_terms(counts, terms), terms, idf


def nearest(
    calls: sparse.csr_array, pool: sparse.csr_array, same: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], Floats]:
    """The calls of a pool that are most like each call: positions and weights (calls, k), weights adding up to 1.

    `same` (calls,) is each call's own position in the pool, or -1; a call is not its own neighbour. Rows of both
    matrices have unit length.
    """
    k = min(numbers.SIMILAR_CALLS, max(pool.shape[0] - 1, 0))
    found = np.zeros((calls.shape[0], k), dtype=np.int32)
    weights = np.zeros((calls.shape[0], k), dtype=np.float32)
    transposed = pool.T.tocsr()
    step = max(_BLOCK_CELLS // max(pool.shape[0], 1), 1)
    for start in range(0, calls.shape[0] if k else 0, step):
        block = (calls[start : start + step] @ transposed).toarray()
        own = same[start : start + step]
        block[np.flatnonzero(own >= 0), own[own >= 0]] = 0
        best = largest(block, k)
        likeness = np.take_along_axis(block, best, axis=1)
        found[start : start + step] = best
        weights[start : start + step] = likeness / np.maximum(likeness.sum(axis=1, keepdims=True), 1e-12)
    return found, weights


def telling(weights: sparse.csr_array, fitted: int, reference: npt.NDArray[np.bool_]) -> sparse.csr_array:
    """Unit vectors over the fitted terms that tell calls apart: in at least two, in at most a small share of them."""
    chosen = weights[:, :fitted]
    df = np.bincount(chosen[np.flatnonzero(reference)].indices, minlength=fitted)
    size = int(reference.sum())
    most = max(numbers.SIMILAR_SHARE * size, min(0.1 * size, numbers.SIMILAR_FREQUENT), 2)
    columns = np.flatnonzero((df >= 2) & (df <= most))
    return unit_rows(sparse.csr_array(chosen[:, columns]))


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Each row at Euclidean length 1; empty rows stay empty."""
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1))
    scale = np.repeat(1 / np.where(lengths > 0, lengths, 1), np.diff(matrix.indptr)).astype(np.float32)
    return sparse.csr_array((matrix.data * scale, matrix.indices, matrix.indptr), shape=matrix.shape)


def _mean_unit(weights: sparse.csr_array) -> Floats:
    """The mean of the rows' unit vectors, shrunk where there are few: what ten calls share may well be a subject."""
    size = weights.shape[0]
    return np.asarray(unit_rows(weights).sum(axis=0) / (size + numbers.BACKGROUND_PRIOR), dtype=np.float32)


def _background(projects: Sequence[ProfilePart], terms: list[str], idf: Floats, analyzer: Analyzer) -> Floats:
    if not projects:
        return np.zeros(0, dtype=np.float32)
    vectorizer = CountVectorizer(
        analyzer=lambda part: analyzer.terms(part.text),
        vocabulary={term: i for i, term in enumerate(terms)},
        dtype=np.float32,
    )
    return _mean_unit(weigh(sparse.csr_array(vectorizer.transform(projects)), idf))
