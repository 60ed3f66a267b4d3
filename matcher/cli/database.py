"""`matcher db`: upgrade, copy, back up and check the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.cli.output import output_options, print_csv, print_json, say
from matcher.cli.render import table
from matcher.present.records import envelope

if TYPE_CHECKING:
    from matcher.app.home import Matcher


@click.group("db")
def db_command() -> None:
    """Upgrade, copy, back up and check the database."""


@db_command.command("upgrade", short_help="Make the tables, or bring them up to date.")
@click.pass_obj
def db_upgrade(app: Matcher) -> None:
    """Make the tables, or bring them up to date, and say nothing else; every command that writes does so too."""
    from matcher.store.schema import HEAD

    with app.open_store():
        say(f"The database is at schema {HEAD}.")


@db_command.command("copy", short_help="Copy everything from one database to another.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@output_options
def db_copy(source: str, target: str, output: str | None) -> None:
    """Copy everything from one database URL to another one that is empty, between SQLite and PostgreSQL too."""
    from matcher.store.database import Store

    with Store.open(source, read_only=True) as reading, Store.open(target) as writing:
        counts = reading.copy_to(writing)
    rows = [{"table": name, "rows": count} for name, count in counts.items()]
    if output == "json":
        print_json(envelope(tables=rows))
    elif output == "csv":
        print_csv(rows)
    else:
        click.echo(table(("table", "rows"), [(name, str(count)) for name, count in counts.items()]))


@db_command.command("backup", short_help="Write a consistent copy to a SQLite file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def db_backup(app: Matcher, file: Path) -> None:
    """Write a consistent copy to a SQLite file, while others go on working; an earlier backup is replaced."""
    with app.open_store(read_only=True) as store:
        store.back_up(file)
    say(f"The backup is {file}.")


@db_command.command("check", short_help="Read everything and tell what is damaged.")
@output_options
@click.pass_obj
def db_check(app: Matcher, output: str | None) -> int:
    """Read everything that is kept and tell what is damaged; exit 1 when something is."""
    with app.open_store(read_only=True) as store:
        findings = store.check()
    if output == "json":
        print_json(envelope(ok=not findings, findings=findings))
    elif output == "csv":
        print_csv([{"finding": finding} for finding in findings], ("finding",))
    else:
        click.echo("\n".join(findings) or "Everything that is kept is whole.")
    return 1 if findings else 0
