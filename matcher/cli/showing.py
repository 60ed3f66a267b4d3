"""`matcher show`: one call in full."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from matcher.app.answering.project_history import predecessors
from matcher.app.answering.questions import show
from matcher.cli.layout import UNBROKEN, fact, paragraphs, styled, table
from matcher.cli.options import as_of_option
from matcher.cli.output import (
    evidence_lines,
    output_options,
    part_name,
    print_csv,
    print_json,
    print_note,
)
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.model.caution import reported_text
from matcher.model.changes import TERMS
from matcher.model.day import brussels_day
from matcher.present.call_rows import call_row
from matcher.present.decision_shapes import about_records
from matcher.present.decision_words import decision_line
from matcher.present.entry_words import entry_rows, unknown_names
from matcher.present.facts import (
    TERMINAL,
    budget,
    contribution,
    day,
    days_left,
    deadline_origin,
    facts_line,
    levels,
    money,
    stage,
    status_text,
    terms_line,
)
from matcher.present.facts import changes as change_lines
from matcher.present.project_records import predecessor_record
from matcher.present.records import (
    call_record,
    change_record,
    envelope,
    match_record,
    sample_label,
    terms_record,
    unconfirmed_record,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.changes import Change
    from matcher.model.consortium import Predecessor, Predecessors
    from matcher.model.decision import Decision
    from matcher.model.project import Project

PROJECTS_NAMED = 8
"""Projects of a predecessor that are named; files and the page in the browser have more."""


@click.command("show")
@click.argument("call")
@click.option("--for", "institute", help="With the evidence of this institute.")
@click.option("--predecessors", "with_past", is_flag=True, help="With the closed calls that it continues.")
@as_of_option
@output_options
@click.pass_obj
def show_command(
    home: Home, call: str, institute: str | None, with_past: bool, as_of: date | None, output: str | None
) -> None:
    """CALL in full: facts, text, history, and its evidence for an institute."""
    shown = show(home, call, institute=institute, as_of=as_of)
    before = predecessors(home, call, as_of=as_of) if with_past else None
    label = sample_label(shown.sample)
    record = envelope(
        as_of=shown.as_of.isoformat(),
        **label,
        **call_record(shown.call, shown.as_of),
        call_id=shown.call.call_id,
        call_title=shown.call.call_title,
        deadlines_from=shown.call.deadlines_from,
        deadlines_unread=list(shown.call.deadlines_unread),
        destination=shown.call.destination,
        keywords=list(shown.call.keywords),
        sections=[{"name": s.name, "text": s.text} for s in shown.call.sections],
        terms_of_entry=terms_record(shown.call.terms),
        links=[{"title": link.title, "url": link.url} for link in shown.call.links_on(shown.as_of)],
        changes=[change_record(c) for c in shown.changes],
        unconfirmed=[unconfirmed_record(report) for report in shown.unconfirmed],
        decisions=about_records(shown.decisions, shown.institute),
        match=match_record(shown.match, shown.as_of, explained=True) if shown.match else None,
        **({"predecessors": [predecessor_record(one) for one in before.found]} if before else {}),
    )
    if output == "json":
        print_json(record)
    elif output == "csv":
        print_csv([{**call_row(shown.call, shown.as_of), **label}])
    else:
        print_note(shown.sample)
        click.echo(_call_block(shown.call, shown.changes, shown.as_of))
        for report in shown.unconfirmed:
            said = "" if report.reported is None else f": {report.reported}"
            told = f"{reported_text(report.what)}{said}"
            text = tr("Reported on {day}, not confirmed: {report}", day=brussels_day(report.since), report=told)
            click.echo("\n" + "\n".join(paragraphs(text)))
        for decision in shown.decisions:
            click.echo("\n" + "\n".join(_decision_lines(decision, shown.institute)))
        if shown.match:
            click.echo("\n" + tr("For {institute}: fit {fit}", institute=institute, fit=shown.match.fit))
            click.echo("\n".join(evidence_lines(shown.match)))
        if before:
            click.echo("\n" + _predecessors_text(before))


def _decision_lines(decision: Decision, reader: str | None) -> list[str]:
    """What an institute made of a call; its own people read who, when and the notes."""
    own = decision.owner.name == reader
    line = f"{decision.owner.name}: {decision_line(decision if own else decision.as_shared(), spoken())}"
    if own and decision.by and decision.at:
        line += f" ({decision.by}, {brussels_day(decision.at)})"
    notes = [f"{brussels_day(note.at)} {note.by or '—'}: {note.text}" for note in decision.notes] if own else []
    return [*paragraphs(line), *(part for note in notes for part in paragraphs(note, "  "))]


def _predecessors_text(before: Predecessors) -> str:
    """The calls that came before, each with its projects and who was in them."""
    lines = [styled(tr("Predecessors"), bold=True)]
    if not before.found:
        lines.append(tr("No project is known of a call that this one continues."))
    for one in before.found:
        n, amount = len(one.projects), _whole(one.contribution_eur)
        projects = tr_n("{n} project", "{n} projects", n)
        lines += [
            f"{styled(one.call, bold=True)}  {projects}, {money(amount, spoken())}",
            *(paragraphs(one.title, "  ") if one.title else ()),
            *paragraphs(tr("because: {reasons}", reasons=_told(one) or tr("like it")), "  "),
        ]
        for part in one.network:
            had = tr(
                "{times} of the {n} had {institute} in it: {projects}",
                times=len(part.projects),
                n=n,
                institute=part.institute,
                projects=", ".join(part.projects),
            )
            lines += paragraphs(had, "  ")
        lines += paragraphs(tr("projects: {projects}", projects=_named(one.projects)), "  ")
        often = tr("; ").join(f"{name} ({times})" for name, times in one.organisations)
        lines += paragraphs(tr("most often in them: {names}", names=often), "  ")
    return "\n".join(lines)


def _whole(amount: float | None) -> int | None:
    return None if amount is None else round(amount)


def _call_block(call: Call, changes: tuple[Change, ...], today: date) -> str:
    words = spoken()
    share, trl = contribution(call.contribution_eur, words), levels(call.trl)
    lines = [
        f"{styled(call.identifier, bold=True)}   {status_text(call, today, words)}",
        *paragraphs(call.title),
        "",
        *paragraphs(facts_line(call, words)),
        *_fact(tr("call"), f"{call.call_id or '—'}  {call.call_title or ''}"),
        *_fact(tr("programme"), " › ".join(map(part_name, call.parts)) or call.programme or "—"),
        *(_fact(tr("destination"), call.destination) if call.destination else []),
        *_fact(tr("budget"), budget(call, words)),
        *_fact(
            tr("per project"), f"{share}, {tr_n('{n} grant', '{n} grants', call.grants) if call.grants else '—'}, {trl}"
        ),
        *_fact(tr("opening"), day(call.opening, words)),
    ]
    lines += _terms_lines(call)
    following = call.next_deadline(today)
    for deadline in call.deadlines:
        marker = f" ({days_left((deadline.date - today).days, words)})" if deadline == following else ""
        hour = tr("{day} 17:00 Brussels", day=day(deadline.date, words))
        lines += _fact(tr("deadline"), f"{hour}, {stage(deadline, call, words)}{marker}")
    if origin := deadline_origin(call, words):
        lines += _fact("" if call.deadlines else tr("deadline"), origin)
    if call.keywords:
        lines += _fact(tr("keywords"), ", ".join(call.keywords))
    lines += _fact(tr("link"), call.url or "—")
    for link in call.links_on(today):
        lines += _fact("", f"{link.title}: {link.url}")
    for section in call.sections:
        lines += ["", styled(section.name, bold=True), *paragraphs(section.text)]
    if changes:
        rows = [(str(brussels_day(c.seen_at)), c.kind, c.field, _old_and_new(c)) for c in changes]
        lines += ["", table((tr("seen"), tr("change"), tr("field"), tr("old → new")), rows)]
    return "\n".join(lines)


def _told(before: Predecessor) -> str:
    return tr("; ").join(map(spoken().tell, before.reasons))


def _named(projects: Sequence[Project]) -> str:
    """Their names and sizes; of many projects how many more there are."""
    named = [f"{one.name} ({money(_whole(one.contribution_eur), spoken())})" for one in projects[:PROJECTS_NAMED]]
    if more := len(projects) - len(named):
        named.append(tr("and {n} more", n=more))
    return tr("; ").join(named)


def _terms_lines(call: Call) -> list[str]:
    """Each term of entry with its source and the words that say it, those of one sentence together; the unknown ones
    by name.
    """
    if not call.terms:
        return _fact(tr("entry"), "—")
    lines, words = _fact(tr("entry"), terms_line(call, spoken())), spoken()
    for (source, said), rows in groupby(entry_rows(call.terms, words), key=lambda row: (row.source, row.said)):
        told = tr("; ").join(f"{row.name}{tr(': ')}{row.value}" for row in rows)
        lines += _fact("", f"{told}   ←{UNBROKEN}{source}" + (f" “{said}”" if said else ""))
    unknown = tr("; ").join(unknown_names(call.terms, words))
    return [*lines, *_fact("", tr("nothing is said of: {terms}", terms=unknown))] if unknown else lines


def _fact(name: str, text: str) -> list[str]:
    return fact(name, text, 12 if spoken() is TERMINAL else 17)


def _old_and_new(change: Change) -> str:
    """Terms of entry in words, all else as it is kept."""
    if change.field == TERMS:
        return tr("; ").join(f"{line.old} → {line.new}" for line in change_lines([change], spoken()))
    return f"{_value(change.old)} → {_value(change.new)}"


def _value(value: object) -> str:
    return "—" if value is None else str(value)
