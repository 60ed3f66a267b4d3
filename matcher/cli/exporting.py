"""`matcher export`: matches, calls and changes as files for other programs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import click

from matcher.cli.options import DayType, as_of_option, question_options
from matcher.cli.output import delimiter_option, partly, put_data, say
from matcher.disk import make_folder, write_file
from matcher.errors import DiskError, UsageError, system_reason
from matcher.export import content as contents
from matcher.export.formats import FORMATS, chosen
from matcher.model.question import Question
from matcher.present.facts import day
from matcher.present.separated import Separators
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from matcher.app.home import Home
    from matcher.export.content import Content
    from matcher.export.formats import Format

    Command = TypeVar("Command", bound=Callable[..., Any])

_MARK = b"\xef\xbb\xbf"
"""Begins a CSV file, so that Excel reads its accents; a pipe gets none, as other programs stumble over it."""


def _output(_context: click.Context, _option: click.Parameter, value: str | None) -> Path | None:
    return None if value in {None, "-"} else Path(value or "")


def _file_options(command: Command) -> Command:
    """`--institute`, `--format` and `--output`, the same for every thing."""
    options = [
        delimiter_option,
        click.option("--institute", "-i", "institutes", multiple=True, metavar="I", help="May be repeated."),
        click.option("--format", "-f", "name", type=click.Choice(list(FORMATS)), help="[that of the file's suffix]"),
        click.option("--output", "-o", "path", callback=_output, metavar="FILE", help="Its file; - is stdout [-]."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group("export")
def export_command() -> None:
    """Matches, calls or changes as a file: csv, xlsx, json, parquet, ics or atom.

    An Atom feed is of one institute: for several, --output names a folder that gets a file for each.
    """


@export_command.command("matches")
@_file_options
@question_options
@click.pass_obj
def matches_command(
    home: Home,
    /,
    institutes: tuple[str, ...],
    name: str | None,
    path: Path | None,
    delimiter: str | None,
    **asked: Any,
) -> int:
    """The best calls of each institute, as `rank` has them.

    Without --institute: of every one.
    """
    form = _chosen(name, path, delimiter)
    found = contents.matches(home, institutes, Question.of(None, asked))
    return _export(home, found, form, path)


@export_command.command("calls")
@click.argument("words", nargs=-1)
@_file_options
@question_options
@click.pass_obj
def calls_command(
    home: Home,
    /,
    institutes: tuple[str, ...],
    name: str | None,
    path: Path | None,
    delimiter: str | None,
    **asked: Any,
) -> int:
    """The live calls, or those with every one of WORDS.

    With --institute those among its best.
    """
    form = _chosen(name, path, delimiter)
    found = contents.calls(home, institutes, Question.of(None, asked))
    return _export(home, found, form, path)


@export_command.command("changes")
@_file_options
@click.option("--since", type=DayType(), help="From this day on.")
@click.option("--min-fit", type=click.IntRange(0, 100), help="From which fit on a call suits [digest.threshold].")
@as_of_option
@click.pass_obj
def changes_command(
    home: Home,
    /,
    institutes: tuple[str, ...],
    name: str | None,
    path: Path | None,
    delimiter: str | None,
    since: date | None,
    **asked: Any,
) -> int:
    """What changed in calls, newest first.

    With --institute in those that suit it.
    """
    form = _chosen(name, path, delimiter)
    found = contents.changes(home, institutes, Question.of(None, asked), since=since)
    return _export(home, found, form, path)


def _chosen(name: str | None, path: Path | None, delimiter: str | None) -> Format:
    """The format, before anything is asked or written. Raises UsageError, also for binary data to a terminal."""
    form = chosen(name, path)
    if delimiter is not None:
        if form.name != "csv":
            raise UsageError("--delimiter says what stands between the values of csv: {name} has none.", name=form.name)
        form = replace(form, options={"separators": Separators.named(delimiter)})
    if form.binary and path is None and sys.stdout.isatty():
        raise UsageError("A terminal cannot show {name}: name a file with --output.", name=form.name)
    return form


def _export(home: Home, found: Content, form: Format, path: Path | None) -> int:
    """Write what was found; the exit code."""
    if form.history:
        found = contents.with_history(home, found)
    if form.single and len(found.parts) > 1:
        folder = _folder(form, path)
        for part in found.split():
            file = folder / _file_name(part, form)
            _write(file, _served(home, form, file.name).encode(part))
        where = f"in {folder}, a file for each of {counted(len(found.parts), 'institute')}"
    else:
        where = _put(home, found, form, path)
    if not len(found):
        say(f"Nothing to export: there are no {found.thing.value}.")
    elif path is not None:
        say(f"{len(found)} {found.thing.value} as of {day(found.as_of)} are {where}")
    return partly(found.problems)


def _put(home: Home, found: Content, form: Format, path: Path | None) -> str:
    """Write one file, or to stdout; tells where."""
    name = _file_name(found, form)
    file = path / name if path and path.is_dir() else path
    data = _served(home, form, file.name if file else name).encode(found)
    if file is None:
        put_data(data)
        return "on stdout"
    _write(file, _MARK + data if form.name == "csv" else data)
    return f"in {file}"


def _served(home: Home, form: Format, name: str) -> Format:
    """The format, with the address that a feed of that file name has where one is set."""
    base = home.settings.export.base_url
    if form.name != "atom" or not base:
        return form
    return form.with_options(address=f"{base.rstrip('/')}/{quote(name)}")


def _folder(form: Format, path: Path | None) -> Path:
    """The folder for a file an institute, made where it is missing. Raises UsageError when the output is none."""
    if path is None:
        raise UsageError(
            "One {name} file is of one institute: name one with --institute, or --output FOLDER.", name=form.name
        )
    if path.exists() and not path.is_dir():
        raise UsageError("{path} is a file, and there is one for each institute: give --output a folder.", path=path)
    try:
        make_folder(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _file_name(found: Content, form: Format) -> str:
    one = found.parts[0].institute if len(found.parts) == 1 else None
    return f"{one or found.thing.value}.{form.name}"


def _write(path: Path, data: bytes) -> None:
    """Replace a file as a whole; a link stays a link, and a device or a pipe is written to."""
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)  # renaming would put a file in the place of /dev/null
        else:
            write_file(target, data)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> DiskError:
    return DiskError(
        "{path} could not be written ({reason}): choose another --output.", path=path, reason=system_reason(error)
    )
