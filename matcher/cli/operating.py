"""`matcher status`, `doctor`, `config`, `schedule`, `maintain` and `db`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from matcher.app.run_context import Observer
from matcher.cli.layout import fact, table
from matcher.cli.options import COUNT, Age, as_of_option
from matcher.cli.output import complain, output_options, print_csv, print_json, say
from matcher.cli.spoken_language import told, tr, tr_n
from matcher.errors import MatcherError, StoreBusy, StoreMissing
from matcher.model.caution import reported_text
from matcher.model.day import brussels_day, noon
from matcher.model.outcomes import PARTLY_DONE
from matcher.present.project_records import project_health_record, project_report_record
from matcher.present.records import envelope
from matcher.present.run_records import run_record
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, timedelta

    from matcher.app.home import Home
    from matcher.model.outcomes import Health
    from matcher.model.project import ProjectHealth, ProjectReport

_Done = TypeVar("_Done")


@click.command("status")
@click.option("--last", type=COUNT, default=10, show_default=True, help="How many runs.")
@click.option("--max-age", type=Age(), help="Exit 1 unless a daily run went well in this time (26h, 90m, 3d).")
@click.option("--metrics-file", type=click.Path(path_type=Path), help="Write Prometheus metrics there too.")
@as_of_option
@output_options
@click.pass_obj
def status_command(
    home: Home,
    last: int,
    max_age: timedelta | None,
    metrics_file: Path | None,
    as_of: date | None,
    output: str | None,
) -> int:
    """How the last runs went, and how fresh the listing and the index are."""
    _print_status(home, last, as_of, output)
    now = noon(as_of) if as_of else datetime.now(UTC)
    if metrics_file is not None:
        from matcher.schedule.metrics import write_metrics

        write_metrics(home, now, metrics_file)
    late = _late(home, now, max_age) if max_age is not None else None
    if late:
        complain(late)
    return 1 if late else 0


def _late(home: Home, now: datetime, max_age: timedelta) -> str | None:
    """What to tell when no daily run went well for too long."""
    from matcher.schedule.due import Task, last_good

    try:
        with home.open_store(read_only=True) as store:
            good = last_good(store.runs.last(1000, Task.DAILY), now)
    except StoreMissing:
        good = None
    if good is None:
        return tr("No daily run ever went well; `matcher run` shows why.")
    if now - good > max_age:
        ended = f"{good:%Y-%m-%d %H:%M}"
        return tr("The last daily run that went well ended {ended} UTC; `matcher run` shows why.", ended=ended)
    return None


def _print_status(home: Home, last: int, as_of: date | None, output: str | None) -> None:
    from matcher.app.operation.health import status

    health = status(home, last, as_of=as_of)
    records = [run_record(run) for run in health.runs]
    if output == "json":
        print_json(
            envelope(
                calls=health.calls,
                live=health.live,
                last_good_fetch=health.last_good_fetch.isoformat() if health.last_good_fetch else None,
                indexed=health.indexed,
                index_current=health.index_current,
                sample=health.sample,
                projects=project_health_record(health.projects) if health.projects else None,
                texts=asdict(health.texts) if health.texts else None,
                unconfirmed=health.unconfirmed,
                runs=records,
            )
        )
    elif output == "csv":
        fields = ("run", "kind", "started", "finished", "outcome")
        print_csv(({name: record[name] for name in fields} for record in records), fields)
    elif not health.runs:
        click.echo(tr("Nothing was ever fetched: start with `matcher run`."))
    else:
        click.echo("\n".join(_health_lines(health)))
        rows = [
            (
                str(run.identifier),
                run.kind,
                f"{run.started:%Y-%m-%d %H:%M}",
                run.outcome,
                "; ".join(map(str, run.detail.get("problems", ()))),  # type: ignore[call-overload]
            )
            for run in health.runs
        ]
        heads = (tr("run"), tr("kind"), tr("started (UTC)"), tr("outcome"), tr("problems"))
        click.echo("\n" + table(heads, rows))


def _health_lines(health: Health) -> list[str]:
    good = f"{health.last_good_fetch:%Y-%m-%d %H:%M} UTC" if health.last_good_fetch else tr("never")
    old = "" if health.index_current else " " + tr("(out of date)")
    facts = [
        (tr("calls"), tr("{n}, {live} of them live", n=health.calls, live=health.live)),
        (tr("last good fetch"), good),
        (tr("index"), (health.indexed or tr("none")) + old),
    ]
    if health.projects:
        facts.append((tr("projects"), _projects_text(health.projects)))
    if health.texts:
        n, of = health.texts.with_text, health.texts.calls
        facts.append((tr("texts"), tr("of closed Horizon Europe calls, {n} of {of}", n=n, of=of)))
    for what, count in health.unconfirmed.items():
        waits = tr("{n} calls {what}: waits for a fetch on another day", n=count, what=reported_text(what))
        facts.append((tr("not confirmed"), waits))
    if health.sample:
        facts.append((tr("sample"), health.sample))
    column = max(17, *(len(name) + 2 for name, _ in facts))
    return [line for name, text in facts for line in fact(name, text, column)]


def _projects_text(health: ProjectHealth) -> str:
    read = tr("read {day}", day=brussels_day(health.read)) if health.read else tr("never read to the end")
    return tr_n(
        "{projects}, {n} participation, {read}",
        "{projects}, {n} participations, {read}",
        health.participations,
        projects=health.projects,
        read=read,
    )


@click.command("doctor")
@as_of_option
@output_options
@click.pass_obj
def doctor_command(home: Home, as_of: date | None, output: str | None) -> int:
    """Check configuration, folders, database, index and portal; exit 1 when something is wrong."""
    from matcher.app.operation.doctor import examine

    findings = examine(home, as_of=as_of)
    if output == "json":
        print_json(envelope(checks=[{"check": f.check, "ok": f.ok, "detail": f.detail} for f in findings]))
    elif output == "csv":
        print_csv({"check": f.check, "ok": f.ok, "detail": f.detail} for f in findings)
    else:
        for finding in findings:
            name = f"{'ok  ' if finding.ok else 'FAIL'}  {finding.check}"
            click.echo("\n".join(fact(name, finding.detail, 21)))
    return 0 if all(f.ok for f in findings) else 1


@click.group("config")
def config_command() -> None:
    """The settings and where each came from."""


@config_command.command("show")
@output_options
@click.pass_obj
def config_show(home: Home, output: str | None) -> None:
    """Each setting, its value (secrets masked) and where it came from."""
    settings = [{"setting": k, "value": v, "origin": o} for k, v, o in home.settings.shown()]
    if output == "json":
        print_json(envelope(settings=settings))
    elif output == "csv":
        print_csv(settings)
    else:
        click.echo(table(("setting", "value", "from"), [tuple(s.values()) for s in settings]))


@click.command("schedule")
@click.pass_context
def schedule_command(ctx: click.Context) -> None:
    """The daily job, every day, until stopped.

    Fetches, ranks and sends at the time of [schedule], tries mails again whose time has come, refreshes the archive
    and cleans up once a week. What was missed is caught up once. SIGTERM ends it within seconds, SIGHUP makes it read
    the configuration again.
    """
    from matcher.app.operation.setup_check import opened
    from matcher.logs import configure
    from matcher.schedule.loop import Scheduler

    given = ctx.find_root().params
    configure(given["log_format"], debug=given["debug"], quiet=given["quiet"])
    Scheduler(lambda: opened(given["home"], given["config_dir"])).run()


@click.command("maintain")
@output_options
@click.pass_obj
def maintain_command(home: Home, output: str | None) -> int:
    """The weekly job, once, now: read what changed of the archive and the projects, forget what is old, free its space.

    The archive is schedule.archive; projects come once a month. What is older than schedule.keep_days goes: raw rows of
    former versions, rows set aside, texts of sent mails, old runs and lists. Calls, their versions and what was told to
    whom stay.
    """
    from matcher.app.sources.upkeep import clean_up, refresh_archive

    problems: list[str] = []
    report = _weekly(lambda: refresh_archive(home), problems)
    came = _weekly(lambda: _monthly_projects(home), problems)
    problems += report.problems if report else ()
    problems += came.problems if came else ()
    for problem in problems:
        complain(problem)
    cleaned = asdict(clean_up(home, lambda: datetime.now(UTC)))
    archive = {"seen": report.seen, "new": report.new, "changed": report.changed} if report else None
    if output == "json":
        projects = project_report_record(came) if came else None
        print_json(envelope(archive=archive, projects=projects, forgotten=cleaned, problems=problems))
    elif output == "csv":
        print_csv([cleaned])
    else:
        if report:
            click.echo(f"archive    {counted(report.seen, 'row')} read, {report.new} new, {report.changed} changed")
        if came:
            click.echo(f"projects   {came.projects} read, {came.new} new, {came.changed} changed")
        click.echo("forgotten  " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in cleaned.items()))
    return PARTLY_DONE if problems else 0


def _weekly(work: Callable[[], _Done], problems: list[str]) -> _Done | None:
    """What some of the weekly work brought; what it fails with is a problem, as the rest does not depend on it."""
    try:
        return work()
    except StoreBusy:
        raise
    except MatcherError as error:
        problems.append(told(error))
        return None


def _monthly_projects(home: Home) -> ProjectReport | None:
    """The projects, unless there is no source of them or they came of late."""
    from matcher.app.sources.project_fetching import fetch_projects
    from matcher.schedule.due import Task, attempts_of, renewed

    if not home.settings.projects.sources:
        return None
    with home.open_store() as store:
        attempts = attempts_of(store.runs.last(30, Task.PROJECTS))
    return None if renewed(attempts, home.clock()) else fetch_projects(home, observer=Observer(say=say))


@click.group("db")
def db_command() -> None:
    """Upgrade, copy, back up and check the database."""


@db_command.command("upgrade", short_help="Make the tables, or bring them up to date.")
@click.pass_obj
def db_upgrade(home: Home) -> None:
    """Make the tables, or bring them up to date, and say nothing else; every command that writes does so too."""
    from matcher.store.schema import HEAD

    with home.open_store():
        say(f"The database is at schema {HEAD}.")


@db_command.command("copy", short_help="Copy everything from one database to another.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@output_options
def db_copy(source: str, target: str, output: str | None) -> None:
    """Copy everything from one database URL to another one that is empty, between SQLite and PostgreSQL too."""
    from matcher.store.database import Store

    with Store.open(source, read_only=True) as reading, Store.open(target) as writing:
        counts = reading.maintenance.copy_to(writing.maintenance)
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
def db_backup(home: Home, file: Path) -> None:
    """Write a consistent copy to a SQLite file, while others go on working; an earlier backup is replaced."""
    with home.open_store(read_only=True) as store:
        store.maintenance.back_up(file)
    say(f"The backup is {file}.")


@db_command.command("check", short_help="Read everything and tell what is damaged.")
@output_options
@click.pass_obj
def db_check(home: Home, output: str | None) -> int:
    """Read everything that is kept and tell what is damaged; exit 1 when something is."""
    with home.open_store(read_only=True) as store:
        findings = store.maintenance.check()
    if output == "json":
        print_json(envelope(ok=not findings, findings=findings))
    elif output == "csv":
        print_csv([{"finding": finding} for finding in findings], ("finding",))
    else:
        click.echo("\n".join(findings) or "Everything that is kept is whole.")
    return 1 if findings else 0
