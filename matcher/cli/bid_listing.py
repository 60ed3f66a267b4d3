"""`matcher bids`: which institutes could answer a call together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.answering.bidding import bids
from matcher.cli.layout import heading, paragraphs, styled
from matcher.cli.options import COUNT, as_of_option
from matcher.cli.output import output_options, partly, print_csv, print_json, print_note
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.present.decision_words import decided_line
from matcher.present.facts import day, deadline_text, organisation_kind, past_unknown
from matcher.present.project_records import BID_FIELDS, bid_record
from matcher.present.records import envelope, sample_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.consortium import Bid, BidMember


@click.command("bids")
@click.option("--top", type=COUNT, default=20, show_default=True, help="How many at most.")
@click.option(
    "--decided/--undecided",
    "is_decided",
    default=None,
    help="Only calls that an institute decided on, or none did.",
)
@as_of_option
@output_options
@click.pass_obj
def bids_command(home: Home, /, top: int, is_decided: bool | None, as_of: date | None, output: str | None) -> int:
    """Joint bids of the network: for each call the institutes that cover together what it asks for, five at most.

    Who dismissed a call is in no bid for it.
    """
    found = bids(home, top=top, is_decided=is_decided, as_of=as_of)
    records = [bid_record(one, found.as_of) for one in found.found]
    if output == "json":
        print_json(envelope(as_of=found.as_of.isoformat(), **sample_label(found.sample), bids=records))
    elif output == "csv":
        print_csv(records, BID_FIELDS)
    else:
        print_note(found.sample)
        click.echo(heading(tr("Joint bids of the network as of {day}", day=day(found.as_of, spoken()))))
        for number, one in enumerate(found.found, 1):
            click.echo("\n" + _block(number, one, found.as_of))
        if not found.found:
            click.echo("\n".join(paragraphs(_none(is_decided))))
        if missing := past_unknown(found.found, spoken()):
            click.echo("\n" + "\n".join(paragraphs(missing)))
    return partly(found.problems)


def _none(is_decided: bool | None) -> str:
    if is_decided is None:
        return tr("No call suits two institutes that add something to each other.")
    if is_decided:
        return tr("No call that was decided on suits two institutes that add something to each other.")
    return tr("No call that nobody decided on suits two institutes that add something to each other.")


_IN = " " * 5


def _block(number: int, bid: Bid, today: date) -> str:
    call, words = bid.call, spoken()
    covered = tr("covered {share}", share=words.percent(bid.cover))
    gaps = tr_n("{n} of {of} passages by nobody", "{n} of {of} passages by nobody", bid.gaps, of=bid.passages)
    when = deadline_text(call.next_deadline(today), call, today, words)
    lines = [
        f"{number:>3}  {styled(call.identifier, bold=True)}   {covered}",
        *(paragraphs(gaps, _IN) if bid.gaps else ()),
        *paragraphs(call.title, _IN),
        *paragraphs(tr("deadline {when}", when=when), _IN),
    ]
    for place, member in enumerate(bid.members):
        lines += paragraphs(_member(member, adds=place > 0), _IN + "- ", _IN + "  ")
    if bid.overlaps:
        lines += paragraphs(tr("overlap with them: {institutes}", institutes=_fits(bid.overlaps)), _IN, _IN + "  ")
    for decision in bid.decisions:
        lines += paragraphs(decided_line(decision, words), _IN, _IN + "  ")
    for line in _past(bid):
        lines += paragraphs(line, _IN, _IN + "  ")
    return "\n".join(lines)


def _fits(institutes: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {fit}" for name, fit in institutes)


def _member(member: BidMember, *, adds: bool) -> str:
    skills = ", ".join(member.skills) or "—"
    if not adds:
        return tr("{institute}: fit {fit}, by {skills}", institute=member.institute, fit=member.fit, skills=skills)
    share = spoken().percent(member.gain, 1)
    return tr(
        "{institute}: fit {fit}, adds {share}, by {skills}",
        institute=member.institute,
        fit=member.fit,
        share=share,
        skills=skills,
    )


def _past(bid: Bid) -> Iterator[str]:
    """What is known of the past of the institutes, and of those who could fill the gaps."""
    for one in bid.together or ():
        names = spoken().both(list(one.institutes))
        yield tr("{institutes} were together in {projects}", institutes=names, projects=", ".join(one.projects))
    if bid.led:
        each = (
            tr("{institute} {inside} of {n}", institute=one.institute, inside=one.inside, n=one.projects)
            for one in bid.led
        )
        yield tr("led projects, in {part} and in all: {each}", part=bid.led[0].part, each=", ".join(each))
    for other in bid.outside or ():
        yield tr(
            "for the gaps: {name} ({country}, {type}), {projects}",
            name=other.name,
            country=other.country or "—",
            type=organisation_kind(other.type, spoken()),
            projects=", ".join(other.projects),
        )
