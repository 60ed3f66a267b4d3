"""`python -m benchmarks.learning [--projects ZIP] [FOLDER]`: what a list learns of ten decisions, by simulation.

For each judged topic the first ten of the product's list (each topic by numbers learned on the others) are decided by
their grades: 2 and 3 keep, 0 dismisses as another field, 1 is left undecided. The list is then scored anew, and
measured by nDCG@10 (gain 2^g - 1) over the calls that were not among those ten; the same after three rounds of ten,
and with one or two decisions turned around. Topics without a relevant call left unseen are left out.

Where a list of ten ends is chance in part, so that the change of all topics is taken once more on the mean of `NOISY`
lists that differ from the product's by a little noise.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from benchmarks.grown import SHARED
from matcher.app.measuring.backgrounds import background_of
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.judging import RELEVANT, judgement
from matcher.evaluation.learning import cross_validated, index_of, judged_of
from matcher.ranking.scores.feedback import Example, feedback_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index

Doubles = npt.NDArray[np.float64]

FIRST = 10
SEED = 0
DRAWS = 2000
TURNS = 5
"""Draws of which decisions are wrong."""

FEW = 5
"""Topics: an interval over fewer tells nothing."""

NOISY = 20
NOISE = 0.4
"""Log-odds, one standard deviation: some places near the end of a list of ten."""

SIMULATED = ((1, 0), (1, 1), (1, 2), (3, 0), (3, 2))
"""(rounds, wrong decisions in the first one)"""


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


@dataclass(frozen=True)
class Unseen:
    """(calls,) of one topic, those that no round showed: scores before and after learning, and grades."""

    before: Doubles
    after: Doubles
    grades: npt.NDArray[np.int64]

    @property
    def ndcg(self) -> tuple[float, float]:
        return ndcg(self.before, self.grades), ndcg(self.after, self.grades)


def simulated(known: Judged, topic: int, rounds: int, wrong: int, rng: np.random.Generator) -> Unseen:
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
    return Unseen(scores[unseen], learned[unseen], grades[unseen])


def interval(before: Doubles, after: Doubles) -> str:
    """The change of the mean in percent, with a bootstrap interval over topics."""
    if not before.any():
        return "– (nothing before)"
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
    for rounds, wrong in SIMULATED:
        pairs = before_and_after(known, rounds, wrong)
        for kind in ["all", *sorted({known.kinds[topic] for topic in pairs})]:
            chosen = np.array([pair for topic, pair in pairs.items() if kind in {"all", known.kinds[topic]}])
            before, after = chosen[:, 0], chosen[:, 1]
            means = (f"{before.mean():.3f}", f"{after.mean():.3f}")
            lines.append((f"{rounds} × 10", str(wrong), kind, str(len(chosen)), *means, interval(before, after)))
    return lines


def before_and_after(
    known: Judged, rounds: int, wrong: int, seed: int = SEED, turns: int = TURNS
) -> dict[int, Doubles]:
    """(2,) nDCG@10 of each English topic, before and after, on the mean of `turns` draws of the wrong decisions."""
    rng = np.random.default_rng(seed)
    found: dict[int, Doubles] = {}
    for topic in english(known):
        drawn = [simulated(known, topic, rounds, wrong, rng) for _ in range(turns if wrong else 1)]
        if pairs := [one.ndcg for one in drawn if (one.grades >= RELEVANT).any()]:
            found[topic] = np.mean(pairs, axis=0)
    return found


def english(known: Judged) -> list[int]:
    return [topic for topic, kind in enumerate(known.kinds) if "(" not in kind]


def change(known: Judged, rounds: int, wrong: int) -> float:
    """Of the mean over topics, as a share."""
    before, after = np.mean(list(before_and_after(known, rounds, wrong).values()), axis=0)
    return float(after / before - 1)


def noisy_change(known: Judged, rounds: int, wrong: int) -> float:
    """The same of the mean over `NOISY` lists too."""
    means = []
    for seed in range(NOISY):
        noise = np.random.default_rng(seed).normal(0, NOISE, known.scores.shape)
        found = before_and_after(replace(known, scores=known.scores + noise), rounds, wrong, seed, turns=1)
        means.append(np.mean(list(found.values()), axis=0))
    before, after = np.mean(means, axis=0)
    return float(after / before - 1)


def calibration_errors(known: Judged) -> tuple[float, float]:
    """Of all calls that one round did not show, before and after learning."""
    unseen = {str(t): simulated(known, t, 1, 0, np.random.default_rng(SEED)) for t in english(known)}
    grades = {topic: _named(one.grades) for topic, one in unseen.items()}
    kinds = {topic: known.kinds[int(topic)] for topic in unseen}
    before = judgement(grades, {topic: _named(one.before) for topic, one in unseen.items()}, [*unseen], kinds)
    after = judgement(grades, {topic: _named(one.after) for topic, one in unseen.items()}, [*unseen], kinds)
    return before.calibration_error, after.calibration_error


def _named(values: npt.NDArray[Any]) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(values.tolist())}


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    zipped = sys.argv[sys.argv.index("--projects") + 1] if "--projects" in sys.argv else None
    folder = Path(next((word for word in words if word != zipped), SHARED / "benchmark" / "judged"))
    known = judged(folder, [zipped] if zipped else [])
    print("| decided | wrong | topics | number | before | after | change |\n|---|---|---|---|---|---|---|")
    for line in table(known):
        print("| " + " | ".join(line) + " |", flush=True)
    before, after = calibration_errors(known)
    print(f"Calibration error over the calls that one round did not show: {before:.3f} before, {after:.3f} after")
    print(f"All topics, on the mean of {NOISY} lists with noise of {NOISE} log-odds:")
    for rounds, wrong in SIMULATED:
        print(f"  {rounds} × 10, {wrong} wrong: {noisy_change(known, rounds, wrong):+.1%}", flush=True)


if __name__ == "__main__":
    main()
