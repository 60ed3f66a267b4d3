"""`matcher profile INSTITUTE --suggest`: terms of own projects, ready to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.layout import fact, paragraphs, table
from matcher.cli.output import print_csv, print_json
from matcher.cli.spoken_language import tr
from matcher.present.records import envelope

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.project import OwnProjects, Suggestion

_NAMED = 3
"""Projects that are named beside a term."""


def show_suggestions(home: Home, name: str, output: str | None) -> None:
    """Print what the own projects of an institute would add to its keywords."""
    from matcher.app.own_profile import suggest

    found = suggest(home, name)
    rows = [{"term": one.term, "calls": one.calls, "projects": list(one.projects)} for one in found.suggestions]
    if output == "json":
        print_json(envelope(institute=found.institute, own_projects=found.count, suggestions=rows))
    elif output == "csv":
        print_csv(rows, ("term", "calls", "projects"))
    elif not rows:
        n, who = found.count, found.institute
        click.echo(tr("The {n} own projects of {institute} say nothing that its keywords do not.", n=n, institute=who))
    else:
        cells = [(one.term, str(len(one.projects)), str(one.calls)) for one in found.suggestions]
        click.echo(table((tr("term"), tr("projects"), tr("calls")), cells))
        file = f"config/institutes/{found.institute}.yaml"
        told = tr("What fits goes into {file}; `--try TERM` shows what it would change:", file=file)
        click.echo("\n" + "\n".join(paragraphs(told)) + "\n")
        click.echo("\n".join(["keywords:", "  en:", *map(_line, found.suggestions)]))


def _line(one: Suggestion) -> str:
    more = len(one.projects) - _NAMED
    named = ", ".join(one.projects[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f'    - "{_escaped(one.term)}"  # {named}'


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace('"', '\\"')


def own_lines(own: OwnProjects) -> list[str]:
    """What the own projects of an institute add, for a person."""
    if not own.count:
        said = tr("none of its own: {why}; it is ranked by its keywords", why=own.why_none)
        return fact(tr("projects"), said)
    since = tr(", since {year}", year=f"{own.since:%Y}") if own.since else ""
    by_skills = tr(", {n} of them selected by its skills", n=own.selected) if own.selected else ""
    said = tr("{n} of its own count{how}: `matcher projects INSTITUTE` lists them", n=own.count, how=by_skills + since)
    return [*fact(tr("projects"), said), *fact(tr("they add"), ", ".join(own.terms) or "—")]
