"""`matcher profile INSTITUTE --suggest`: terms of own projects and of decisions, ready to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from matcher.cli.layout import fact, paragraphs, table
from matcher.cli.output import print_csv, print_json
from matcher.cli.spoken_language import spoken, tr
from matcher.model.project import CallTerm
from matcher.present.records import envelope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.project import OwnProjects, Suggestion, Suggestions

_NAMED = 3
"""Projects or calls that are named beside a term."""


def show_suggestions(home: Home, name: str, as_of: date | None, output: str | None) -> None:
    """Print what own projects and kept calls would add to an institute's keywords, and dismissed ones to `exclude`."""
    from matcher.app.profiles.own_profile import suggest

    found = suggest(home, name, as_of=as_of)
    if output == "json":
        print_json(envelope(institute=found.institute, own_projects=found.count, **_records(found)))
    elif output == "csv":
        print_csv(_rows(found), ("term", "for", "calls", "from"))
    elif not (found.suggestions or found.kept or found.exclude):
        n, who = found.count, found.institute
        click.echo(tr("{n} own projects and the decisions of {institute} say nothing new.", n=n, institute=who))
    else:
        cells = [(row["term"], row["for"], str(len(row["from"])), str(row["calls"])) for row in _rows(found)]
        click.echo(table((tr("term"), tr("for"), tr("from"), tr("calls")), cells))
        file = f"config/institutes/{found.institute}.yaml"
        told = tr("What fits goes into {file}; `--try TERM` shows what it would change:", file=file)
        click.echo("\n" + "\n".join(paragraphs(told)) + "\n")
        click.echo("\n".join(_pasted(found)))


def _records(found: Suggestions) -> dict[str, list[dict[str, object]]]:
    def of_calls(terms: Iterable[CallTerm]) -> list[dict[str, object]]:
        return [{"term": one.term, "calls": one.calls, "decided": list(one.decided)} for one in terms]

    of_projects = [{"term": one.term, "calls": one.calls, "projects": list(one.projects)} for one in found.suggestions]
    return {"suggestions": of_projects, "kept": of_calls(found.kept), "exclude": of_calls(found.exclude)}


def _rows(found: Suggestions) -> list[dict[str, Any]]:
    """One row a term: what it is for, and the projects or calls that it is from."""
    of_projects = [(one.term, "keywords", one.calls, list(one.projects)) for one in found.suggestions]
    of_kept = [(one.term, "keywords", one.calls, list(one.decided)) for one in found.kept]
    of_dismissed = [(one.term, "exclude", one.calls, list(one.decided)) for one in found.exclude]
    names = ("term", "for", "calls", "from")
    return [dict(zip(names, row, strict=True)) for row in (*of_projects, *of_kept, *of_dismissed)]


def _pasted(found: Suggestions) -> list[str]:
    """Lines for the institute's file, each term with what it is from; one that both say stands once."""
    of_both: tuple[Suggestion | CallTerm, ...] = (*found.kept, *found.suggestions)
    keywords = {one.term.casefold(): one for one in of_both}
    lines = [_line(one, "    ") for one in keywords.values()]
    exclude = [_line(one, "  ") for one in found.exclude]
    return [*(["keywords:", "  en:", *lines] if lines else []), *(["exclude:", *exclude] if exclude else [])]


def _line(one: Suggestion | CallTerm, indent: str) -> str:
    sources = one.decided if isinstance(one, CallTerm) else one.projects
    more = len(sources) - _NAMED
    named = ", ".join(sources[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f'{indent}- "{_escaped(one.term)}"  # {named}'


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace('"', '\\"')


def own_lines(own: OwnProjects) -> list[str]:
    """What the own projects of an institute add, for a person."""
    if own.why_none is not None:
        said = tr("none of its own: {why}; it is ranked by its keywords", why=spoken().tell(own.why_none))
        return fact(tr("projects"), said)
    since = tr(", since {year}", year=f"{own.since:%Y}") if own.since else ""
    by_skills = tr(", {n} of them selected by its skills", n=own.selected) if own.selected else ""
    said = tr("{n} of its own count{how}: `matcher projects INSTITUTE` lists them", n=own.count, how=by_skills + since)
    return [*fact(tr("projects"), said), *fact(tr("they add"), ", ".join(own.terms) or "—")]
