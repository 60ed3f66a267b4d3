"""`matcher fetch` and `run`: the work of a day."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import click

from matcher.cli.layout import table
from matcher.cli.options import as_of_option
from matcher.cli.output import complain, output_options, partly, print_csv, print_json, print_note, say
from matcher.errors import UsageError, shorten
from matcher.present.project_records import project_report_record
from matcher.present.records import envelope, sample_label
from matcher.present.run_records import fetch_record, list_record, run_outcome_record
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.outcomes import RunOutcome
    from matcher.model.project import ProjectReport
    from matcher.model.rows import FetchReport


@click.command("fetch")
@click.option("--programme", multiple=True, help="Only this programme (HORIZON, DIGITAL, LIFE…); may be repeated.")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(["topic", "external-action", "cascade"]),
    help="What to fetch [portal.kinds]; may be repeated.",
)
@click.option("--full", is_flag=True, help="Closed calls too, for the archive.")
@click.option("--bulk", metavar="FILE_OR_URL", help="Read grantsTenders.json into the archive instead.")
@click.option(
    "--projects",
    is_flag=True,
    help="Bring the EU-funded projects of CORDIS instead, from the SOURCEs [projects.sources].",
)
@click.option(
    "--accept",
    is_flag=True,
    help="With --projects: take these SOURCEs over although they hold less than before, or not what is expected.",
)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@as_of_option
@output_options
@click.pass_obj
def fetch_command(  # noqa: PLR0913 (click hands over one parameter an option)
    home: Home,
    programme: tuple[str, ...],
    kind: tuple[str, ...],
    full: bool,
    bulk: str | None,
    projects: bool,
    accept: bool,
    sources: tuple[str, ...],
    as_of: date | None,
    output: str | None,
) -> int:
    """Pull the listing of calls from the portal and keep what is new or changed.

    With --projects, a SOURCE is an address, a zip or a folder with CORDIS's tables.
    """
    if projects:
        others = {"--programme": programme, "--kind": kind, "--full": full, "--bulk": bulk, "--as-of": as_of}
        if foreign := [name for name, value in others.items() if value]:
            raise UsageError("{option} says which calls to fetch: it does not go with --projects.", option=foreign[0])
        return _fetch_projects(home, sources, output, accept=accept)
    if accept:
        raise UsageError("--accept goes with --projects.")
    if sources:
        raise UsageError("Found {source}: a SOURCE goes with --projects.", source=shorten(sources[0]))
    from matcher.app.run_context import Observer
    from matcher.app.sources.fetching import fetch, fetch_bulk, query_of

    with progress_bar(output) as progress:
        if bulk is not None:
            report = fetch_bulk(home, bulk, as_of=as_of, observer=Observer(progress))
        else:
            report = fetch(home, query_of(home, programme, kind, full=full), as_of=as_of, observer=Observer(progress))
    if output == "json":
        print_json(envelope(**fetch_record(report)))
    elif output == "csv":
        print_csv([fetch_record(report)])
    else:
        click.echo(summary_line(report))
    if bulk is not None and not report.seen:
        say("The archive is as it was when it was last read.")
    return partly(report.problems)


def _fetch_projects(home: Home, sources: tuple[str, ...], output: str | None, *, accept: bool) -> int:
    from matcher.app.run_context import Observer
    from matcher.app.sources.project_fetching import fetch_projects

    with progress_bar(output) as progress:
        report = fetch_projects(home, sources, accept=accept, observer=Observer(progress, say))
    if output == "json":
        print_json(envelope(**project_report_record(report)))
    elif output == "csv":
        print_csv([project_report_record(report)])
    else:
        click.echo(projects_line(report))
    for win in report.wins:
        say(win)
    for source in report.unchanged_sources:
        say(f"{source} is as it was when it was last read.")
    return partly(report.problems)


def projects_line(report: ProjectReport) -> str:
    """One line for a person: what a fetch of projects saw and did."""
    return (
        f"projects {report.projects}: new {report.new}, changed {report.changed}, gone {report.gone}; "
        f"participations {report.participations}: new {report.participations_new}, "
        f"changed {report.participations_changed}, gone {report.participations_gone}; "
        f"set aside {report.set_aside}, {report.seconds:.1f} s"
    )


@click.command("run")
@as_of_option
@output_options
@click.pass_obj
def run_command(home: Home, as_of: date | None, output: str | None) -> int:
    """The daily job, once, now: fetch, index, match, digest, deliver.

    Where nobody is subscribed, and from the packaged sample, it writes each institute's list as text and HTML instead
    of mails. Without a mail server, mails become files.
    """
    from matcher.app.operation.daily import run_day
    from matcher.app.run_context import Observer

    with progress_bar(output) as progress:
        outcome = run_day(home, as_of=as_of, observer=Observer(progress, say))
    if output == "json":
        print_json(envelope(**run_outcome_record(outcome)))
    elif output == "csv":
        _print_csv(outcome)
    else:
        _show(home, outcome)
    for problem in outcome.problems:
        complain(problem)
    return outcome.exit_code


def _print_csv(outcome: RunOutcome) -> None:
    from matcher.present.mail_records import LINE_FIELDS, line_record

    if outcome.sending is not None:
        print_csv(map(line_record, outcome.sending.lines), LINE_FIELDS)
    else:
        print_csv({**list_record(line), **sample_label(outcome.sample)} for line in outcome.lines)


def _show(home: Home, outcome: RunOutcome) -> None:
    if outcome.fetch:
        click.echo(summary_line(outcome.fetch))
    if outcome.projects and outcome.projects.projects:
        click.echo(projects_line(outcome.projects))
    print_note(outcome.sample)
    if outcome.sending is not None:
        from matcher.cli.digests import show_sending

        show_sending(home, outcome.sending)
        return
    rows = [
        (line.title or "—", line.institute, "—" if line.fit is None else str(line.fit), line.best or "—")
        for line in outcome.lines
    ]
    click.echo(table(("title of the best call", "institute", "fit", "call"), rows))
    click.echo(f"\nLists of {counted(len(rows), 'institute')}: {outcome.folder}")
    if home.subscribers:
        click.echo("No mails: the sample is sent to nobody; see one with matcher digest preview")
    else:
        program = _program()
        click.echo(f"Next: {program} serve --open (pages in the browser), {program} rank cea-leti")
        click.echo(f"Mails instead of lists: subscribe people in {home.settings.config_dir / 'subscribers.yaml'}")


def _program() -> str:
    """How the command is typed from here: by its path where `matcher` alone is not found, as after `make run`."""
    return sys.argv[0] if Path(sys.argv[0]).name == "matcher" and which("matcher") is None else "matcher"


def summary_line(report: FetchReport) -> str:
    """One line for a person: what was seen and what came of it."""
    return (
        f"seen {counted(report.seen, 'row')} ({report.distinct} distinct of {report.counted} counted), "
        f"new {report.new}, changed {report.changed}, closed {report.closed}, set aside {report.set_aside}, "
        f"requests {report.requests}, {report.retries} of them again, {report.seconds:.1f} s"
    )


@contextmanager
def progress_bar(output: str | None) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr while rows come in, when a person is watching."""
    context = click.get_current_context()
    if not sys.stderr.isatty() or context.find_root().params.get("quiet") or output is not None:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("fetching"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rows", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
