"""`python -m benchmarks.statements [--projects ZIP] [FOLDER]`: judged institutes ranked for by a page of prose.

Each institute's keywords are written into a page (`tests/helpers/prose.py`), in English and in French, and the page is
ranked for as `matcher rank --file` does. nDCG@10 (gain 2^g - 1) over institutes, and its share of what the keywords
themselves reach as a profile.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.grown import SHARED
from benchmarks.learning import ndcg
from matcher.app.measuring.backgrounds import background_of
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.learning import index_of
from matcher.model.profile_parts import Profile
from matcher.ranking.scores.asked_anew import asked_profile, asked_text
from tests.helpers.prose import page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.evaluation.benchmark import Benchmark, Qrels
    from matcher.ranking.index import Index
    from matcher.ranking.scores.asked import Asked

LANGUAGES = {"en": "English", "fr": "French"}


@dataclass(frozen=True, slots=True)
class Compared:
    """Mean nDCG@10 over institutes: of their keywords, and of a page that holds them."""

    keywords: float
    page: float

    @property
    def share(self) -> float:
        return self.page / self.keywords


def compared(index: Index, benchmark: Benchmark, qrels: Qrels, language: str) -> Compared:
    """The institutes of a benchmark by their keywords in a language, and by pages of prose."""
    gains = []
    for profile in benchmark.profiles:
        parts = tuple(part for part in profile.parts if part.kind == "keyword" and part.language == language)
        if benchmark.groups[profile.identifier]["kind"] == "institute" and parts:
            page = page_of([part.text for part in parts], french=language == "fr")
            asked = asked_profile(index, Profile("", "", parts)), asked_text(index, page)
            gains.append([_gain(index, one, qrels[profile.identifier]) for one in asked])
    return Compared(*np.mean(gains, axis=0).tolist())


def _gain(index: Index, asked: Asked, grades: Mapping[str, int]) -> float:
    graded = np.array([grades.get(index.call(row).identifier, 0) for row in range(len(index))])
    return ndcg(asked.scored(index).totals, graded)


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    zipped = sys.argv[sys.argv.index("--projects") + 1] if "--projects" in sys.argv else None
    folder = Path(next((word for word in words if word != zipped), SHARED / "benchmark" / "judged"))
    benchmark = load_benchmark(folder)
    if zipped:
        benchmark = replace(benchmark, known=background_of([zipped], None))
    index, qrels = index_of(benchmark), load_qrels(folder)
    print("| language | keywords | page | share |\n|---|---|---|---|")
    for language, name in LANGUAGES.items():
        found = compared(index, benchmark, qrels, language)
        print(f"| {name} | {found.keywords:.3f} | {found.page:.3f} | {found.share:.2f} |", flush=True)


if __name__ == "__main__":
    main()
