"""`matcher evaluate`: how good the ranking is on a benchmark folder."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.layout import styled, table
from matcher.cli.options import DayType
from matcher.cli.output import output_options, print_csv, print_json, say
from matcher.errors import StoreMissing, UsageError
from matcher.evaluation.benchmark import PARTS
from matcher.present.records import envelope

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.evaluation.benchmark import Benchmark, Qrels
    from matcher.evaluation.measuring import Measured

DEFAULT_MODELS = ("matcher", "naive", "bm25")
OWN_MODELS = ("matcher", "encoder")
"""The product's own, without and with the sentence encoder that is set: what can be learned anew."""


@click.command("evaluate")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, help="A ranker's name; may be repeated [matcher, naive, bm25].")
@click.option("--run", "run_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the TREC run here.")
@click.option("--calls", metavar="PATTERN", help="Candidates: only calls whose identifier matches, as '*-2014*'.")
@click.option(
    "--use",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="Parts of the profiles to use; may be repeated [all].",
)
@click.option(
    "--from-cordis",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="First build FOLDER from CORDIS's project.csv and organization.csv in this folder.",
)
@click.option("--cutoff", type=DayType(), help="With --from-cordis: history is before this day, wins are from it on.")
@click.option("--thresholds", is_flag=True, help="The share of wins that each minimum fit would show.")
@click.option(
    "--by", type=click.Choice(["size", "country", "programme", "kind"]), help="Break the first model's figures down."
)
@click.option(
    "--background",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Projects to learn from: a dump of CORDIS (zip, folder) or a database; may be repeated [none].",
)
@click.option("--signed-before", type=DayType(), help="With --background: only projects signed before this day.")
@click.option("--cross-validate", is_flag=True, help="Judge each topic by numbers learned on the others.")
@click.option(
    "--learn",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Learn the numbers of the chance from FOLDER's grades and write them into this file.",
)
@output_options
@click.pass_obj
def evaluate_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    folder: Path,
    models: tuple[str, ...],
    run_file: Path | None,
    calls: str | None,
    parts: tuple[str, ...],
    from_cordis: Path | None,
    cutoff: date | None,
    by: str | None,
    sources: tuple[str, ...],
    signed_before: date | None,
    cross_validate: bool,
    learn: Path | None,
    thresholds: bool,
    output: str | None,
) -> None:
    """Measure rankers on a benchmark FOLDER, with intervals and a paired test against each baseline."""
    from matcher.app.measuring.backgrounds import background_of
    from matcher.evaluation.benchmark import load_benchmark, load_qrels
    from matcher.evaluation.measuring import evaluate, run_path, trec_lines

    if from_cordis is not None:
        _build(home, from_cordis, folder, cutoff)
    benchmark = load_benchmark(folder, calls=calls)
    if parts:
        benchmark = benchmark.only(frozenset(parts))
    benchmark = replace(benchmark, known=background_of(sources, signed_before))
    if learn is not None:
        for model in [model for model in OWN_MODELS if model in models] or OWN_MODELS[:1]:
            _learn(_of_model(benchmark, model), load_qrels(folder), learn)
        return
    chosen = tuple(dict.fromkeys(models)) or DEFAULT_MODELS
    learned_anew = {*OWN_MODELS} & {*chosen} if cross_validate else set()
    others = [model for model in chosen if model not in learned_anew]
    found = {one.model: one for one in evaluate(benchmark, others, lambda: load_qrels(folder), say)}
    found |= {model: _cross_validated(benchmark, load_qrels(folder), model) for model in learned_anew}
    measured = [found[model] for model in chosen]
    if run_file is not None:
        for one in measured:
            path = run_path(run_file, one.model, chosen)
            path.write_text("".join(f"{line}\n" for line in trec_lines(one.run, one.model)), encoding="utf-8")
            say(f"wrote {path}")
    if output == "json":
        print_json(_record(benchmark, measured))
    elif output == "csv":
        print_csv(_rows(measured))
    else:
        click.echo(_text(benchmark, measured, by))
        if thresholds:
            click.echo("\n".join(_thresholds_text(one) for one in measured if one.thresholds))


def _of_model(benchmark: Benchmark, model: str) -> Benchmark:
    """A benchmark as one of the product's own models reads it."""
    from matcher.evaluation.rankers import every_call

    encoding = every_call() if model == "encoder" else None
    return replace(benchmark, known=replace(benchmark.known, encoding=encoding))


def _learn(benchmark: Benchmark, qrels: Qrels, file: Path) -> None:
    from matcher.evaluation.learning import learned_record

    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    kept[benchmark.known.numbers] = learned_record(benchmark, qrels)
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    kind = benchmark.known.numbers.replace("_", " ")
    say(f"{file}: learned {kind} from {len(benchmark.profiles)} topics of {benchmark.name}")


def _cross_validated(benchmark: Benchmark, qrels: Qrels, model: str) -> Measured:
    from matcher.evaluation.learning import cross_validated_run
    from matcher.evaluation.measuring import Ranked, measure, run_of

    say("learning anew without each topic")
    run = run_of(benchmark, cross_validated_run(_of_model(benchmark, model), qrels))
    return measure(benchmark, qrels, model, Ranked(run, log_odds=True))


def _build(home: Home, source: Path, folder: Path, cutoff: date | None) -> None:
    from matcher.evaluation.wins import build_benchmark

    if cutoff is None:
        raise UsageError("--from-cordis needs --cutoff DATE: projects signed before it are history, later ones wins.")
    try:
        with home.open_store(read_only=True) as store:
            known = list(store.calls.all())
    except StoreMissing:
        known = []
    built = build_benchmark(source, folder, cutoff, known)
    say(
        f"{folder}: {built.profiles} profiles, {built.documents} past projects, {built.calls} calls "
        f"({built.without_text} of them without text: fetch the archive first), {built.wins} wins; "
        f"{built.set_aside} rows set aside"
    )


def _means(one: Measured) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in one.values.items()}


def _record(benchmark: Benchmark, measured: list[Measured]) -> dict[str, Any]:
    from matcher.evaluation.measuring import comparisons, interval

    models = {
        one.model: {
            **_means(one),
            "profiles": len(one.values["map"]),
            "interval": {name: list(interval(values)) for name, values in one.values.items()},
            "by_size": one.by_size,
            "by_country": one.by_country,
            "by_programme": one.by_programme,
            "by_kind": one.by_kind,
            "thresholds": [asdict(threshold) for threshold in one.thresholds],
            **({"judgement": asdict(one.judgement)} if one.judgement else {}),
        }
        for one in measured
    }
    found = comparisons(measured)
    return envelope(benchmark=benchmark.name, calls=len(benchmark.candidates), models=models, comparisons=found)


def _rows(measured: list[Measured]) -> list[dict[str, Any]]:
    return [{"model": one.model, **_means(one), "profiles": len(one.values["map"])} for one in measured]


def _thresholds_text(one: Measured) -> str:
    rows = [(str(t.fit), f"{t.wins_shown:.3f}", f"{t.calls_shown:.0f}") for t in one.thresholds]
    return f"\n{one.model}: what a minimum fit shows\n" + table(("fit", "share of wins", "calls per profile"), rows)


def _judgement_text(one: Measured) -> str:
    found = one.judgement
    if found is None:
        return ""
    shown = [
        (str(s.fit), f"{s.calls:.1f}", f"{s.precision:.2f}", f"{s.of_grade_3:.2f}", f"{s.of_relevant:.2f}")
        for s in found.shown
    ]
    bins = [(f"{b.low:.1f}", str(b.pairs), f"{b.chance:.2f}", f"{b.relevant:.2f}") for b in found.bins]
    foreign = ", ".join(f"{kind} {share:.2f}" for kind, share in found.grade_0_in_10.items())
    summary = (
        f"{one.model}: average precision over all pairs {found.average_precision:.3f}, calibration error "
        f"{found.calibration_error:.3f}, of grade 3 in the first 20 {found.grade_3_in_20:.2f}, "
        f"grade 0 among the first 10: {foreign}"
    )
    return "\n".join(
        [
            "",
            summary,
            "",
            "What a minimum fit shows",
            table(("fit", "calls a topic", "precision", "of grade 3", "of grade 2 or 3"), shown),
            "",
            "What a fit means",
            table(("from", "pairs", "mean chance", "relevant"), bins),
        ]
    )


def _text(benchmark: Benchmark, measured: list[Measured], by: str | None) -> str:
    from matcher.evaluation.measuring import MEASURES, compare, interval

    rows = [
        (
            one.model,
            *(f"{v.mean():.3f} [{low:.3f}-{high:.3f}]" for v in one.values.values() for low, high in [interval(v)]),
        )
        for one in measured
    ]
    profiles = len(measured[0].values["map"])
    lines = [
        styled(
            f"{benchmark.name}: {len(benchmark.candidates)} calls, {profiles} profiles with wins among them", bold=True
        ),
        table(("model", *MEASURES), rows),
        "Means over profiles with 95% bootstrap intervals.",
    ]
    first, *others = measured
    for other in others:
        cells = [
            (c.measure, f"x {c.ratio:.2f}" if c.ratio else "—", f"{c.difference:+.4f}", f"{c.p_value:.4f}")
            for c in compare(first.values, other.values)
        ]
        lines += [
            "",
            f"{first.model} against {other.model}, paired permutation test",
            table(("measure", "ratio", "difference", "p"), cells),
        ]
    if by:
        groups: dict[str, dict[str, float]] = getattr(measured[0], f"by_{by}")
        counts = [
            (label, *(f"{row[name]:.3f}" for name in MEASURES), str(int(row["profiles"])))
            for label, row in groups.items()
        ]
        lines += ["", f"{measured[0].model} by {by}", table((by, *MEASURES, "profiles"), counts)]
    lines += filter(None, map(_judgement_text, measured))
    return "\n".join(lines)
