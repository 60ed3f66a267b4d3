"""`matcher programmes`: programmes and their parts by name, and how many live calls each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.answering import lookup
from matcher.cli.layout import paragraphs, table
from matcher.cli.options import as_of_option
from matcher.cli.output import output_options, part_name, print_csv, print_json, say
from matcher.cli.spoken_language import spoken, tr
from matcher.model.parts import PartKind
from matcher.present.facts import day
from matcher.present.records import PART_FIELDS, envelope, part_record, sample_label

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home


@click.command("programmes")
@click.argument("name", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Those without a live call too.")
@as_of_option
@output_options
@click.pass_obj
def programmes_command(
    home: Home, name: tuple[str, ...], everything: bool, as_of: date | None, output: str | None
) -> None:
    """Programmes and their parts, or NAME and what is in it, with how many live calls each has.

    Each may be asked for by any of its names, in English or French: `matcher rank brgm --programme "soil mission"`.
    """
    listing = lookup.programmes(home, " ".join(name) or None, everything=everything, as_of=as_of)
    label = sample_label(listing.sample)
    records = [part_record(line) for line in listing.lines]
    if output == "json":
        print_json(envelope(as_of=listing.as_of.isoformat(), **label, programmes=records))
    elif output == "csv":
        print_csv(({**record, **label} for record in records), (*PART_FIELDS, *label))
    else:
        kinds = _kinds()
        rows = [
            (str(line.live), kinds[line.part.kind], "  " * line.depth + part_name(line.part)) for line in listing.lines
        ]
        click.echo(table((tr("live"), tr("kind"), tr("programme or part")), rows))
        if len(listing.lines) == 1 or name:
            first = listing.lines[0].part
            called = part_name(first)
            others = dict.fromkeys(one for one in (first.identifier, first.en, first.fr, *first.names) if one != called)
            if others:
                also = tr("{part} is also called {names}.", part=called, names=", ".join(others))
                click.echo("\n" + "\n".join(paragraphs(also)))
        when = day(listing.as_of, spoken())
        say(
            tr("programmes and parts as of {day}: {n}", day=when, n=len(rows))
            + ("" if everything else tr("; --all has those without a call"))
        )


def _kinds() -> dict[PartKind, str]:
    return {
        PartKind.PROGRAMME: tr("programme"),
        PartKind.PILLAR: tr("pillar"),
        PartKind.CLUSTER: tr("cluster"),
        PartKind.MISSION: tr("mission"),
        PartKind.PARTNERSHIP: tr("partnership"),
        PartKind.SCHEME: tr("scheme"),
        PartKind.STRAND: tr("strand"),
        PartKind.DESTINATION: tr("destination"),
    }
