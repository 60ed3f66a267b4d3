"""`matcher calls`: what is listed, and searched for by words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from matcher.app import lookup
from matcher.cli.layout import paragraphs, styled, table
from matcher.cli.options import as_of_option, filter_options, question_of, search_options
from matcher.cli.output import output_options, print_csv, print_json, print_note, say
from matcher.errors import shorten
from matcher.model.searched import LIMIT
from matcher.present.call_rows import LISTED_COLUMNS, listed_row
from matcher.present.decision_shapes import about_records
from matcher.present.decision_words import decided_line
from matcher.present.facts import action_codes, day, money, status_text
from matcher.present.records import call_record, envelope, outcome_record, sample_label

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.answers import CallListing
    from matcher.model.call import Call
    from matcher.model.searched import SearchOutcome


@click.command("calls")
@click.argument("words", nargs=-1)
@search_options
@filter_options
@as_of_option
@output_options
@click.pass_obj
def calls_command(home: Home, /, output: str | None, **asked: Any) -> None:
    """List the live calls, or search them: those that hold all of WORDS, best first.

    Title, identifier, keywords and text are searched, in English and French, in any form of a word: "batteries"
    finds "battery", "capteurs" finds "sensors". Identifiers may be cut or misspelt.
    """
    question = question_of(None, asked, explain=True)
    if question.search and question.limit is None:
        question = replace(question, limit=LIMIT)
    listing = lookup.calls(home, question)
    label = sample_label(listing.sample)
    if output == "json":
        _print_json(listing, label)
    elif output == "csv":
        rows = (
            {**listed_row(call, listing.decisions.get(call.identifier, ()), listing.as_of), **label}
            for call in listing.calls
        )
        print_csv(rows, (*LISTED_COLUMNS, *label))
    else:
        print_note(listing.sample)
        if listing.outcome is None:
            _print_table(listing)
        else:
            _print_found(listing, listing.outcome, " ".join(asked["words"]))


def _print_json(listing: CallListing, label: dict[str, Any]) -> None:
    records = [call_record(call, listing.as_of) for call in listing.calls]
    for record in records:
        record["decisions"] = about_records(listing.decisions.get(record["call"], ()))
    about: dict[str, Any] = {}
    if listing.outcome is not None:
        about = outcome_record(listing.outcome)
        for record in records:
            record["sentence"] = listing.outcome.sentences.get(record["call"])
    print_json(envelope(as_of=listing.as_of.isoformat(), **label, **about, calls=records))


def _print_table(listing: CallListing) -> None:
    rows = [
        (
            " · ".join([call.title, *_decided(listing, call)]),
            call.identifier,
            status_text(call, listing.as_of),
            day(following.date) if (following := call.next_deadline(listing.as_of)) else "—",
            action_codes(call.actions[:1]),
            money(call.budget_eur),
        )
        for call in listing.calls
    ]
    click.echo(table(("title", "call", "status", "next deadline", "action", "budget"), rows))
    say(f"{len(rows)} calls as of {day(listing.as_of)}")


def _decided(listing: CallListing, call: Call) -> list[str]:
    """`brgm: kept`: what each institute made of a call."""
    return [decided_line(one) for one in listing.decisions.get(call.identifier, ())]


def _print_found(listing: CallListing, outcome: SearchOutcome, asked: str) -> None:
    if outcome.guessed:
        click.echo(f"No call is named {asked}; these are nearly spelt so.\n")
    for call in listing.calls:
        block = _found_block(call, outcome.sentences.get(call.identifier), listing.as_of)
        said = [line for one in _decided(listing, call) for line in paragraphs(one, "    ")]
        click.echo("\n".join([block, *said]) + "\n")
    if not listing.calls:
        click.echo(nothing_found("call", outcome))
    more = f"; --limit {outcome.found} shows all" if outcome.found > len(listing.calls) else ""
    say(f"{len(listing.calls)} of {outcome.found} calls as of {day(listing.as_of)}{more}")


def nothing_found(what: str, outcome: SearchOutcome) -> str:
    """Why a search found nothing, and what may be meant."""
    if outcome.elsewhere:
        return f"No {what} that passes the filters has all of these words; {outcome.elsewhere} others do: --status all."
    if not outcome.missing:
        return f"No {what} has all of these words; each of them alone is there. Try fewer."
    lines = []
    for word, near in outcome.missing.items():
        hint = f"; near it: {', '.join(near)}" if near else ""
        lines.append(f"No {what} has the word {shorten(word)}{hint}.")
    return "\n".join(lines)


def _found_block(call: Call, sentence: str | None, today: date) -> str:
    following = call.next_deadline(today)
    facts = (
        status_text(call, today),
        f"deadline {day(following.date)}" if following else "no deadline ahead",
        action_codes(call.actions[:1]),
        money(call.budget_eur),
    )
    said = "\n".join([call.title, " · ".join(facts), *([f"“{sentence}”"] if sentence else [])])
    return "\n".join([styled(call.identifier, bold=True), *paragraphs(said, "    ")])
