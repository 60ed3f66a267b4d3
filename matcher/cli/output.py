"""The shared output layer: data on stdout as text, JSON or CSV; messages and progress on stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

Command = TypeVar("Command", bound=Callable[..., Any])

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def output_options(command: Command) -> Command:
    """`--json` and `--csv`, the same on every listing; the command gets `output`: "json", "csv" or None for text."""
    command = click.option("--csv", "output", flag_value="csv", help="Comma-separated values, one row an item.")(
        command
    )
    return click.option("--json", "output", flag_value="json", help="One JSON object with a schema number.")(command)


def print_json(record: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    json.dump(record, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows on stdout; cells that a spreadsheet would run as formulas are disarmed."""
    sys.stdout.write(csv_text(rows))


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a header line; lists are joined by a semicolon, unknown is empty."""
    listed = list(rows)
    buffer = io.StringIO()
    if listed:
        writer = csv.DictWriter(buffer, fieldnames=list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: csv_cell(value) for key, value in row.items()} for row in listed)
    return buffer.getvalue()


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a leading quote disarms it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        value = " ".join(str(part) for part in value.values() if part is not None)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = "; ".join(str(csv_cell(part)) for part in value)
    text = str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def console() -> Console:
    """A rich console for stdout: no colour when NO_COLOR is set or stdout is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "120"))
    return Console(highlight=False, soft_wrap=False, width=width)


def say(message: str) -> None:
    """A line for the person at the terminal, on stderr; silenced by `--quiet`."""
    context = click.get_current_context(silent=True)
    if context is None or not context.find_root().params.get("quiet"):
        click.echo(message, err=True)
