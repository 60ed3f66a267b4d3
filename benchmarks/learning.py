"""`python -m benchmarks.learning [--projects ZIP] [FOLDER]`: what a list learns of ten decisions, by simulation.

For each judged topic the first ten of the product's list (each topic by numbers learned on the others) are decided by
their grades: 2 and 3 keep, 0 dismisses as another field, 1 is left undecided. The list is then scored anew, and
measured by nDCG@10 (gain 2^g - 1) over the calls that were not among those ten; the same after three rounds of ten,
and with one or two decisions turned around. Topics without a relevant call left unseen are left out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.grown import SHARED
from matcher.app.measuring.backgrounds import background_of
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.judging import RELEVANT
from matcher.evaluation.learning import cross_validated, index_of, judged_of
from matcher.ranking.scores.feedback import Example, feedback_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index

Doubles = npt.NDArray[np.float64]

FIRST = 10
SEED = 0
DRAWS = 2000
FEW = 5
"""Topics: an interval over fewer tells nothing."""


@dataclass(frozen=True)
class Judged:
    """`scores` and `grades` are (topics, calls); `kinds` (topics,) is institute, group or text."""

    index: Index
    rows: list[int]
    scores: Doubles
    grades: npt.NDArray[np.int64]
    kinds: list[str]


def judged(folder: Path, sources: Sequence[str]) -> Judged:
    benchmark = load_benchmark(folder)
    if sources:
        benchmark = replace(benchmark, known=background_of(sources, None))
    qrels = load_qrels(folder)
    index = index_of(benchmark)
    told = judged_of(benchmark, qrels, index)
    rows = [row for call in benchmark.calls if (row := index.row(call.identifier)) is not None]
    kinds = [benchmark.groups[profile.identifier]["kind"] for profile in benchmark.profiles]
    return Judged(index, rows, cross_validated(told), told.grades, kinds)


def ndcg(scores: Doubles, grades: npt.NDArray[np.int64]) -> float:
    """nDCG@10 with gains 2^g - 1."""
    discount = 1 / np.log2(np.arange(2, FIRST + 2))
    gains = 2.0 ** grades[np.argsort(-scores, kind="stable")[:FIRST]] - 1
    ideal = 2.0 ** np.sort(grades)[::-1][:FIRST] - 1
    best = float(ideal @ discount[: len(ideal)])
    return float(gains @ discount[: len(gains)]) / best if best else 0.0


def simulated(
    known: Judged, topic: int, rounds: int, wrong: int, rng: np.random.Generator
) -> tuple[float, float] | None:
    """nDCG@10 over the unseen calls, before and after learning; None where nothing relevant is unseen."""
    scores, grades = known.scores[topic], known.grades[topic]
    seen: list[int] = []
    learned = scores
    examples: list[Example] = []
    for _ in range(rounds):
        unseen = np.setdiff1d(np.arange(len(scores)), seen)
        shown = unseen[np.argsort(-learned[unseen], kind="stable")[:FIRST]].tolist()
        seen += shown
        decided = [place for place in shown if grades[place] != 1]
        turned = set(rng.permutation(decided)[:wrong].tolist()) if not examples else set()
        examples += [Example(known.rows[p], bool((grades[p] >= RELEVANT) != (p in turned))) for p in decided]
        found = feedback_of(known.index, examples)
        learned = scores if found is None else scores + found.total[known.rows]
    unseen = np.setdiff1d(np.arange(len(scores)), seen)
    if not (grades[unseen] >= RELEVANT).any():
        return None
    return ndcg(scores[unseen], grades[unseen]), ndcg(learned[unseen], grades[unseen])


def interval(before: Doubles, after: Doubles) -> str:
    """The change of the mean in percent, with a bootstrap interval over topics."""
    change = f"{after.mean() / before.mean() - 1:+.1%}"
    if len(before) < FEW:
        return f"{change} (too few)"
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(len(before), size=(DRAWS, len(before)))
    former = before[drawn].mean(axis=1)
    if not former.all():  # topics without anything before are so many that some draws have no others
        return f"{change} (too few)"
    low, high = np.percentile(after[drawn].mean(axis=1) / former - 1, [2.5, 97.5])
    return f"{change} ({low:+.1%} to {high:+.1%})"


def table(known: Judged) -> list[tuple[str, ...]]:
    """A line for each number of rounds and wrong decisions, and for each kind of topic."""
    lines: list[tuple[str, ...]] = []
    kinds = sorted({kind for kind in known.kinds if "(" not in kind})
    english = [topic for topic, kind in enumerate(known.kinds) if kind in kinds]
    for rounds, wrong in ((1, 0), (1, 1), (1, 2), (3, 0), (3, 2)):
        rng = np.random.default_rng(SEED)
        turns = 5 if wrong else 1
        found = {t: [simulated(known, t, rounds, wrong, rng) for _ in range(turns)] for t in english}
        pairs = {t: np.mean([p for p in some if p], axis=0) for t, some in found.items() if any(some)}
        for kind in ["all", *kinds]:
            chosen = np.array([pair for t, pair in pairs.items() if kind in {"all", known.kinds[t]}])
            before, after = chosen[:, 0], chosen[:, 1]
            change = interval(before, after)
            lines.append(
                (
                    f"{rounds} × 10",
                    str(wrong),
                    kind,
                    str(len(chosen)),
                    f"{before.mean():.3f}",
                    f"{after.mean():.3f}",
                    change,
                )
            )
    return lines


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    zipped = sys.argv[sys.argv.index("--projects") + 1] if "--projects" in sys.argv else None
    folder = Path(next((word for word in words if word != zipped), SHARED / "benchmark" / "judged"))
    known = judged(folder, [zipped] if zipped else [])
    print("| decided | wrong | topics | number | before | after | change |\n|---|---|---|---|---|---|---|")
    for line in table(known):
        print("| " + " | ".join(line) + " |", flush=True)


if __name__ == "__main__":
    main()
