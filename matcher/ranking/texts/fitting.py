"""What is learned of texts that stay: the background of projects, the latent space, strangers' skills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matcher.ranking.texts.background import HEAVIEST
from matcher.ranking.texts.latent import fit_space
from matcher.ranking.texts.packed_runs import pack_runs
from matcher.ranking.texts.project_words import ARRAYS
from matcher.ranking.texts.tfidf import Counts, count_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matcher.model.project import Project
    from matcher.text.analysis import Analyzer

STRANGERS = 500
"""Skills of nobody here by which it is known what any skill has with a call."""

FEWEST = 200
"""With fewer projects the calls themselves are the background."""

LASTING = (
    "background_starts",
    "background_rows",
    "background_weights",
    "background_edges",
    "background_terms_steps",
    "background_terms_starts",
    "background_values",
    "background_average",
    "latent_terms",
    "latent_vectors",
    "latent_average",
    *ARRAYS,
)
"""Arrays that stay until the next fit."""

_LONGEST_SKILL = 50
_SHORTEST_SKILL = 4


@dataclass(frozen=True)
class Texts:
    """Counted texts of a background, and the keywords that stand in them."""

    counts: Counts
    keywords: tuple[str, ...]


def count_projects(projects: Iterable[Project], analyzer: Analyzer) -> Texts:
    """Terms of every project, its title counting twice; projects are read one by one."""
    keywords: set[str] = set()

    def terms() -> Iterator[list[str]]:
        for project in projects:
            words = [word.strip() for word in project.keywords.replace(";", ",").split(",")]
            keywords.update(w.lower() for w in words if _SHORTEST_SKILL <= len(w) < _LONGEST_SKILL)
            found = analyzer.terms(project.title) * 2
            for word in words:
                found += analyzer.terms(word)
            yield found + analyzer.terms(project.text)

    counts = count_texts(terms())
    return Texts(counts, tuple(sorted(keywords)))


def strangers(keywords: Sequence[str], seed: int = 0) -> tuple[str, ...]:
    """A fixed sample of skills of nobody here."""
    if len(keywords) <= STRANGERS:
        return tuple(keywords)
    chosen = np.random.default_rng(seed).choice(len(keywords), STRANGERS, replace=False)
    return tuple(keywords[i] for i in sorted(chosen.tolist()))


def background_arrays(texts: sparse.csr_array, calls: sparse.csr_array) -> dict[str, npt.NDArray[Any]]:
    """The arrays of `Background` and of the latent space; rows of both matrices (texts × terms) have unit length."""
    by_term = texts.tocsc()
    by_term.sort_indices()
    kept = heaviest(texts, HEAVIEST)
    kept.sort_indices()
    return {
        "background_starts": by_term.indptr.astype(np.int32),
        "background_rows": by_term.indices.astype(np.int32),
        "background_weights": by_term.data.astype(np.float16),
        "background_edges": kept.indptr.astype(np.int64),
        **pack_runs(kept.indices, kept.indptr, "background_terms"),
        "background_values": kept.data.astype(np.float16),
        "background_average": np.asarray(kept.sum(axis=0) / max(kept.shape[0], 1), dtype=np.float32).ravel(),
        **fit_space(sparse.csr_array(sparse.vstack([texts, calls], format="csr"))),
    }


def heaviest(matrix: sparse.csr_array, most: int) -> sparse.csr_array:
    """The `most` heaviest entries of each row (more where several weigh the same)."""
    kept = matrix.copy()
    for start, end in zip(kept.indptr[:-1].tolist(), kept.indptr[1:].tolist(), strict=True):
        if end - start > most:
            values = kept.data[start:end]
            values[values < np.partition(values, len(values) - most)[len(values) - most]] = 0
    kept.eliminate_zeros()
    return kept
