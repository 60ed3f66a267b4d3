"""Calls → TF-IDF weights, with scikit-learn; imported only where an index is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from matcher.ranking.fields import WEIGHTS, fields
from matcher.text.analysis import Analyzer, boilerplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.model import Call

BOILERPLATE_FACTOR = 0.2
"""How much a word of EU administration still counts."""


@dataclass(frozen=True, slots=True)
class FittedCalls:
    """`terms` sorted; `idf` (terms,); `weights` (calls × terms) in column order, rows of unit length."""

    terms: list[str]
    idf: npt.NDArray[np.float32]
    weights: sparse.csc_array


def fit_calls(calls: Sequence[Call], analyzer: Analyzer) -> FittedCalls:
    """Weights of every term of every call.

    Counts are weighted by field, damped (1 + ln tf), multiplied by the smoothed idf of scikit-learn and
    by `BOILERPLATE_FACTOR` for EU boilerplate; each call then has unit Euclidean length.
    """
    vectorizer = CountVectorizer(analyzer=analyzer.terms, dtype=np.float32)
    texts = [list(fields(call)) for call in calls]
    vectorizer.fit(text for call in texts for _, text in call)
    counts = _weighted_counts(vectorizer, texts)
    transformer = TfidfTransformer(sublinear_tf=True, norm=None)
    tfidf = transformer.fit_transform(counts)
    terms: list[str] = vectorizer.get_feature_names_out().tolist()
    damping = _boilerplate_damping(terms, analyzer)
    weighted = sparse.csr_array(tfidf.multiply(damping[np.newaxis, :]))
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    scale = sparse.diags_array(1.0 / np.where(lengths > 0, lengths, 1.0))
    idf = (transformer.idf_ * damping).astype(np.float32)
    return FittedCalls(terms, idf, sparse.csc_array((scale @ weighted).astype(np.float32)))


def _weighted_counts(vectorizer: CountVectorizer, texts: list[list[tuple[str, str]]]) -> sparse.csr_array:
    def counted(field: str) -> sparse.csr_array:
        return vectorizer.transform("\n\n".join(text for name, text in call if name == field) for call in texts)

    return sparse.csr_array(sum(counted(field) * weight for field, weight in WEIGHTS.items()))


def _boilerplate_damping(terms: Sequence[str], analyzer: Analyzer) -> npt.NDArray[np.float32]:
    stems = {stem for stem in map(analyzer.stem, boilerplate()) if stem is not None}
    factors = [BOILERPLATE_FACTOR if stems.issuperset(term.split(" ")) else 1.0 for term in terms]
    return np.array(factors, dtype=np.float32)
