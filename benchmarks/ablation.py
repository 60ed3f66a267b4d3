"""What each part of the ranking by own projects is worth: `python -m benchmarks.ablation [FOLDER …]`.

Measures the product's ranker with one number of `matcher.ranking.texts.numbers` changed at a time, on benchmark folders
(default: those of ../shared), and prints nDCG@10, recall@50 and MAP with the difference to the model as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.evaluation import measuring
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.measuring import judged, rank_benchmark
from matcher.ranking.texts import numbers, tfidf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.evaluation.benchmark import Benchmark

SHARED = Path(__file__).parents[1].parent / "shared" / "benchmark"

VARIANTS: tuple[tuple[str, dict[str, float]], ...] = (
    ("the model as it is", {}),
    ("without similar calls", {"SIMILAR_WEIGHT": 0.0}),
    ("similar calls at half", {"SIMILAR_WEIGHT": 0.4}),
    ("similar calls at 1.2", {"SIMILAR_WEIGHT": 1.2}),
    ("without history", {"HISTORY_WEIGHT": 0.0}),
    ("without type of action", {"COORDINATION_WEIGHT": 0.0}),
    ("text alone", {"SIMILAR_WEIGHT": 0.0, "HISTORY_WEIGHT": 0.0, "COORDINATION_WEIGHT": 0.0}),
    ("without background", {"BACKGROUND_CALLS": 0.0, "BACKGROUND_PROJECTS": 0.0}),
    ("background of projects at 1.0", {"BACKGROUND_PROJECTS": 1.0}),
    ("description like keywords", {"DESCRIPTION": 1.0}),
    ("without description", {"DESCRIPTION": 0.0}),
    ("without French keywords", {"FRENCH": 0.0}),
    ("length floor 0.2", {"LENGTH_FLOOR": 0.2}),
    ("heading like text", {"HEADING": 1}),
)


def main(folders: list[Path]) -> None:
    for folder in folders:
        benchmark, qrels = load_benchmark(folder), load_qrels(folder)
        answers = judged(benchmark, qrels)
        print(f"\n{benchmark.name}: {len(benchmark.calls)} calls, {len(answers)} profiles")
        print(f"{'':32s}  nDCG@10   R@50    MAP   difference in nDCG@10")
        base = None
        for name, changes in VARIANTS:
            values = _measured(benchmark, answers, changes)
            base = values if base is None else base
            difference = values["ndcg@10"] - base["ndcg@10"]
            error = difference.std() / len(difference) ** 0.5
            figures = "  ".join(f"{values[m].mean():.4f}" for m in ("ndcg@10", "recall@50", "map"))
            print(f"{name:32s}  {figures}  {difference.mean():+.4f} ± {error:.4f}", flush=True)


def _measured(
    benchmark: Benchmark, answers: dict[str, dict[str, int]], changes: Mapping[str, float]
) -> measuring.Values:
    holder = {name: tfidf if name == "HEADING" else numbers for name in changes}
    before = {name: getattr(holder[name], name) for name in changes}
    try:
        for name, value in changes.items():
            setattr(holder[name], name, value)
        return measuring.per_profile(rank_benchmark(benchmark, "matcher").run, answers, list(answers))
    finally:
        for name, value in before.items():
            setattr(holder[name], name, value)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or [SHARED / "horizon-europe", SHARED / "h2020"])
