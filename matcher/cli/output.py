"""The shared output layer: data on stdout as text, JSON or CSV; messages and progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def output_options(command: Command) -> Command:
    """`--json` and `--csv`, the same on every listing; the command gets `output`: "json", "csv" or None for text."""
    command = click.option("--csv", "output", flag_value="csv", help="Comma-separated values, one row an item.")(
        command
    )
    return click.option("--json", "output", flag_value="json", help="One JSON object with a schema number.")(command)


def print_json(record: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    json.dump(record, sys.stdout, ensure_ascii=not unicode, indent=1)
    sys.stdout.write("\n")


def print_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str] = ()) -> None:
    """Rows on stdout; cells that a spreadsheet would run as formulas are disarmed. `fields` head an empty listing."""
    from matcher.present.records import csv_text

    sys.stdout.write(csv_text(rows, fields))


def say(message: str) -> None:
    """A line for the person at the terminal, on stderr; silenced by `--quiet`."""
    context = click.get_current_context(silent=True)
    if context is None or not context.find_root().params.get("quiet"):
        _tell("INFO", message, message)


def complain(problem: str) -> None:
    """A line on stderr that `--quiet` does not silence: a failure that nobody sees is the worst."""
    _tell("WARNING", problem, f"problem: {problem}")


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
