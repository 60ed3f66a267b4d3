"""`matcher profile INSTITUTE --history`: what was edited of a profile, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.profiles.profile_editing import edits
from matcher.cli.layout import table
from matcher.cli.output import print_csv, print_json
from matcher.cli.spoken_language import spoken, tr
from matcher.present.edit_words import edit_text
from matcher.present.records import envelope

if TYPE_CHECKING:
    from matcher.app.home import Home

FIELDS = ("number", "institute", "at", "by", "summary")


def show_edits(home: Home, name: str, output: str | None) -> None:
    """Print the edits that were made through the product, by whom and when; what people write into files is theirs."""
    institute, found = home.institute(name).identifier, edits(home, name)
    records = [
        {"number": one.number, "institute": institute, "at": one.at.isoformat(), "by": one.by, "summary": one.summary}
        for one in found
    ]
    if output == "json":
        print_json(envelope(institute=institute, history=records))
    elif output == "csv":
        print_csv(records, FIELDS)
    elif found:
        rows = [(edit_text(one.summary, spoken()), spoken().moment(one.at), one.by or "—") for one in found]
        click.echo(table((tr("what changed"), tr("when"), tr("by")), rows))
    else:
        click.echo(tr("Nothing of the profile of {name} was edited through the product yet.", name=institute))
