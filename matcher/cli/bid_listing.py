"""`matcher bids`: which institutes could answer a call together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.answering.bidding import bids
from matcher.cli.layout import heading, paragraphs, styled
from matcher.cli.options import COUNT, as_of_option
from matcher.cli.output import output_options, partly, print_csv, print_json, print_note
from matcher.present.decision_words import decided_line
from matcher.present.facts import day, deadline_text
from matcher.present.project_records import BID_FIELDS, bid_record
from matcher.present.records import envelope, sample_label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.consortium import Bid


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
        click.echo(heading(f"Joint bids of the network as of {day(found.as_of)}"))
        for number, one in enumerate(found.found, 1):
            click.echo("\n" + _block(number, one, found.as_of))
        if not found.found:
            which = "" if is_decided is None else " that was decided on" if is_decided else " that nobody decided on"
            click.echo(f"No call{which} suits two institutes that add something to each other.")
    return partly(found.problems)


_IN = " " * 5


def _block(number: int, bid: Bid, today: date) -> str:
    call = bid.call
    lines = [
        f"{number:>3}  {styled(call.identifier, bold=True)}   covered {bid.cover:.0%}",
        *(paragraphs(f"{bid.gaps} of {bid.passages} passages by nobody", _IN) if bid.gaps else ()),
        *paragraphs(call.title, _IN),
        *paragraphs(f"deadline {deadline_text(call.next_deadline(today), call, today)}", _IN),
    ]
    for place, member in enumerate(bid.members):
        adds = "" if place == 0 else f", adds {member.gain:.1%}"
        text = f"{member.institute}: fit {member.fit}{adds}, by {', '.join(member.skills) or '—'}"
        lines += paragraphs(text, _IN + "- ", _IN + "  ")
    for decision in bid.decisions:
        lines += paragraphs(decided_line(decision), _IN, _IN + "  ")
    for line in _past(bid):
        lines += paragraphs(line, _IN, _IN + "  ")
    return "\n".join(lines)


def _past(bid: Bid) -> Iterator[str]:
    """What is known of the past of the institutes, and of those who could fill the gaps."""
    for one in bid.together or ():
        yield f"{' and '.join(one.institutes)} were together in {', '.join(one.projects)}"
    if bid.led:
        part = bid.led[0].part
        yield f"led projects, in {part} and in all: " + ", ".join(
            f"{one.institute} {one.inside} of {one.projects}" for one in bid.led
        )
    for other in bid.outside or ():
        yield f"for the gaps: {other.name} ({other.country or '—'}, {other.type or '—'}), {', '.join(other.projects)}"
