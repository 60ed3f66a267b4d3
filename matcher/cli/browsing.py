"""`matcher institutes` and `profile`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matcher.app.answering.questions import language_of
from matcher.app.decisions import learned_list
from matcher.app.decisions.deciding import who_decides
from matcher.app.profiles import profile_editing, profile_questions
from matcher.app.profiles.new_profile import NEW, write_new_profile
from matcher.cli.edit_listing import show_edits
from matcher.cli.layout import fact, paragraphs, styled, table
from matcher.cli.learned_listing import show_learned
from matcher.cli.options import as_of_option
from matcher.cli.output import output_options, print_csv, print_json, unknown_text
from matcher.cli.own_terms import own_lines, show_suggestions
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.errors import UsageError, shorten
from matcher.model.day import brussels_day
from matcher.model.language import Language
from matcher.model.match import SkillVerdict
from matcher.present.call_rows import match_row
from matcher.present.records import (
    envelope,
    institute_record,
    match_record,
    unknown_record,
)
from matcher.present.skill_words import skill_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from matcher.app.home import Home
    from matcher.app.profiles.new_profile import NewProfile
    from matcher.model.answers import ShownProfile
    from matcher.model.match import SkillCheck


@click.command("institutes")
@output_options
@click.pass_obj
def institutes_command(home: Home, output: str | None) -> None:
    """List the institutes that calls are matched for."""
    records = [institute_record(i) for i in home.institutes]
    if output == "json":
        print_json(envelope(institutes=records))
    elif output == "csv":
        print_csv(records)
    else:
        language = spoken().language
        rows = [
            (i.name_in(language), i.identifier, _label(i.label_2015), _label(i.label_current), str(len(i.keywords_en)))
            for i in home.institutes
        ]
        click.echo(table((tr("name"), tr("institute"), "2015", tr("today"), tr("keywords")), rows))


def _label(borne: bool | None) -> str:
    """Whether an institute bears a label."""
    return {True: tr("yes"), False: tr("no"), None: tr("uncertain")}[borne]


HEAVIEST = 25


@click.command("profile")
@click.argument("institute", metavar="INSTITUTE | new")
@click.argument("identifier", required=False, metavar="[ID]")
@click.option(
    "--from",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With `new ID`: propose skills from a file, as `rank --file` reads it; may be repeated.",
)
@click.option("--check", is_flag=True, help="Which skills never match a call, and which are too common to help.")
@click.option("--try", "term", help="Which calls would enter or leave the top 20 if this term were a keyword.")
@click.option("--suggest", is_flag=True, help="Terms of own projects and of decisions that its file lacks.")
@click.option("--learned", is_flag=True, help="What its list learned from its decisions: terms and calls.")
@click.option("--history", is_flag=True, help="What was edited of it through the product, by whom and when.")
@click.option("--revert", is_flag=True, help="Let its file count again, where an edit stands above it.")
@click.option("--forget", "clear", is_flag=True, help="Let its list forget what it learned; the decisions stay.")
@as_of_option
@output_options
@click.pass_obj
def profile_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    /,
    institute: str,
    identifier: str | None,
    files: tuple[Path, ...],
    check: bool,
    term: str | None,
    suggest: bool,
    learned: bool,
    clear: bool,
    history: bool,
    revert: bool,
    as_of: date | None,
    output: str | None,
) -> None:
    """The skills of INSTITUTE as the ranking reads them; nothing here changes its file.

    `new ID` writes the file of a new institute, with every key and what it means; with --from FILE also the skills
    that its documents say, for a person to choose from.
    """
    asked: tuple[tuple[bool, Callable[[], None]], ...] = (
        (learned, lambda: show_learned(learned_list.learned(home, institute, as_of=as_of), output)),
        (clear, lambda: _forget(home, institute, as_of)),
        (history, lambda: show_edits(home, institute, output)),
        (revert, lambda: _revert(home, institute)),
        (suggest, lambda: show_suggestions(home, institute, as_of, output)),
        (check, lambda: _show_checks(profile_questions.check_profile(home, institute), output)),
        (term is not None, lambda: _show_trial(home, institute, term or "", as_of, output)),
    )
    if sum(is_asked for is_asked, _ in asked) + (institute == NEW) > 1:
        raise UsageError(
            "Ask for one at a time: --check, --try TERM, --suggest, --learned, --forget, --history, --revert, "
            "or `new ID`."
        )
    if institute == NEW or files:
        _write_new(home, identifier if institute == NEW else None, files, output)
    elif identifier is not None:
        raise UsageError(
            "Found {identifier} after {institute}: one institute at a time.",
            identifier=shorten(identifier),
            institute=shorten(institute),
        )
    else:
        next((show for is_asked, show in asked if is_asked), lambda: _show_profile(home, institute, output))()


def _forget(home: Home, institute: str, as_of: date | None) -> None:
    cleared = learned_list.clear_learned(home, institute, as_of=as_of)
    click.echo(tr("The list of {name} has forgotten what it learned.", name=cleared))


def _revert(home: Home, institute: str) -> None:
    profile_editing.revert(home, institute, by=who_decides(home))
    click.echo(tr("The file of {name} counts again.", name=home.institute(institute).identifier))


def _write_new(home: Home, identifier: str | None, files: tuple[Path, ...], output: str | None) -> None:
    from matcher.cli.asked_files import document_parts
    from matcher.documents.document_text import read_document

    if identifier is None:
        example = "matcher profile new rocks-and-water" + (" --from report.pdf" if files else "")
        raise UsageError("Say how the new institute is called: `{example}`.", example=example)
    names = Counter(file.name for file in files)
    documents = {
        file.name if names[file.name] == 1 else str(file): list(
            document_parts(read_document(file), partial(language_of, home))
        )
        for file in files
    }
    written = write_new_profile(home, identifier, documents)
    if output == "json":
        record = {"institute": identifier, "file": str(written.file)}
        print_json(envelope(**record, **({"proposed": [asdict(one) for one in written.proposed]} if files else {})))
    elif output == "csv":
        rows = [asdict(one) for one in written.proposed] if files else [{}]
        print_csv({"institute": identifier, "file": str(written.file), **row} for row in rows)
    else:
        click.echo(tr("{file} is written, and valid.", file=written.file))
        click.echo("\n".join(paragraphs(_next_steps(identifier, written, files))))


def _next_steps(identifier: str, written: NewProfile, files: tuple[Path, ...]) -> str:
    if not files:
        return tr("Next: write its skills under `keywords`, then `matcher profile {id} --check`.", id=identifier)
    if not written.proposed:
        return tr(
            "No call and no project uses a term of the documents: write its skills under `keywords`, then "
            "`matcher profile {id} --check`.",
            id=identifier,
        )
    return tr_n(
        "{n} skill is proposed under `keywords`, and does not count yet: take its # away if it fits, then "
        "`matcher profile {id} --check`.",
        "{n} skills are proposed under `keywords`, heaviest first, each below the sentence that says it. None counts "
        "yet: take the # away from those that fit, then `matcher profile {id} --check`.",
        len(written.proposed),
        id=identifier,
    )


def _show_profile(home: Home, name: str, output: str | None) -> None:
    profile = profile_questions.profile(home, name)
    terms = [
        {"term": t.term, "weight": t.weight, "source": t.source, "profile_term": t.profile_term} for t in profile.terms
    ]
    if output == "json":
        own = {name: value for name, value in asdict(profile.own).items() if name != "why_none"}
        since = profile.own.since.isoformat() if profile.own.since else None
        print_json(
            envelope(
                **institute_record(profile.institute),
                terms=terms,
                **_standing(profile),
                own_projects={**own, "since": since},
            )
        )
    elif output == "csv":
        print_csv(terms)
    else:
        rows = [(f"{t.weight:.3f}", t.term, t.source or "") for t in profile.terms[:HEAVIEST]]
        click.echo(_profile_text(profile))
        click.echo("\n" + styled(tr("Heaviest terms"), bold=True))
        click.echo(table((tr("weight"), tr("term"), tr("from")), rows))


def _show_checks(checks: list[SkillCheck], output: str | None) -> None:
    ordered = sorted(checks, key=lambda c: (c.verdict is SkillVerdict.MATCHES, c.together, c.calls))
    if output is None:
        cells = [(c.skill, c.language, skill_text(c, spoken()), ", ".join(c.sources)) for c in ordered]
        click.echo(table((tr("skill"), "", tr("calls"), tr("from")), cells))
        click.echo("\n" + "\n".join(paragraphs(_checks_summary(checks))))
        return
    rows: list[dict[str, Any]] = [
        {
            "skill": c.skill,
            "language": c.language,
            "verdict": c.verdict.value,
            "calls_with_all_words": c.calls,
            "share_with_rarest_word": round(c.share, 4),
            "calls_with_it": c.together,
            "words_of_calls": list(c.known),
            "from": list(c.sources),
        }
        for c in ordered
    ]
    if output == "json":
        print_json(envelope(skills=rows))
    else:
        print_csv(rows)


def _checks_summary(checks: list[SkillCheck]) -> str:
    return tr(
        "Skills that do nothing for the ranking: {nothing} of {all}; that count by some of their words only: {part}.",
        nothing=sum(c.verdict.does_nothing for c in checks),
        all=len(checks),
        part=sum(c.verdict is SkillVerdict.PART for c in checks),
    )


def _show_trial(home: Home, name: str, term: str, as_of: date | None, output: str | None) -> None:
    trial = profile_questions.try_term(home, name, term, as_of=as_of)
    institute = home.institute(name).identifier
    if output == "json":
        print_json(
            envelope(
                institute=institute,
                term=term,
                as_of=trial.as_of.isoformat(),
                entering=[match_record(m, trial.as_of) for m in trial.entering],
                leaving=[match_record(m, trial.as_of) for m in trial.leaving],
                unknown=unknown_record(trial.unknown),
            )
        )
    elif output == "csv":
        print_csv(
            {"change": change, **match_row(m, institute, trial.as_of)}
            for change, matches in (("enters", trial.entering), ("leaves", trial.leaving))
            for m in matches
        )
    else:
        if trial.unknown.words:
            click.echo(unknown_text(trial.unknown))
        rows = [(tr("enters"), m) for m in trial.entering] + [(tr("leaves"), m) for m in trial.leaving]
        if not rows:
            click.echo(tr("{term} would change nothing in the top 20.", term=shorten(term)))
            return
        cells = [(m.call.title, word, str(m.rank), m.call.identifier) for word, m in rows]
        click.echo(table((tr("title"), "", tr("rank"), tr("call")), cells))


def _standing(profile: ShownProfile) -> dict[str, object]:
    """Whether the profile is its file, or an edit that stands above it, and whose."""
    edit = profile.standing
    edited = None if edit is None else {"at": edit.at.isoformat(), "by": edit.by, "summary": edit.summary}
    return {"read_from": "file" if edit is None else "database", "edited": edited}


def _source_text(profile: ShownProfile) -> str:
    name, edit = profile.institute.identifier, profile.standing
    if edit is None:
        return tr("its file, {file}", file=f"{name}.yaml")
    return tr(
        "the database, above its file: edited on {day} by {who} (`matcher profile {name} --revert` goes back)",
        day=brussels_day(edit.at),
        who=edit.by or "?",
        name=name,
    )


def _profile_text(profile: ShownProfile) -> str:
    institute = profile.institute
    label = tr("2015: {then}, today: {now}", then=_label(institute.label_2015), now=_label(institute.label_current))
    lines = [
        styled(institute.name_en, bold=True),
        institute.name_fr,
        "",
        *fact(tr("label"), label + (f" ({institute.label_note})" if institute.label_note else "")),
        *fact(tr("read from"), _source_text(profile)),
        *fact(tr("location"), institute.location or "—"),
        *fact(tr("website"), institute.website or "—"),
        *fact(tr("skills"), ", ".join(institute.keywords_en)),
        *fact("compétences", ", ".join(institute.keywords_fr)),
    ]
    for lab in institute.labs:
        lines += fact(tr("lab"), f"{lab.name}: {', '.join(lab.keywords_en)}")
    lines += own_lines(profile.own)
    about = institute.description_en
    if spoken().language is Language.FR:
        about = institute.description_fr or about
    if about:
        lines += ["", *paragraphs(about)]
    return "\n".join(lines)
