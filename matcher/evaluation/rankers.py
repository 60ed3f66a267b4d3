"""Rankers that can be compared: the product's own, two baselines, an encoder, and those of other packages."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

import numpy as np
import Stemmer
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.errors import ConfigError, UsageError, shorten
from matcher.ranking.build import NOTHING_KNOWN, Known, build
from matcher.ranking.encoder import SETTING, SentenceEncoder
from matcher.ranking.kept_vectors import KeptVectors
from matcher.ranking.meanings import Encoding
from matcher.ranking.scores.scoring import score
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from matcher.model.call import Call
    from matcher.model.profile_parts import Profile

GROUP = "matcher.rankers"


class Ranker(Protocol):
    """Scores calls for profiles; larger is better, and only the order within a profile means anything."""

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        """(profiles, calls) finite scores. It sees what is to be ranked for whom, and no answers."""
        ...


def ranker_names() -> list[str]:
    """Names of every ranker that is installed."""
    return sorted(point.name for point in entry_points(group=GROUP))


def load_ranker(name: str, known: Known = NOTHING_KNOWN) -> Ranker:
    """A new ranker of that name; the product's own learns from what is `known` beside the task.

    Raises:
        UsageError: when there is none, or when it needs an extra that is not installed.
    """
    point = next(iter(entry_points(group=GROUP, name=name)), None)
    if point is None:
        raise UsageError(f"No ranker is called {shorten(name)}; there are {', '.join(ranker_names())}.")
    try:
        make: Callable[[], Ranker] = point.load()
        ranker = make()
    except ImportError as error:
        raise UsageError(
            f"The ranker {shorten(name)} needs {error.name}; `pip install 'matcher[{name}]'` brings it."
        ) from error
    if isinstance(ranker, MatcherRanker):
        ranker.known = replace(known, encoding=ranker.known.encoding)
    return ranker


class MatcherRanker:
    """Builds an index in memory and asks it for every profile; scores are log-odds."""

    gives_log_odds = True

    def __init__(self, encoding: Encoding | None = None) -> None:
        self.known = Known(encoding=encoding)

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        index = build(calls, profiles, now=datetime.now(UTC), meta={}, known=self.known)
        scores = np.zeros((len(profiles), len(calls)))
        positions = {name: row for row, name in enumerate(index.identifiers())}
        rows = [positions[call.identifier.upper()] for call in calls]
        for i, profile in enumerate(profiles):
            scores[i] = score(index, index.need(profile.identifier), everything=True).totals[rows]
        return scores


with warnings.catch_warnings():  # in a notebook its progress bar asks for widgets; none is shown here
    warnings.filterwarnings("ignore", message="IProgress not found")
    import bm25s


class NaiveTfidf:
    """What one writes in ten lines: TfidfVectorizer with its defaults, centroid of a profile's texts, cosine.

    It is fitted on calls and profiles together, which serves it better than the calls alone.
    """

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        vectorizer = TfidfVectorizer()
        texts_of = [[part.text for part in profile.parts] for profile in profiles]
        vectorizer.fit([*map(baseline_text, calls), *dict.fromkeys(text for texts in texts_of for text in texts)])
        vectors = vectorizer.transform(map(baseline_text, calls))
        scores = np.zeros((len(profiles), len(calls)))
        for row, texts in enumerate(texts_of):
            if texts:
                centroid = np.asarray(vectorizer.transform(texts).mean(axis=0))
                length = float(np.linalg.norm(centroid))
                scores[row] = (vectors @ centroid.T).ravel() / (length or 1.0)
        return scores


class PlainTfidf:
    """Stems, words and pairs, sublinear, cosine; all text of a profile as one query; title and sections of a call."""

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        analyzer = Analyzer()
        vectorizer = TfidfVectorizer(analyzer=analyzer.terms, sublinear_tf=True)
        vectors = vectorizer.fit_transform(
            "\n".join((call.title, *(section.text for section in call.sections))) for call in calls
        )
        texts = ["\n".join(part.text for part in profile.parts) for profile in profiles]
        return np.asarray((vectorizer.transform(texts) @ vectors.T).toarray(), dtype=np.float64)


class Bm25:
    """bm25s, Lucene variant, English stemmer and stop words; the query is the whole text of a profile."""

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        stemmer = Stemmer.Stemmer("english")
        corpus = bm25s.tokenize([baseline_text(c) for c in calls], stopwords="en", stemmer=stemmer, show_progress=False)
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


def baseline_text(call: Call) -> str:
    """Title and description as one text, which is all that the baselines read."""
    return "\n".join((call.title, *(f"{section.name}: {section.text}" for section in call.sections)))


def from_environment() -> MatcherRanker:
    """The product's ranker with the encoder that is set, every call encoded: what `--model encoder` measures."""
    return MatcherRanker(every_call())


def every_call() -> Encoding:
    """The encoder that is set, for all calls of a benchmark.

    Its vectors are in a file of their own, because the daily build forgets those that no live call needs.
    """
    from matcher.config.settings import load_settings

    settings = load_settings()
    model = settings.ranking.encoder
    if not model:
        raise ConfigError([f"{SETTING}: missing, expected the folder of a sentence encoder"])
    kept = KeptVectors(SentenceEncoder(model), settings.home / "evaluation-vectors.db")
    return Encoding(model, kept)
