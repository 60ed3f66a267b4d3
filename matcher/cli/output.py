"""Output of every command: JSON, CSV, a match as a block of lines; messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from matcher.cli.layout import UNBROKEN, paragraphs, styled
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.errors import UsageError, shorten
from matcher.model.match import EvidenceKind
from matcher.model.outcomes import PARTLY_DONE
from matcher.present.decision_words import decision_line
from matcher.present.facts import TERMINAL, UNKNOWN, closed_line, deadline_text, facts_line, status_text, terms_line
from matcher.present.separated import DELIMITERS, Separators, csv_text

if TYPE_CHECKING:
    from datetime import date

    from matcher.cli.streams import Said
    from matcher.model.call import Call
    from matcher.model.match import Away, Evidence, Match
    from matcher.model.parts import Part
    from matcher.model.searched import Search, Unknown

Command = TypeVar("Command", bound=Callable[..., Any])

_SEPARATORS = "matcher.separators"
"""Where a command's context keeps what was asked to stand between values."""


def output_options(command: Command) -> Command:
    """`--json` and `--csv`, the same on every listing; the command gets `output`: "json", "csv" or None for text."""

    @wraps(command)
    def asked(*arguments: Any, delimiter: str | None, **options: Any) -> Any:
        if delimiter is not None and options["output"] != "csv":
            raise UsageError("--delimiter says what stands between the values of --csv: give that as well.")
        click.get_current_context().meta[_SEPARATORS] = Separators.named(delimiter)
        return command(*arguments, **options)

    for option in (
        delimiter_option,
        click.option("--csv", "output", flag_value="csv", help="Comma-separated values, one row an item."),
        click.option("--json", "output", flag_value="json", help="One JSON object with a schema number."),
    ):
        asked = option(asked)
    return cast("Command", asked)


def delimiter_option(command: Command) -> Command:
    """`--delimiter`, of all values that are separated."""
    text = "Between values [,]; with a semicolon numbers have decimal commas, for a French Excel."
    return click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help=text)(command)


def print_json(record: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    json.dump(record, sys.stdout, ensure_ascii=not unicode, indent=1)
    sys.stdout.write("\n")


def print_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str] = ()) -> None:
    """Rows on stdout; cells that a spreadsheet would run as formulas are disarmed. `fields` head an empty listing."""
    cast("Said", sys.stdout).put(csv_text(rows, fields, click.get_current_context().meta[_SEPARATORS]))


def put_data(data: bytes) -> None:
    """A file's bytes on stdout."""
    out = cast("Said", sys.stdout)
    with out.telling():
        out.binary.write(data)
        out.binary.flush()


def print_note(note: str | None) -> None:
    """What a reader has to know before anything else: that the packaged sample answers."""
    if note:
        said = note if spoken() is TERMINAL else tr("Packaged sample of real calls, not the live portal.")
        click.echo("\n".join(paragraphs(tr("Note: {note}", note=said))) + "\n")


def say(message: str) -> None:
    """A line for the person at the terminal, on stderr; silenced by `--quiet`."""
    context = click.get_current_context(silent=True)
    if context is None or not context.find_root().params.get("quiet"):
        _tell("INFO", message, message)


def complain(problem: str) -> None:
    """A line on stderr that `--quiet` does not silence: a failure that nobody sees is the worst."""
    _tell("WARNING", problem, tr("problem: {problem}", problem=problem))


def partly(problems: Collection[str]) -> int:
    """Tell what failed of a command that did the rest; its exit code."""
    for problem in problems:
        complain(problem)
    return PARTLY_DONE if problems else 0


def fail(message: str) -> None:
    """The last line on stderr of a command that ends with an error."""
    _tell("ERROR", message, f"matcher: {message}")


def _tell(level: str, message: str, line: str) -> None:
    """As a log entry where logs are JSON, so that whoever reads them meets nothing else; else as a plain line."""
    import logging

    from matcher.logs import is_json

    if is_json():
        logging.getLogger("matcher").log(logging.getLevelNamesMapping()[level], message)
    else:
        click.echo(line, err=True)


def none_has(asked: Search, apart: str) -> str:
    """Why nothing holds the words of a search, of which each is there: `apart`, or how they were asked for."""
    if asked.phrase:
        return tr("Nothing has these words side by side, in this order; try without --phrase.")
    if asked.without:
        return tr("Nothing has all of these words and none of those after --without.")
    return apart


def away_text(away: Sequence[Away]) -> str:
    """How many calls an excluded or muted term keeps away, and which."""
    head = tr_n("{n} call is kept away:", "{n} calls are kept away:", len(away))
    by = {"exclude": tr("which the profile excludes"), "mute": tr("which the reader muted")}
    lines = [
        tr("{call} (fit {fit}) is about “{term}”, {by}", call=a.call.identifier, fit=a.fit, term=a.term, by=by[a.by])
        for a in away
    ]
    return "\n".join([head, *(part for line in lines for part in paragraphs(line, "  "))])


EVIDENCE_SHOWN = 5


def match_block(match: Match, today: date, explain: bool) -> str:
    """One match as a block of lines."""
    call, words = match.call, spoken()
    lines = [
        _head(match, today),
        *_wrapped(call.title),
        *_wrapped(facts_line(call, words)),
        *_terms(call),
        *_wrapped(_until(call, today)),
        *_wrapped(_because(match)),
    ]
    if match.own_project:
        lines += _wrapped(tr("like your project {project}", project=match.own_project))
    if match.decision is not None:
        lines += _wrapped(tr("decided: {decision}", decision=decision_line(match.decision, words)))
    if explain:
        lines += evidence_lines(match)
    if call.url:
        lines.append(_INDENT + styled(call.url, fg="blue"))
    return "\n".join(lines)


def match_lines(match: Match, today: date) -> str:
    """One match on two lines: what it is called, and until when."""
    return "\n".join([_head(match, today), *_wrapped(f"{match.call.title} · {_until(match.call, today)}")])


def _head(match: Match, today: date) -> str:
    name, status = styled(match.call.identifier, bold=True), status_text(match.call, today, spoken())
    pinned = ", " + tr("pinned") if match.pinned else ""
    return f"{match.rank:>3}  " + tr("fit {fit}", fit=f"{match.fit:>3}") + f"  {name}   {status}{pinned}"


def _until(call: Call, today: date) -> str:
    return tr("deadline {when}", when=deadline_text(call.next_deadline(today), call, today, spoken()))


def _terms(call: Call) -> list[str]:
    """The terms of entry on a line, and why the call is closed to research where it is."""
    line, closed = terms_line(call, spoken()), closed_line(call, spoken())
    lines = _wrapped(tr("entry {terms}", terms=line)) if line != UNKNOWN else []
    return [*lines, *(_wrapped(tr("not open to us: {who}", who=closed)) if closed else [])]


def evidence_lines(match: Match, most: int = 12) -> list[str]:
    """Each reason with its weight and where it comes from; the rest in one line, so that they add up to the score."""
    listed = [e for e in match.evidence if e.kind is not EvidenceKind.LIKENESS]
    lines = []
    told = set[str]()  # a sentence is shown once
    for e in listed[:most]:
        lines += _reason_lines(e if e.sentence not in told else replace(e, sentence=None))
        told.add(e.sentence or "")
    unread = sum(e.weight for e in match.evidence if e.kind is EvidenceKind.LIKENESS)
    if unread:
        lines += paragraphs(_likeness(match), f"{_INDENT}{unread:7.4f}  ", _INDENT + " " * 9)
    rest = sum(e.weight for e in listed[most:])
    if rest:
        weaker = tr_n("{n} weaker reason", "{n} weaker reasons", len(listed) - most)
        lines.append(f"{_INDENT}{rest:7.4f}  {weaker}")
    base, whole = tr("what every call has"), tr("score: the log-odds of fit {fit}", fit=match.fit)
    return [*lines, f"{_INDENT}{match.base:7.4f}  {base}", f"{_INDENT}{match.score:7.4f}  {whole}"]


def _because(match: Match) -> str:
    """The reasons in one sentence: skills that the call has words of, else what is like it."""
    words = match.words(EVIDENCE_SHOWN)
    if words:
        return tr("because of {words}", words=", ".join(words))
    like = _likeness(match)
    return tr("because {reason}", reason=like) if like else tr("because of its place among all calls")


def _likeness(match: Match) -> str:
    """The skills without a word in the call, in one line; empty where none speaks for it."""
    named = ", ".join(e.profile_term or e.term for e in match.unread[:_NAMED])
    more = len(match.unread) - _NAMED
    if more > 0:
        return tr_n(
            "projects about {skills} and {n} skill more are like it",
            "projects about {skills} and {n} skills more are like it",
            more,
            skills=named,
        )
    return tr("projects about {skills} are like it", skills=named) if named else ""


_NAMED = 3


def _reason_lines(evidence: Evidence) -> list[str]:
    """A reason with the call's own words for it, and under it the sentence where they stand."""
    own = [word for word in evidence.words if word not in evidence.term.lower()]
    worded = _worded(evidence) + (f" ({', '.join(own)})" if own else "") + _origin(evidence)
    lines = paragraphs(worded, f"{_INDENT}{evidence.weight:7.4f}  ", _INDENT + " " * 9)
    return lines + (paragraphs(f"“{evidence.sentence}”", _INDENT + " " * 9) if evidence.sentence else [])


def unknown_text(unknown: Unknown) -> str:
    """Which words of a text nothing has, and what may be meant by them."""
    lines = [tr("No word of the text is known: no call and no project has any.")] if unknown.everything else []
    lines += unknown_lines(unknown.words, lambda **one: tr("No call and no project has the word {word}{hint}.", **one))
    return "\n".join(lines)


def unknown_lines(words: Mapping[str, Sequence[str]], sentence: Callable[..., str]) -> list[str]:
    """A line for each word that nothing has; its sentence gets the `word`, and a `hint` at those near it."""
    return [
        sentence(word=shorten(word), hint=tr("; near it: {words}", words=", ".join(near)) if near else "")
        for word, near in words.items()
    ]


_INDENT = " " * 14


def _wrapped(text: str) -> list[str]:
    return paragraphs(text, _INDENT)


def _origin(evidence: Evidence) -> str:
    """Where a reason comes from, where that is more than the skill itself; the own projects have said it."""
    if evidence.kind is EvidenceKind.PROJECTS or evidence.source in {None, evidence.term, evidence.profile_term}:
        return ""
    return f"   ←{UNBROKEN}{_short(evidence.source)}"


def _worded(evidence: Evidence) -> str:
    """The call's word, after the profile's French one where that made the match: `fabrication → manufacturing`."""
    if evidence.kind is EvidenceKind.PROJECTS and evidence.source is not None:
        if evidence.weight > 0:
            return tr("like your project {project}", project=evidence.source)
        return tr("less like your projects than others")
    french = evidence.profile_term
    return evidence.term if french in {None, evidence.term} else f"{french} → {evidence.term}"


def _short(text: str, limit: int = 50) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= limit else first[: limit - 1] + "…"


def part_heading(part: Part | None) -> str:
    """The name of a part in the reader's language, above the calls of it."""
    if part is None:
        return styled(tr("Programme unknown"), bold=True)
    return styled(part_name(part), bold=True)


def part_name(part: Part) -> str:
    """The name of a part in the reader's language."""
    return part.name_in(spoken().language)
