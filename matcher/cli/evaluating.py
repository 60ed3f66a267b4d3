"""`matcher evaluate`: how good the ranking is on a benchmark folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.options import DayType
from matcher.cli.output import output_options, print_csv, print_json, say, styled, table
from matcher.errors import StoreMissing, UsageError
from matcher.evaluation.benchmark import PARTS
from matcher.present.records import envelope

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.evaluation.benchmark import Benchmark
    from matcher.evaluation.measuring import Measured

DEFAULT_MODELS = ("matcher", "naive", "bm25")


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
@click.option("--by", type=click.Choice(["size", "country", "programme"]), help="Break the first model's figures down.")
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
    thresholds: bool,
    output: str | None,
) -> None:
    """Measure rankers on a benchmark FOLDER, with intervals and a paired test against each baseline."""
    from matcher.evaluation.benchmark import load_benchmark, load_qrels
    from matcher.evaluation.measuring import evaluate, run_path, trec_lines

    if from_cordis is not None:
        _build(home, from_cordis, folder, cutoff)
    benchmark = load_benchmark(folder, calls=calls)
    if parts:
        benchmark = benchmark.only(frozenset(parts))
    chosen = tuple(dict.fromkeys(models)) or DEFAULT_MODELS
    measured = evaluate(benchmark, chosen, lambda: load_qrels(folder), say)
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
            click.echo(_thresholds_text(measured[0]))


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
            "thresholds": [asdict(threshold) for threshold in one.thresholds],
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
    return "\n".join(lines)
