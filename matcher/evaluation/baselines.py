"""The two rankers that the product is compared with."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import Stemmer
from sklearn.feature_extraction.text import TfidfVectorizer

with warnings.catch_warnings():  # in a notebook its progress bar asks for widgets; none is shown here
    warnings.filterwarnings("ignore", message="IProgress not found")
    import bm25s

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from matcher.model.call import Call
    from matcher.model.institute import Profile


class NaiveTfidf:
    """What one writes in ten lines: TfidfVectorizer with its defaults, centroid of a profile's texts, cosine.

    It is fitted on calls and profiles together, which serves it better than the calls alone.
    """

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        vectorizer = TfidfVectorizer()
        texts_of = [[part.text for part in profile.parts] for profile in profiles]
        vectorizer.fit([*map(call_text, calls), *dict.fromkeys(text for texts in texts_of for text in texts)])
        vectors = vectorizer.transform(map(call_text, calls))
        scores = np.zeros((len(profiles), len(calls)))
        for row, texts in enumerate(texts_of):
            if texts:
                centroid = np.asarray(vectorizer.transform(texts).mean(axis=0))
                length = float(np.linalg.norm(centroid))
                scores[row] = (vectors @ centroid.T).ravel() / (length or 1.0)
        return scores


class Bm25:
    """bm25s, Lucene variant, English stemmer and stop words; the query is the whole text of a profile."""

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        stemmer = Stemmer.Stemmer("english")
        corpus = bm25s.tokenize([call_text(c) for c in calls], stopwords="en", stemmer=stemmer, show_progress=False)
        retriever = bm25s.BM25(method="lucene")
        retriever.index(corpus, show_progress=False)
        scores = np.zeros((len(profiles), len(calls)))
        for row, profile in enumerate(profiles):
            text = "\n".join(part.text for part in profile.parts)
            query = bm25s.tokenize(text, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)[0]
            known = [token for token in query if token in retriever.vocab_dict]
            if known:
                scores[row] = retriever.get_scores(known)
        return scores


def call_text(call: Call) -> str:
    """Title and description as one text, which is all that the baselines read."""
    return "\n".join((call.title, *(f"{section.name}: {section.text}" for section in call.sections)))
