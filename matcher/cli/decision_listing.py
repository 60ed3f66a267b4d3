"""`matcher decisions`: what institutes made of calls."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.app import decision_copy
from matcher.app.decisions.decision_file import import_decisions
from matcher.app.decisions.decision_summary import SUMMARY_FIELDS, summary
from matcher.app.decisions.forgetting import forget_person
from matcher.cli.layout import table
from matcher.cli.options import DayType, as_of_option
from matcher.cli.output import output_options, partly, print_csv, print_json, say
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.disk import write_file
from matcher.errors import DiskError, UsageError, system_reason
from matcher.model.day import brussels_day
from matcher.model.decision import STATES, Cause, DecisionQuestion
from matcher.present.decision_shapes import DECISION_FIELDS, entry_record, listing_records, qrels_lines
from matcher.present.decision_words import act_line, decision_line, reason_text
from matcher.present.records import envelope
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matcher.app.decisions.decision_file import Imported
    from matcher.app.decisions.decision_summary import DecisionSummary
    from matcher.app.home import Home
    from matcher.model.decision import DecisionListing, Entry


@click.command("decisions")
@click.argument("institute", required=False)
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="May be repeated.")
@click.option("--since", type=DayType(), help="Decided from this day on.")
@click.option("--history", "whole", is_flag=True, help="Every act, also those taken back, newest first.")
@click.option("--summary", "summed", is_flag=True, help="Counts by part of the programme and year, and reasons.")
@click.option("--import", "file", type=click.Path(path_type=Path), help="Take the decisions of a CSV or XLSX file.")
@click.option("--dry-run", is_flag=True, help="With --import: say what would be taken; keep nothing.")
@click.option("--as", "by", metavar="ID", help="With --import: who decided where a row does not say.")
@click.option("--forget", "person", metavar="PERSON", help="Take a person's name out; what was decided stays.")
@click.option("--qrels", type=click.Path(path_type=Path), help="Write the decisions as graded judgements (TREC qrels).")
@click.option(
    "--benchmark",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write them with profiles and calls into this folder, for `matcher evaluate`.",
)
@as_of_option
@output_options
@click.pass_obj
def decisions_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    institute: str | None,
    states: tuple[str, ...],
    since: date | None,
    whole: bool,
    summed: bool,
    file: Path | None,
    dry_run: bool,
    by: str | None,
    person: str | None,
    qrels: Path | None,
    folder: Path | None,
    as_of: date | None,
    output: str | None,
) -> int:
    """What INSTITUTE decided on calls, or every institute: there no person is named, nor any note.

    A file has a row a call, with columns call, institute, decision (keep, dismiss or a state), reason, who, and where
    they are known assigned, state, project, note and duplicate_of; French heads do as well.
    """
    if sum((whole, summed, *(given is not None for given in (file, person, qrels, folder)))) > 1:
        raise UsageError("Ask for one at a time: --history, --summary, --import, --forget, --qrels or --benchmark.")
    if file is not None:
        return _import(import_decisions(home, file, dry_run=dry_run, by=by, as_of=as_of), output, dry_run)
    if dry_run or by is not None:
        raise UsageError("--dry-run and --as go with --import.")
    if person is not None:
        count = forget_person(home, person)
        click.echo(
            tr_n(
                "{person} is named no more in {n} act; what was decided stays.",
                "{person} is named no more in {n} acts; what was decided stays.",
                count,
                person=person,
            )
        )
        return 0
    if summed:
        _show_summary(summary(home, institute, as_of=as_of), output)
        return 0
    question = DecisionQuestion(institute, frozenset(states), since, as_of)
    if qrels is not None:
        lines = qrels_lines(decision_copy.listing(home, question))
        _write(qrels, "".join(f"{line}\n" for line in lines))
        say(f"{qrels} has {counted(len(lines), 'judgement')}")
        return 0
    if folder is not None:
        _write_benchmark(home, question, folder)
        return 0
    if whole:
        _show_history(decision_copy.history(home, question), output)
    else:
        _show(decision_copy.listing(home, question), output, narrowed=bool(states or since))
    return 0


def _write_benchmark(home: Home, question: DecisionQuestion, folder: Path) -> None:
    from matcher.app.measuring.own_judgements import judged_by_decisions
    from matcher.evaluation.wins import write_judged

    judged, calls = judged_by_decisions(home, question)
    try:
        built = write_judged(folder, judged, calls)
    except OSError as error:
        raise DiskError(
            "{path} could not be written ({reason}): choose another folder.", path=folder, reason=system_reason(error)
        ) from error
    say(
        f"{folder} has {counted(built.wins, 'judgement')} of {counted(built.profiles, 'institute')} among "
        f"{counted(built.calls, 'call')}; "
        f"`matcher evaluate {folder}` measures the ranking by them"
    )


def _import(done: Imported, output: str | None, dry_run: bool) -> int:
    """What a file brought: a line an act, then each bad row."""
    records = [entry_record(entry) for entry in done.entries]
    if output == "json":
        about = {"dry_run": dry_run, "unchanged": done.unchanged, "problems": list(map(str, done.problems))}
        about["remarks"] = list(map(str, done.remarks))
        print_json(envelope(**about, acts=records))
    elif output == "csv":
        print_csv(records)
    else:
        for entry in done.entries:
            click.echo(f"{entry.owner.name}  {entry.call}  {act_line(entry, spoken())}")
        taken = tr_n("{n} act taken", "{n} acts taken", len(records))
        if dry_run:
            taken = tr_n("{n} act would be taken", "{n} acts would be taken", len(records))
        already = tr_n("{n} stood already", "{n} stood already", done.unchanged)
        bad = tr_n("{n} bad row", "{n} bad rows", len(done.problems))
        say(f"{taken}; {already}; {bad}")
    for remark in done.remarks:
        say(spoken().tell(remark))
    return partly([spoken().tell(problem) for problem in done.problems])


def _show(listing: DecisionListing, output: str | None, *, narrowed: bool) -> None:
    records = list(listing_records(listing))
    if output == "json":
        print_json(envelope(as_of=listing.as_of.isoformat(), decisions=records))
    elif output == "csv":
        print_csv(records, DECISION_FIELDS)
    elif not records:
        say(tr("No decision is like that; without --state and --since all are listed.") if narrowed else _nothing_yet())
    else:
        shown = (one.as_shared() if listing.shared else one for one in listing.decisions)
        by_call = {(one.owner.name, one.call): decision_line(replace(one, notes=()), spoken()) for one in shown}
        rows = [
            (
                record["call"],
                record["institute"],
                record["note"] or by_call[record["institute"], record["call"]],
                _cell(record["by"]),
                str(brussels_day(datetime.fromisoformat(record["at"]))),
            )
            for record in records
        ]
        heads = (tr("call"), tr("institute"), tr("decision or note"), tr("by"), tr("on"))
        click.echo(table(heads, rows))
        say(tr_n("{n} decision or note", "{n} decisions and notes", len(records)))


def _nothing_yet() -> str:
    """What a newcomer is told in the place of an empty table."""
    return tr(
        "No decision stands here yet. `matcher rank INSTITUTE` lists calls; `matcher keep INSTITUTE CALL` keeps one, "
        "`dismiss INSTITUTE CALL --reason …` puts it away, `assign`, `note` and `state` say the rest."
    )


def _show_summary(found: DecisionSummary, output: str | None) -> None:
    records = [asdict(one) for one in found.counts]
    if output == "json":
        print_json(envelope(as_of=found.as_of.isoformat(), counts=records, reasons=dict(found.reasons)))
    elif output == "csv":
        print_csv(records, SUMMARY_FIELDS)
    elif not records:
        say(_nothing_yet())
    else:
        rows = [["—" if one[name] is None else f"{one[name]}" for name in SUMMARY_FIELDS] for one in records]
        heads = (
            tr("part"),
            tr("year"),
            tr("seen"),
            tr("kept"),
            tr("dismissed"),
            tr("applied"),
            tr("won"),
            tr("lost"),
            tr("days"),
        )
        click.echo(table(heads, rows))
        for reason, times in found.reasons.items():
            why = reason_text(Cause(reason), spoken()) if reason in set(Cause) else tr("none given")
            click.echo(tr("{name}: {said}", name=tr("dismissed: {reason}", reason=why), said=times))


def _show_history(entries: Sequence[Entry], output: str | None) -> None:
    records = [entry_record(entry) for entry in entries]
    if output == "json":
        print_json(envelope(history=records))
    elif output == "csv":
        print_csv(records)
    else:
        rows = [
            (
                spoken().moment(entry.at),
                entry.call,
                entry.owner.name,
                act_line(entry, spoken()),
                _cell(entry.by),
            )
            for entry in entries
        ]
        click.echo(table((tr("at"), tr("call"), tr("institute"), tr("what was decided"), tr("by")), rows))


def _write(path: Path, text: str) -> None:
    try:
        write_file(path, text.encode())
    except OSError as error:
        raise DiskError(
            "{path} could not be written ({reason}): choose another file.", path=path, reason=system_reason(error)
        ) from error


def _cell(value: object) -> str:
    return str(value) if value else "—"
