"""How well rankers do on a benchmark: measures, intervals, paired comparisons."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import ir_measures
import numpy as np
from ir_measures import AP, RR, P, R, nDCG
from scipy import stats

from matcher.errors import BenchmarkError
from matcher.evaluation.judging import RELEVANT, Judgement, judgement
from matcher.evaluation.rankers import load_ranker
from matcher.model.programmes import programme_cluster
from matcher.ranking.needs.chance import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from matcher.evaluation.benchmark import Benchmark, Qrels

_GAIN = nDCG @ 10


def _measures(least: int) -> dict[str, Any]:
    """Every measure but nDCG; what is relevant has at least that grade."""
    return {
        "p@5": P(rel=least) @ 5,
        "p@10": P(rel=least) @ 10,
        "recall@10": R(rel=least) @ 10,
        "recall@50": R(rel=least) @ 50,
        "map": AP(rel=least),
        "mrr": RR(rel=least),
    }


MEASURES = ("ndcg@10", *_measures(1))

RESAMPLES = 2_000
"""Bootstrap resamples and permutations: enough for two digits of an interval or a p-value."""

Run = dict[str, dict[str, float]]
"""profile → call → score."""

Values = dict[str, "npt.NDArray[np.float64]"]
"""measure → one value per profile, all in the same order of profiles."""


def per_profile(run: Run, qrels: Qrels, profiles: Sequence[str]) -> Values:
    """Each measure for each of the profiles; a profile without any ranked call scores 0."""
    values = {name: dict.fromkeys(profiles, 0.0) for name in MEASURES}
    measures = _measures(least_grade(qrels))
    names = {measure: name for name, measure in measures.items()}
    for result in ir_measures.iter_calc(list(measures.values()), {p: qrels[p] for p in profiles}, run):
        values[names[result.measure]][result.query_id] = result.value
    gains = {p: {call: 2**grade - 1 for call, grade in qrels[p].items()} for p in profiles}
    for result in ir_measures.iter_calc([_GAIN], gains, run):
        values["ndcg@10"][result.query_id] = result.value
    return {name: np.array([by_profile[p] for p in profiles]) for name, by_profile in values.items()}


def least_grade(qrels: Qrels) -> int:
    """The grade from which on a call counts as relevant: 1 where wins are all that is known."""
    return RELEVANT if any(grade > 1 for grades in qrels.values() for grade in grades.values()) else 1


def interval(values: npt.NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of the mean over profiles (percentile method)."""
    if len(values) < 2 or np.ptp(values) == 0:
        return float(values.mean()), float(values.mean())
    result = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(seed)
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model against another on the same profiles: ratio of the means, mean difference and p-value."""

    measure: str
    ratio: float | None  # None where the other's mean is 0
    difference: float
    p_value: float


def compare(values: Values, other: Values, seed: int = 0) -> list[Comparison]:
    """Paired, two-sided permutation test over profiles (Smucker et al., CIKM 2007), for each measure."""
    return [_compared(name, values[name], other[name], seed) for name in values]


def by_group(values: Values, profiles: Sequence[str], groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Means of each measure over the profiles of each group, with how many there are."""
    labels = np.array([groups[p] for p in profiles])
    table: dict[str, dict[str, float]] = {}
    for label in sorted(set(labels.tolist())):
        chosen = labels == label
        table[label] = {name: float(v[chosen].mean()) for name, v in values.items()} | {"profiles": int(chosen.sum())}
    return table


def _compared(name: str, mine: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64], seed: int) -> Comparison:
    difference = mine - theirs
    mean = float(theirs.mean())
    return Comparison(
        measure=name,
        ratio=float(mine.mean()) / mean if mean > 0 else None,
        difference=float(difference.mean()),
        p_value=_sign_flip_p(difference, seed),
    )


def _sign_flip_p(difference: npt.NDArray[np.float64], seed: int) -> float:
    """Share of random sign flips with a mean difference as large as the real one (Phipson & Smyth's +1)."""
    rng = np.random.default_rng(seed)
    observed = abs(difference.mean())
    signs = rng.choice((-1.0, 1.0), size=(RESAMPLES, len(difference)))
    flipped = np.abs((signs * difference).mean(axis=1))
    return float((np.count_nonzero(flipped >= observed - 1e-12) + 1) / (RESAMPLES + 1))


FITS = (0, 1, 2, 5, 10, 20, 30, 50, 70)

DEPTH = 1000
"""Calls kept per profile in a run, as is usual in TREC."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a minimum fit would show: the share of later wins, and the mean number of calls per profile."""

    fit: int
    wins_shown: float
    calls_shown: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One model on one benchmark: its run, a value per profile and measure, and means by group."""

    model: str
    run: Run
    values: Values
    by_size: dict[str, dict[str, float]]
    by_country: dict[str, dict[str, float]]
    by_programme: dict[str, dict[str, float]]
    by_kind: dict[str, dict[str, float]]
    thresholds: list[Threshold]  # where scores are log-odds: any other score has no fit
    judgement: Judgement | None = None  # where calls are graded too


@dataclass(frozen=True, slots=True)
class Ranked:
    """The run of one ranker, and whether its scores are log-odds."""

    run: Run
    log_odds: bool = False


def rank_benchmark(benchmark: Benchmark, model: str) -> Ranked:
    """The run of one ranker: its best calls for each profile. No answers are at hand here."""
    ranker = load_ranker(model, benchmark.known)
    scores = ranker.rank_scores(benchmark.calls, benchmark.profiles)
    if scores.shape != (len(benchmark.profiles), len(benchmark.calls)) or not np.isfinite(scores).all():
        raise BenchmarkError(f"The ranker {model!r} gave scores of shape {scores.shape}, or some that are not finite.")
    return Ranked(run_of(benchmark, scores), getattr(ranker, "gives_log_odds", False))


def run_of(benchmark: Benchmark, scores: npt.NDArray[np.float64]) -> Run:
    """(profiles, calls) scores of all calls as a run of the candidates."""
    columns = [i for i, call in enumerate(benchmark.calls) if call.identifier in benchmark.candidates]
    names = [benchmark.calls[i].identifier for i in columns]
    return {p.identifier: _best(row[columns], names) for p, row in zip(benchmark.profiles, scores, strict=True)}


def measure(benchmark: Benchmark, qrels: Qrels, model: str, ranked: Ranked) -> Measured:
    """Metrics of a run, over the profiles that have at least one relevant call.

    Profiles that say in another language what a counted one says are in `by_kind` only.
    """
    run, answers = ranked.run, judged(benchmark, qrels)
    kinds = {p: benchmark.groups[p]["kind"] for p in answers}
    profiles = [p for p in answers if "(" not in kinds[p]]
    values = per_profile(run, answers, profiles)
    graded = least_grade(answers) > 1
    return Measured(
        model=model,
        run=run,
        values=values,
        by_size=by_group(values, profiles, {p: benchmark.groups[p]["size"] for p in profiles}),
        by_country=by_group(values, profiles, {p: benchmark.groups[p]["country"] for p in profiles}),
        by_programme=_by_programme({p: answers[p] for p in profiles}, run),
        by_kind=by_group(per_profile(run, answers, list(answers)), list(answers), kinds),
        thresholds=_thresholds(answers, run, len(benchmark.candidates)) if ranked.log_odds else [],
        judgement=judgement(answers, run, profiles, kinds) if graded and ranked.log_odds else None,
    )


def judged(benchmark: Benchmark, qrels: Qrels) -> Qrels:
    """The answers that concern this benchmark's calls and profiles; profiles without any are left out."""
    answers = {
        p.identifier: {c: r for c, r in qrels.get(p.identifier, {}).items() if c in benchmark.candidates and r > 0}
        for p in benchmark.profiles
    }
    answers = {profile: relevant for profile, relevant in answers.items() if relevant}
    if not answers:
        raise BenchmarkError(
            f"{benchmark.name}: no profile of the benchmark has a win among its calls; nothing can be measured."
        )
    return answers


def trec_lines(run: Run, model: str) -> Iterable[str]:
    """A run in TREC form: `profile Q0 call rank score model`; a score in full, as tools sort by it."""
    for profile, scores in run.items():
        for rank, (call, score) in enumerate(sorted(scores.items(), key=lambda x: (-x[1], x[0])), 1):
            yield f"{profile} Q0 {call} {rank} {score!r} {model}"


def run_path(path: Path, model: str, models: Sequence[str]) -> Path:
    """Where a model's run goes: the path asked for, with the model's name in it when there are several."""
    return path if len(models) == 1 else path.with_name(f"{path.stem}.{model}{path.suffix}")


def evaluate(
    benchmark: Benchmark,
    models: Sequence[str],
    answers: Callable[[], Qrels],
    progress: Callable[[str], None],
) -> list[Measured]:
    """Rank with every model first, then read the answers and measure."""
    runs = {}
    for model in models:
        progress(f"ranking {len(benchmark.calls)} calls for {len(benchmark.profiles)} profiles with {model}")
        runs[model] = rank_benchmark(benchmark, model)
    qrels = answers()
    return [measure(benchmark, qrels, model, ranked) for model, ranked in runs.items()]


def comparisons(measured: Sequence[Measured]) -> list[dict[str, object]]:
    """The first model against each of the others, a record for each measure: ratio, mean difference, p-value."""
    first, *others = measured
    return [
        {"model": first.model, "against": other.model, **asdict(compared)}
        for other in others
        for compared in compare(first.values, other.values)
    ]


def _best(row: npt.NDArray[np.float64], names: Sequence[str]) -> dict[str, float]:
    """The best calls with strictly falling scores, so that every tool breaks ties as the order here does."""
    order = np.lexsort((np.array(names), -row))[:DEPTH]
    return {names[i]: float(row[i]) - 1e-9 * place for place, i in enumerate(order.tolist())}


def _thresholds(answers: Qrels, run: Run, calls: int) -> list[Threshold]:
    """Wins at or above each fit, and how many calls are; what a run leaves out has a fit of 0."""
    listed = {p: dict(zip(run[p], percent(np.array(list(run[p].values()))).tolist(), strict=True)) for p in answers}
    won = np.array([listed[p].get(call, 0) for p, relevant in answers.items() for call in relevant])
    shown = np.concatenate([np.array(list(fits.values())) for fits in listed.values()])
    return [
        Threshold(fit, float((won >= fit).mean()), float((shown >= fit).sum() / len(listed)) if fit else calls)
        for fit in FITS
    ]


def _by_programme(answers: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Measures per part of the programme, counting only the wins in it (`HORIZON-CL4`)."""
    parts: dict[str, Qrels] = {}
    for profile, relevant in answers.items():
        for call, relevance in relevant.items():
            parts.setdefault(programme_cluster(call), {}).setdefault(profile, {})[call] = relevance
    table = {}
    for part, wins in sorted(parts.items()):
        values = per_profile(run, wins, list(wins))
        table[part] = {name: float(v.mean()) for name, v in values.items()} | {"profiles": len(wins)}
    return table
