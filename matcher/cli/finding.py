"""`matcher calls`: what is listed, and searched for by words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from matcher.app.answering import lookup
from matcher.cli.layout import paragraphs, styled, table
from matcher.cli.options import Typed, as_of_option, filter_options, group_option, search_options
from matcher.cli.output import (
    none_has,
    output_options,
    part_heading,
    print_csv,
    print_json,
    print_note,
    say,
    unknown_lines,
)
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.model.families import by_part
from matcher.model.question import Question
from matcher.model.searched import LIMIT
from matcher.present.call_rows import LISTED_COLUMNS, listed_row
from matcher.present.decision_shapes import about_records
from matcher.present.decision_words import decided_line
from matcher.present.facts import action_codes, budget, day, status_text
from matcher.present.records import call_record, envelope, outcome_record, part_records, sample_label

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.answers import CallListing
    from matcher.model.call import Call
    from matcher.model.parts import Part
    from matcher.model.searched import Search, SearchOutcome


@click.command("calls")
@click.argument("words", nargs=-1, type=Typed())
@group_option
@search_options
@filter_options
@as_of_option
@output_options
@click.pass_obj
def calls_command(home: Home, /, grouped_by: str | None, output: str | None, **asked: Any) -> None:
    """List the live calls, or search them: those that hold all of WORDS, best first.

    Title, identifier, keywords and text are searched, in English and French, in any form of a word: "batteries"
    finds "battery", "capteurs" finds "sensors". Identifiers may be cut or misspelt.
    """
    question = Question.of(None, asked, explain=True)
    if question.search and question.limit is None:
        question = replace(question, limit=LIMIT)
    listing = lookup.calls(home, question)
    label = sample_label(listing.sample)
    if output == "json":
        _print_json(listing, label, grouped=grouped_by is not None)
    elif output == "csv":
        rows = (
            {**listed_row(call, listing.decisions.get(call.identifier, ()), listing.as_of), **label}
            for call in listing.calls
        )
        print_csv(rows, (*LISTED_COLUMNS, *label))
    else:
        print_note(listing.sample)
        if listing.outcome is None:
            _print_table(listing, grouped=grouped_by is not None)
        else:
            _print_found(listing, listing.outcome, question.search, grouped=grouped_by is not None)


def _print_json(listing: CallListing, label: dict[str, Any], *, grouped: bool) -> None:
    records = [call_record(call, listing.as_of) for call in listing.calls]
    for record in records:
        record["decisions"] = about_records(listing.decisions.get(record["call"], ()))
    about: dict[str, Any] = {}
    if listing.outcome is not None:
        none_in = listing.outcome.none_in
        about = {**outcome_record(listing.outcome), "none_in": none_in and none_in.en}
        for record in records:
            record["sentence"] = listing.outcome.sentences.get(record["call"])
    groups = part_records(listing.calls) if grouped else {}
    print_json(envelope(as_of=listing.as_of.isoformat(), **label, **about, calls=records, **groups))


def _print_table(listing: CallListing, *, grouped: bool) -> None:
    heads = (tr("title"), tr("call"), tr("status"), tr("next deadline"), tr("action"), tr("budget"))
    if not grouped:
        click.echo(table(heads, _table_rows(listing, listing.calls)))
    for part, calls in by_part(listing.calls, lambda call: call) if grouped else ():
        click.echo("\n".join([part_heading(part), table(heads, _table_rows(listing, calls)), ""]))
    when = day(listing.as_of, spoken())
    say(tr_n("{n} call as of {day}", "{n} calls as of {day}", len(listing.calls), day=when))


def _table_rows(listing: CallListing, calls: Iterable[Call]) -> list[tuple[str, ...]]:
    words = spoken()
    return [
        (
            " · ".join([call.title, *_decided(listing, call)]),
            call.identifier,
            status_text(call, listing.as_of, words),
            day(following.date, words) if (following := call.next_deadline(listing.as_of)) else "—",
            action_codes(call.actions[:1]),
            budget(call, words),
        )
        for call in calls
    ]


def _decided(listing: CallListing, call: Call) -> list[str]:
    """`brgm: kept`: what each institute made of a call."""
    return [decided_line(one, spoken()) for one in listing.decisions.get(call.identifier, ())]


def _print_found(listing: CallListing, outcome: SearchOutcome, asked: Search, *, grouped: bool) -> None:
    if outcome.none_in is not None:
        click.echo("\n".join(paragraphs(_none_in(outcome.none_in), "")) + "\n")
    if outcome.partly and listing.calls:
        click.echo(tr("No call has all of these words; these have most of them.") + "\n")
    elif outcome.guessed and outcome.missing:
        click.echo(_missing_words(outcome) + "\n" + tr("These have what is near it.") + "\n")
    elif outcome.guessed:
        click.echo(tr("No call is named {name}; these are nearly spelt so.", name=asked.text) + "\n")
    for part, calls in by_part(listing.calls, lambda call: call) if grouped else [(None, listing.calls)]:
        if grouped:
            click.echo(part_heading(part) + "\n")
        for call in calls:
            block = _found_block(call, outcome.sentences.get(call.identifier), listing.as_of)
            said = [line for one in _decided(listing, call) for line in paragraphs(one, "    ")]
            click.echo("\n".join([block, *said]) + "\n")
    if not listing.calls:
        click.echo(_nothing_found(outcome, asked))
    when = day(listing.as_of, spoken())
    shown, found = len(listing.calls), outcome.found
    listed = tr_n("{shown} of {n} call as of {day}", "{shown} of {n} calls as of {day}", found, shown=shown, day=when)
    say(listed + (tr("; --limit {n} shows all", n=found) if found > shown else ""))


def _none_in(part: Part) -> str:
    return tr("No call of {part} is among those asked for (live ones, unless --status says more).", part=part)


def _nothing_found(outcome: SearchOutcome, asked: Search) -> str:
    """Why a search found nothing, and what may be meant."""
    if outcome.elsewhere:
        return tr_n(
            "No call that passes the filters has all of these words; {n} other does: --status all.",
            "No call that passes the filters has all of these words; {n} others do: --status all.",
            outcome.elsewhere,
        )
    if not outcome.missing:
        return none_has(asked, tr("No call has all of these words; each of them alone is there. Try fewer."))
    return _missing_words(outcome)


def _missing_words(outcome: SearchOutcome) -> str:
    return "\n".join(unknown_lines(outcome.missing, lambda **one: tr("No call has the word {word}{hint}.", **one)))


def _found_block(call: Call, sentence: str | None, today: date) -> str:
    following, words = call.next_deadline(today), spoken()
    facts = (
        status_text(call, today, words),
        tr("deadline {when}", when=day(following.date, words)) if following else tr("no deadline ahead"),
        action_codes(call.actions[:1]),
        budget(call, words),
    )
    said = "\n".join([call.title, " · ".join(facts), *([f"“{sentence}”"] if sentence else [])])
    return "\n".join([styled(call.identifier, bold=True), *paragraphs(said, "    ")])
