"""`matcher rank` and `why`: what suits an institute, and the reasons."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.app.answering.questions import language_of, rank, why
from matcher.cli.layout import paragraphs, styled
from matcher.cli.match_listing import Layout, show_ranking
from matcher.cli.options import Typed, group_option, question_options
from matcher.cli.output import (
    evidence_lines,
    output_options,
    print_csv,
    print_json,
    print_note,
)
from matcher.cli.spoken_language import spoken, tr
from matcher.errors import UsageError
from matcher.model.question import About, Question
from matcher.model.searched import RANK_SORTS
from matcher.present.call_rows import MATCH_COLUMNS, match_row
from matcher.present.decision_words import decision_line
from matcher.present.facts import (
    TERMINAL,
    day,
    status_text,
)
from matcher.present.records import (
    away_records,
    envelope,
    match_record,
    part_records,
    sample_label,
    unknown_record,
)

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.answers import Ranking, Reason


@click.command("rank")
@click.argument("institutes", nargs=-1, metavar="[INSTITUTE]...")
@click.option("--text", type=Typed(), help="Rank for this text instead of an institute.")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Rank for a file: PDF; text, slides or sheet of Word or LibreOffice; HTML, Markdown, BibTeX, RIS, CSV or "
    "text; may be repeated.",
)
@click.option("--explain", is_flag=True, help="Show every term that made the score, and where it comes from.")
@click.option("--together", "as_one", is_flag=True, help="Several as one list: each call once, with each one's fit.")
@click.option("--sort", type=click.Choice(RANK_SORTS), help="The order within each group [fit].")
@click.option("--unfold", is_flag=True, help="Show every call in full, none under another of its call or in brief.")
@group_option
@question_options
@output_options
@click.pass_obj
def rank_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    institutes: tuple[str, ...],
    text: str | None,
    files: tuple[Path, ...],
    explain: bool,
    as_one: bool,
    unfold: bool,
    grouped_by: str | None,
    output: str | None,
    **asked: Any,
) -> int:
    """The best calls for INSTITUTE, or for any text: --text "additive manufacturing of titanium".

    Several institutes, or labs as "institute/lab", stand side by side, or as one list with --together.
    """
    if sum(bool(value) if isinstance(value, tuple) else value is not None for value in (institutes, text, files)) != 1:
        raise UsageError("Say what to rank for: an institute (`matcher institutes` lists them), --text or --file.")
    if len(institutes) > 1 or (institutes and as_one):
        from matcher.cli.joint_listing import show_side_by_side, show_together

        if grouped_by and not as_one:
            raise UsageError("Several institutes side by side are not grouped; --together makes one list of them.")
        question = Question.of(institutes, asked, explain=explain)
        if as_one:
            return show_together(home, question, output, grouped=grouped_by is not None)
        return show_side_by_side(home, question, output)
    wanted: About = institutes if text is None else text
    if files:
        from matcher.cli.asked_files import asked_by

        wanted = asked_by(files, partial(language_of, home))
    question = Question.of(wanted, asked, explain=explain)
    ranking = rank(home, question)
    label = sample_label(ranking.sample)
    if output == "json":
        matches = [match_record(m, ranking.as_of, explained=explain) for m in ranking.matches]
        about = {"institute": ranking.institute, "as_of": ranking.as_of.isoformat(), **label}
        unknown = {} if institutes else {"unknown": unknown_record(ranking.unknown)}
        groups = part_records(m.call for m in ranking.matches) if grouped_by else {}
        print_json(envelope(**about, **unknown, matches=matches, **groups, **away_records(ranking.away)))
    elif output == "csv":
        rows = ({**match_row(m, ranking.institute, ranking.as_of), **label} for m in ranking.matches)
        print_csv(rows, (*MATCH_COLUMNS, *label))
    else:
        show_ranking(_in_tongue(home, ranking), Layout(explain, unfold, by_part=grouped_by is not None))
    return 0


def _in_tongue(home: Home, ranking: Ranking) -> Ranking:
    """A ranking under the name that its institute has in the language of the terminal."""
    if spoken() is TERMINAL:
        return ranking
    named = next((i.name_fr for i in home.institutes if i.identifier == ranking.institute), None)
    if named is None:  # a lab, or a text
        return replace(ranking, name=ranking.name if ranking.institute else tr("Your text"))
    return replace(ranking, name=named)


@click.command("why")
@click.argument("institute")
@click.argument("call")
@question_options
@output_options
@click.pass_obj
def why_command(
    home: Home,
    /,
    institute: str,
    call: str,
    output: str | None,
    **asked: Any,
) -> None:
    """Why CALL was, or was not, recommended to INSTITUTE: rank, fit, filter, evidence."""
    reason = why(home, Question.of((institute,), asked), call)
    label = sample_label(reason.sample)
    verdict = {
        "recommended": reason.recommended,
        "stopped_by": reason.stopped_by,
        "candidates": reason.candidates,
        "top": reason.top,
        "score_needed": reason.score_needed,
        "min_fit": reason.min_fit,
        **({"away": reason.away} if reason.away else {}),
    }
    if output == "json":
        about = {"institute": reason.institute, "as_of": reason.as_of.isoformat()}
        match = match_record(reason.match, reason.as_of, explained=True)
        print_json(envelope(**about, **label, **match, **verdict))
    elif output == "csv":
        print_csv([{**match_row(reason.match, reason.institute, reason.as_of), **verdict, **label}])
    else:
        print_note(reason.sample)
        click.echo(_reason_text(reason))


def _reason_text(reason: Reason) -> str:
    match, call, words = reason.match, reason.match.call, spoken()
    name, when = styled(call.identifier, bold=True), day(reason.as_of, words)
    if reason.recommended:
        verdict = tr("{call} is recommended to {institute} on {day}.", call=name, institute=reason.institute, day=when)
    else:
        verdict = tr(
            "{call} is not recommended to {institute} on {day}.", call=name, institute=reason.institute, day=when
        )
    place = (
        tr("rank {n} of {of} candidates", n=match.rank, of=reason.candidates) if match.rank else tr("not a candidate")
    )
    score = f"{match.score:.4f}"
    told = [call.title, tr("{place}, fit {fit}, score {score}", place=place, fit=match.fit, score=score)]
    told += _hindrances(reason)
    return "\n".join([*paragraphs(verdict), *paragraphs("\n".join(told), "  "), *evidence_lines(match)])


def _hindrances(reason: Reason) -> list[str]:
    """What kept a call from being recommended, and what was decided on it."""
    match, words, told = reason.match, spoken(), []
    if reason.stopped_by:
        status = status_text(match.call, reason.as_of, words)
        told.append(tr("stopped by the filter: {filter} ({status})", filter=reason.stopped_by, status=status))
    if reason.away is not None:
        told.append(tr("it is about “{term}”, which the profile excludes", term=reason.away))
    if reason.score_needed is not None and match.score < reason.score_needed:
        needed = f"{reason.score_needed:.4f}"
        told.append(tr("a score of {score} was needed for the top {top}", score=needed, top=reason.top))
    if match.decision is not None:
        told.append(tr("decided: {decision}", decision=decision_line(match.decision, words)))
    if match.fit < reason.min_fit:
        told.append(tr("its fit is below the asked minimum of {fit}", fit=reason.min_fit))
    elif match.fit < reason.least:
        told.append(
            tr("its fit is below {fit}, from which on a call is recommended (digest.threshold)", fit=reason.least)
        )
    if not match.evidence:
        told.append(tr("it shares no term with the profile"))
    return told
