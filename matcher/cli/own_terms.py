"""`matcher profile INSTITUTE --suggest`: terms of own projects, ready to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.layout import fact, paragraphs, table
from matcher.cli.output import print_csv, print_json
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
        click.echo(f"The {found.count} own projects of {found.institute} say nothing that its keywords do not.")
    else:
        cells = [(one.term, str(len(one.projects)), str(one.calls)) for one in found.suggestions]
        click.echo(table(("term", "projects", "calls"), cells))
        told = f"What fits goes into config/institutes/{found.institute}.yaml; `--try TERM` shows what it would change:"
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
        return fact("projects", f"none of its own: {own.why_none}; it is ranked by its keywords")
    since = f", since {own.since:%Y}" if own.since else ""
    by_skills = f", {own.selected} of them selected by its skills" if own.selected else ""
    return [
        *fact("projects", f"{own.count} of its own count{by_skills}{since}: `matcher projects INSTITUTE` lists them"),
        *fact("they add", ", ".join(own.terms) or "—"),
    ]
