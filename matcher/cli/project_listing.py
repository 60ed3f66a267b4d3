"""`matcher projects`: what CORDIS lists, by institute, organisation, call, programme and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from matcher.app.answering import project_questions
from matcher.cli.layout import fact, paragraphs, styled, table
from matcher.cli.options import COUNT, Typed, matching_options
from matcher.cli.output import none_has, output_options, print_csv, print_json, say, unknown_lines
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.errors import UsageError
from matcher.model.project import ProjectQuestion
from matcher.model.searched import LIMIT, Search
from matcher.present.facts import day, money
from matcher.present.project_records import PROJECT_FIELDS, participation_record, project_record, whole_project_record
from matcher.present.records import envelope, outcome_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.app.home import Home
    from matcher.model.project import ListedProject, Participation, Project, ProjectListing
    from matcher.model.searched import SearchOutcome

SHOWN = 50
"""Projects that a list prints where nobody says how many; JSON and CSV have all of them."""


@click.command("projects")
@click.argument("about", nargs=-1, type=Typed(), metavar="[INSTITUTE | NUMBER] [WORDS]...")
@click.option("--call", help="Those that this call led to.")
@click.option("--organisation", metavar="PIC_OR_NAME", help="Those that this organisation is or was in.")
@click.option("--programme", multiple=True, help="HORIZON, H2020…; may be repeated.")
@click.option("--search", is_flag=True, help="Every argument is a word to search for, also the name of an institute.")
@matching_options
@click.option("--top", type=COUNT, help="How many at most.")
@output_options
@click.pass_obj
def projects_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    about: tuple[str, ...],
    call: str | None,
    organisation: str | None,
    programme: tuple[str, ...],
    search: bool,
    phrase: bool,
    without: tuple[str, ...],
    top: int | None,
    output: str | None,
) -> None:
    """The projects of CORDIS: INSTITUTE's own, or those that hold all of WORDS; a NUMBER shows one in full.

    Acronym, title, number, keywords and objective are searched as calls are, in English and French, in any form of a
    word, best first. `matcher fetch --projects` brings them.
    """
    narrowed = bool(call or organisation or programme or search or phrase or without)
    if len(about) == 1 and about[0].isdecimal() and not narrowed:
        _show_one(*project_questions.project(home, about[0]), output)
        return
    institute = None if search or not about else _institute(home, about[0])
    if institute and organisation:
        raise UsageError("Ask for one at a time: the projects of an institute, or those of an organisation.")
    asked = Search(about[1:] if institute else about, phrase, without)
    most = LIMIT if asked else SHOWN
    question = ProjectQuestion(
        institute=institute,
        organisation=organisation,
        call=call,
        programmes=frozenset(name.upper() for name in programme),
        search=asked,
        top=top if top is not None or output is not None or (institute and not asked) else most,
    )
    _show(project_questions.projects(home, question), asked, output)


def _institute(home: Home, word: str) -> str | None:
    try:
        return home.institute(word).identifier
    except UsageError:
        return None  # a word to search for


def _show(listing: ProjectListing, asked: Search, output: str | None) -> None:
    records = [project_record(one) for one in listing.projects]
    if output == "json":
        print_json(_json(listing, records))
    elif output == "csv":
        print_csv(records, PROJECT_FIELDS)
    elif listing.outcome is not None:
        _print_found(listing, listing.outcome, asked)
    elif not listing.projects:
        click.echo(tr("No such project is kept; `matcher projects WORDS` searches them."))
    else:
        click.echo(table(_columns(), [_cells(one) for one in listing.projects]))
        _say_how_many(listing)


def _json(listing: ProjectListing, records: list[dict[str, Any]]) -> dict[str, Any]:
    about: dict[str, Any] = {"found": listing.found}
    if listing.outcome is not None:
        about = outcome_record(listing.outcome)
        for record in records:
            record["sentence"] = listing.outcome.sentences.get(record["project"])
    return envelope(institute=listing.institute, **about, projects=records)


def _print_found(listing: ProjectListing, outcome: SearchOutcome, asked: Search) -> None:
    if outcome.partly and listing.projects:
        click.echo(tr("No project has all of these words; these have most of them.") + "\n")
    elif outcome.guessed and listing.projects:
        click.echo(_missing_words(outcome) + "\n" + tr("These have what is near it.") + "\n")
    for one in listing.projects:
        click.echo(_found_block(one, outcome.sentences.get(one.project.identifier)) + "\n")
    if not listing.projects:
        click.echo(_nothing_found(outcome, asked))
    _say_how_many(listing)


def _say_how_many(listing: ProjectListing) -> None:
    shown, found = len(listing.projects), listing.found
    listed = tr_n("{shown} of {n} project", "{shown} of {n} projects", found, shown=shown)
    say(listed + (tr("; --top {n} shows all", n=found) if found > shown else ""))


def _found_block(listed: ListedProject, sentence: str | None) -> str:
    one, words = listed.project, spoken()
    coordinator = listed.partners[:1] if listed.role is None else (_role(listed.role),)
    facts = (one.identifier, day(one.date, words), money(listed.contribution_eur, words), one.topic or "", *coordinator)
    said = "\n".join([one.title, " · ".join(filter(None, facts)), *([f"“{sentence}”"] if sentence else [])])
    return "\n".join([styled(one.name, bold=True), *paragraphs(said, "    ")])


def _nothing_found(outcome: SearchOutcome, asked: Search) -> str:
    """Why a search found nothing, and what may be meant."""
    if outcome.elsewhere:
        return tr_n(
            "None of the projects asked for has all of these words; {n} other does.",
            "None of the projects asked for has all of these words; {n} others do.",
            outcome.elsewhere,
        )
    if not outcome.missing:
        return none_has(asked, tr("No project has all of these words; each of them alone is there. Try fewer."))
    return _missing_words(outcome)


def _missing_words(outcome: SearchOutcome) -> str:
    return "\n".join(unknown_lines(outcome.missing, lambda **one: tr("No project has the word {word}{hint}.", **one)))


def _columns() -> tuple[str, ...]:
    names = (tr("title"), tr("name"), tr("project"), tr("signed"), tr("role"), tr("contribution"), tr("partners"))
    return (*names, tr("topic"), tr("selected by"))


def _role(role: str | None) -> str:
    """A role as CORDIS has it, in the reader's language where it is a usual one."""
    known = {
        "coordinator": tr("coordinator"),
        "participant": tr("participant"),
        "associatedPartner": tr("associated partner"),
        "thirdParty": tr("third party"),
        "internationalPartner": tr("international partner"),
        "partner": tr("partner"),
    }
    return known.get(role, role) if role else "—"


def _cells(one: ListedProject) -> tuple[str, ...]:
    project = one.project
    return (
        project.title,
        project.acronym or "—",
        project.identifier,
        project.date.isoformat() if project.date else "—",
        _role(one.role),
        money(one.contribution_eur, spoken()),
        str(len(one.partners)),
        project.topic or "—",
        "; ".join(one.selected_by or ()),
    )


def _show_one(project: Project, parts: Sequence[Participation], output: str | None) -> None:
    if output == "json":
        print_json(envelope(**whole_project_record(project, parts)))
    elif output == "csv":
        print_csv(participation_record(part) for part in parts)
    else:
        click.echo(_block(project, parts))


def _block(project: Project, parts: Sequence[Participation]) -> str:
    words = spoken()
    rows = [
        (
            tr("{name} (left)", name=part.name) if part.ended else part.name,
            _role(part.role),
            part.country or "—",
            money(part.contribution_eur, words),
        )
        for part in parts
    ]
    days = {name: day(when, words) for name, when in (("signed", project.date), ("start", project.start))}
    share = tr("{share} of {cost}", share=money(project.contribution_eur, words), cost=money(project.cost_eur, words))
    return "\n".join(
        [
            f"{styled(project.name, bold=True)}   {project.identifier}",
            *paragraphs(project.title),
            "",
            *fact(tr("call"), project.topic or "—"),
            *fact(tr("programme"), f"{project.framework or '—'}, {project.scheme or '—'}"),
            *fact(tr("signed"), tr("{signed}, {start} to {end}", **days, end=day(project.end, words))),
            *fact(tr("EU share"), share),
            *fact(tr("keywords"), project.keywords or "—"),
            *fact(tr("link"), f"https://cordis.europa.eu/project/id/{project.identifier}"),
            "",
            *paragraphs(project.text),
            "",
            table((tr("organisation"), tr("role"), tr("country"), tr("contribution")), rows),
        ]
    )
