"""`matcher partners`: with whom a call could be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.app.answering.partnering import partners
from matcher.cli.layout import heading, paragraphs, styled
from matcher.cli.options import COUNT, as_of_option
from matcher.cli.output import output_options, print_csv, print_json
from matcher.cli.spoken_language import spoken, tr
from matcher.model.consortium import OrganisationType, PartnerQuestion
from matcher.present.facts import day, organisation_kind
from matcher.present.project_records import PARTNER_FIELDS, partner_record
from matcher.present.records import envelope

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.consortium import Partner


_IN = " " * 5


@click.command("partners")
@click.argument("call")
@click.option("--for", "institute", required=True, help="The institute that looks for partners.")
@click.option("--country", multiple=True, help="DE, IT, EL…; may be repeated.")
@click.option(
    "--type", "types", multiple=True, type=click.Choice([t.value for t in OrganisationType]), help="Repeatable."
)
@click.option("--leaders", is_flag=True, help="First those that coordinated a project like the call.")
@click.option("--top", type=COUNT, default=20, show_default=True, help="How many at most.")
@as_of_option
@output_options
@click.pass_obj
def partners_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    call: str,
    institute: str,
    country: tuple[str, ...],
    types: tuple[str, ...],
    leaders: bool,
    top: int,
    as_of: date | None,
    output: str | None,
) -> None:
    """Organisations to answer CALL with, best first: what they did that it asks for, and what they did with us.

    They come from CORDIS's projects, which `matcher fetch --projects` brings.
    """
    question = PartnerQuestion(
        call,
        institute,
        frozenset(code.upper() for code in country),
        frozenset(map(OrganisationType, types)),
        leaders,
        top,
        as_of,
    )
    found = partners(home, question)
    records = [partner_record(one) for one in found.found]
    if output == "json":
        print_json(
            envelope(call=found.call, institute=found.institute, as_of=found.as_of.isoformat(), partners=records)
        )
    elif output == "csv":
        print_csv(records, PARTNER_FIELDS)
    else:
        when = day(found.as_of, spoken())
        about = tr(
            "Partners of {institute} for {call} as of {day}", institute=found.institute, call=found.call, day=when
        )
        click.echo(heading(about))
        for one in found.found:
            click.echo("\n" + _block(one))
        if not found.found:
            click.echo(tr("Nobody: ask for fewer countries or types."))


def _block(one: Partner) -> str:
    head = (
        f"{one.rank:>3}  {styled(one.name, bold=True)}   {one.country or '—'}, {organisation_kind(one.type, spoken())}"
    )
    lines = [tr("; ").join(map(spoken().tell, one.reasons))]
    if one.projects:
        named = (f"{p.name} ({p.title})" if p.acronym else p.title for p in one.projects)
        lines.append(tr("nearest: {projects}", projects=tr("; ").join(named)))
    return "\n".join([head, *(part for line in lines for part in paragraphs(line, _IN))])
