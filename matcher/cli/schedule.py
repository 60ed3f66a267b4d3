"""`matcher schedule` and `maintain`: the work that comes back, done by us or by cron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.output import complain, output_options, print_csv, print_json
from matcher.errors import MatcherError, StoreBusy
from matcher.present.records import envelope

if TYPE_CHECKING:
    from matcher.app.home import Matcher


@click.command("schedule")
@click.pass_context
def schedule_command(ctx: click.Context) -> None:
    """The daily job, every day, until stopped.

    Fetches, ranks and sends at the time of [schedule], tries mails again whose time has come, refreshes the archive
    and cleans up once a week. What was missed is caught up once. SIGTERM ends it within seconds, SIGHUP makes it read
    the configuration again.
    """
    from matcher.app.home import Matcher
    from matcher.config.settings import load_settings
    from matcher.logs import configure
    from matcher.schedule.loop import Watch

    given = ctx.find_root().params
    configure(given["log_format"], debug=given["debug"], quiet=given["quiet"])
    Watch(lambda: Matcher(load_settings(home=given["home"], config_dir=given["config_dir"]))).run()


@click.command("maintain")
@output_options
@click.pass_obj
def maintain_command(app: Matcher, output: str | None) -> int:
    """The weekly job, once, now: read the archive when it changed, forget what is old, free its space.

    The archive is schedule.archive, and what is older than schedule.keep_days goes: raw rows of former versions, rows
    set aside, texts of sent mails, old runs and lists. Calls, their versions and what was told to whom stay.
    """
    from dataclasses import asdict
    from datetime import UTC, datetime

    from matcher.app.upkeep import clean_up, refresh_archive

    problem = None
    report = None
    try:
        report = refresh_archive(app)
    except StoreBusy:
        raise
    except MatcherError as error:  # the clean-up does not depend on the portal
        problem = error
        complain(str(error))
    cleaned = asdict(clean_up(app, lambda: datetime.now(UTC)))
    archive = {"seen": report.seen, "new": report.new, "changed": report.changed} if report else None
    if output == "json":
        print_json(envelope(archive=archive, forgotten=cleaned, problems=[str(problem)] if problem else []))
    elif output == "csv":
        print_csv([cleaned])
    else:
        if report:
            click.echo(f"archive    {report.seen} rows read, {report.new} new, {report.changed} changed")
        click.echo("forgotten  " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in cleaned.items()))
    return 3 if problem else 0
