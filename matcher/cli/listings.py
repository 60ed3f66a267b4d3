"""`matcher calls` and `institutes`: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from matcher.cli.output import output_options, print_csv, print_json, say
from matcher.cli.render import table
from matcher.cli.values import as_of_option, filter_options
from matcher.model.question import call_filter
from matcher.present.records import CALL_FIELDS, call_record, envelope, institute_record, label_text, sample_label
from matcher.present.wording import action_codes, day, money, status_text

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Matcher


@click.command("calls")
@click.argument("words", nargs=-1)
@filter_options
@as_of_option
@output_options
@click.pass_obj
def calls_command(
    app: Matcher, /, words: tuple[str, ...], as_of: date | None, output: str | None, **filters: Any
) -> None:
    """List the live calls, or those whose identifier or title holds every one of WORDS."""
    listing = app.calls(call_filter(**filters, words=words), as_of=as_of)
    records = (call_record(call, listing.as_of) for call in listing.calls)
    label = sample_label(listing.sample)
    if output == "json":
        print_json(envelope(as_of=listing.as_of.isoformat(), **label, calls=list(records)))
    elif output == "csv":
        print_csv(({**record, **label} for record in records), (*CALL_FIELDS, *label))
    else:
        if listing.sample:
            click.echo(f"Note: {listing.sample}\n")
        rows = [
            (
                call.identifier,
                status_text(call, listing.as_of),
                day(following.date) if (following := call.next_deadline(listing.as_of)) else "—",
                action_codes(call.actions[:1]),
                money(call.budget_eur),
                call.title,
            )
            for call in listing.calls
        ]
        click.echo(table(("call", "status", "next deadline", "action", "budget", "title"), rows))
        say(f"{len(rows)} calls as of {day(listing.as_of)}")


@click.command("institutes")
@output_options
@click.pass_obj
def institutes_command(app: Matcher, output: str | None) -> None:
    """List the institutes that calls are matched for."""
    records = [institute_record(i) for i in app.institutes]
    if output == "json":
        print_json(envelope(institutes=records))
    elif output == "csv":
        print_csv(records)
    else:
        rows = [
            (i.identifier, label_text(i.label_2015), label_text(i.label_current), str(len(i.keywords_en)), i.name_en)
            for i in app.institutes
        ]
        click.echo(table(("institute", "2015", "today", "skills", "name"), rows))
