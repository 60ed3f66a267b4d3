"""`matcher rank` for several institutes or labs: side by side, or each call once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.answering.joint_ranking import side_by_side, together
from matcher.cli.layout import heading, table
from matcher.cli.output import match_block, part_heading, partly, print_csv, print_json, print_note
from matcher.cli.spoken_language import spoken, tr
from matcher.model.families import by_part
from matcher.present.call_rows import MATCH_COLUMNS, match_row
from matcher.present.facts import day
from matcher.present.records import away_records, envelope, match_record, part_records, sample_label

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.answers import JointRanking, Ranking
    from matcher.model.question import Question


def show_side_by_side(home: Home, question: Question, output: str | None) -> int:
    """Print what suits each, one beside the other; the exit code."""
    rankings, problems = side_by_side(home, question)
    first, explained = rankings[0], question.explain
    label = sample_label(first.sample)
    if output == "json":
        listed = [
            {
                "institute": ranking.institute,
                "matches": [match_record(m, ranking.as_of, explained=explained) for m in ranking.matches],
                **away_records(ranking.away),
            }
            for ranking in rankings
        ]
        print_json(envelope(as_of=first.as_of.isoformat(), **label, institutes=listed))
    elif output == "csv":
        rows = ({**match_row(m, one.institute, one.as_of), **label} for one in rankings for m in one.matches)
        print_csv(rows, (*MATCH_COLUMNS, *label))
    else:
        _print_columns(rankings)
    return partly(problems)


def _print_columns(rankings: tuple[Ranking, ...]) -> None:
    print_note(rankings[0].sample)
    when = day(rankings[0].as_of, spoken())
    click.echo(heading(tr("Best calls as of {day}, with their fits", day=when)) + "\n")
    deepest = max(len(ranking.matches) for ranking in rankings)
    cells = [
        [f"{match.fit} {match.call.identifier}" for match in one.matches] + [""] * (deepest - len(one.matches))
        for one in rankings
    ]
    rows = [(str(place), *line) for place, line in enumerate(zip(*cells, strict=True), 1)]
    click.echo(table(("", *(one.institute or one.name for one in rankings)), rows))


def show_together(home: Home, question: Question, output: str | None, *, grouped: bool = False) -> int:
    """Print what suits any of them, each call once with the fit for each; `grouped` by parts of programmes.

    Returns the exit code.
    """
    found = together(home, question)
    label = sample_label(found.sample)
    if output == "json":
        listed = [
            {
                **match_record(one.match, found.as_of, explained=question.explain),
                "institutes": [{"institute": name, "fit": fit} for name, fit in one.fits],
            }
            for one in found.matches
        ]
        groups = part_records(one.match.call for one in found.matches) if grouped else {}
        print_json(envelope(as_of=found.as_of.isoformat(), **label, matches=listed, **groups))
    elif output == "csv":
        rows = (
            {**match_row(one.match, one.match.institute, found.as_of), "institutes": _fits(one.fits), **label}
            for one in found.matches
        )
        print_csv(rows, (*MATCH_COLUMNS, "institutes", *label))
    else:
        _print_list(found, explain=question.explain, grouped=grouped)
    return partly(found.problems)


def _print_list(found: JointRanking, *, explain: bool, grouped: bool) -> None:
    print_note(found.sample)
    names = ", ".join(one.institute or one.name for one in found.rankings)
    click.echo(heading(tr("{name}: best calls as of {day}", name=names, day=day(found.as_of, spoken()))))
    for part, members in by_part(found.matches, lambda one: one.match.call) if grouped else [(None, found.matches)]:
        if grouped:
            click.echo("\n" + part_heading(part))
        for one in members:
            click.echo("\n" + match_block(one.match, found.as_of, explain))
            click.echo(" " * 14 + tr("fits {fits}", fits=_fits(one.fits)))
    if not found.matches:
        click.echo("\n" + tr("No call suits any of them. Try --status all, or a lower --min-fit."))


def _fits(fits: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} {fit}" for name, fit in fits)
