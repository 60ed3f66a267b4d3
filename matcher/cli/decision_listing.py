"""`matcher decisions`: what institutes made of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app import decided
from matcher.cli.layout import table
from matcher.cli.options import DayType, as_of_option
from matcher.cli.output import output_options, print_csv, print_json, say
from matcher.model.decision import STATES, DecisionQuestion
from matcher.present.decision_shapes import DECISION_FIELDS, entry_record, listing_records
from matcher.present.records import envelope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.decision import DecisionListing, Entry


@click.command("decisions")
@click.argument("institute", required=False)
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="May be repeated.")
@click.option("--since", type=DayType(), help="Decided from this day on.")
@click.option("--history", "whole", is_flag=True, help="Every act of INSTITUTE, also those taken back, newest first.")
@as_of_option
@output_options
@click.pass_obj
def decisions_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    institute: str | None,
    states: tuple[str, ...],
    since: date | None,
    whole: bool,
    as_of: date | None,
    output: str | None,
) -> None:
    """What INSTITUTE decided on calls, or every institute of the network: there no person is named."""
    question = DecisionQuestion(institute, frozenset(states), since, as_of)
    if whole:
        _show_history(decided.history(home, question), output)
    else:
        _show(decided.listing(home, question), output)


def _show(listing: DecisionListing, output: str | None) -> None:
    records = list(listing_records(listing))
    if output == "json":
        print_json(envelope(as_of=listing.as_of.isoformat(), decisions=records))
    elif output == "csv":
        print_csv(records, DECISION_FIELDS)
    else:
        columns = ("call", "institute", "decision", "reason", "assigned", "state", "note", "by", "at")
        rows = [[_cell(record[name]) for name in columns] for record in records]
        click.echo(table(columns, rows))
        say(f"{len(records)} decisions and notes")


def _show_history(entries: Sequence[Entry], output: str | None) -> None:
    records = [entry_record(entry) for entry in entries]
    if output == "json":
        print_json(envelope(history=records))
    elif output == "csv":
        print_csv(records)
    else:
        columns = ("at", "institute", "call", "act", "value", "detail", "by")
        rows = [
            [
                _cell(("undo " if name == "act" and record["undone"] else "") + str(record[name] or ""))
                for name in columns
            ]
            for record in records
        ]
        click.echo(table(columns, rows))


def _cell(value: object) -> str:
    return str(value) if value else "—"
