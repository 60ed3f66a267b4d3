"""The `matcher` command: each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib
import io
import sys
from pathlib import Path
from typing import Any

import click

from matcher.cli.spoken_language import speaking, spoken, told, tr, with_spoken_help
from matcher.cli.streams import OutputLostError, ReaderGoneError, said
from matcher.errors import ConfigError, MatcherError, clipped, system_reason
from matcher.text.masking import learn_from

COMMANDS = {
    "run": ("matcher.cli.running", "The daily job, once, now: fetch, rank, mail."),
    "fetch": ("matcher.cli.running", "Pull the listing of calls from the portal."),
    "rank": ("matcher.cli.asking", "The best calls for an institute, or for any text."),
    "why": ("matcher.cli.asking", "Why a call was, or was not, recommended."),
    "show": ("matcher.cli.showing", "One call in full, with evidence and history."),
    "calls": ("matcher.cli.finding", "List or search the calls."),
    "keep": ("matcher.cli.decision_commands", "An institute keeps calls: their news come first in its mails."),
    "dismiss": ("matcher.cli.decision_commands", "An institute dismisses calls, with a reason: they leave its mails."),
    "assign": ("matcher.cli.decision_commands", "An institute gives calls to a lab or a person."),
    "note": ("matcher.cli.decision_commands", "An institute notes something about calls."),
    "state": ("matcher.cli.decision_commands", "How far an institute's applications to calls have come."),
    "decisions": ("matcher.cli.decision_listing", "What institutes decided on calls."),
    "programmes": ("matcher.cli.part_listing", "Programmes and their parts, with their live calls."),
    "institutes": ("matcher.cli.browsing", "List the institutes."),
    "projects": (
        "matcher.cli.project_listing",
        "EU-funded projects: an institute's own, those of a call, those with words.",
    ),
    "partners": ("matcher.cli.partner_listing", "Organisations to answer a call with, for an institute."),
    "bids": ("matcher.cli.bid_listing", "Institutes that could answer a call together."),
    "export": ("matcher.cli.exporting", "Matches, calls or changes as a file: csv, xlsx, json, parquet, ics, atom."),
    "profile": ("matcher.cli.browsing", "An institute's skills, as the ranking reads them."),
    "digest": ("matcher.cli.digests", "Mails: preview, send, test, status, resend, calendar, dismiss."),
    "subscribers": ("matcher.cli.digests", "Who gets mail, for which institutes, how often."),
    "evaluate": ("matcher.cli.evaluating", "How good the ranking is on a benchmark folder."),
    "serve": ("matcher.cli.serving_command", "The pages in the browser: lists, decisions, the network."),
    "schedule": ("matcher.cli.operating", "The daily job, every day, until stopped."),
    "maintain": ("matcher.cli.operating", "The weekly job, once, now: refresh the archive, clean up."),
    "db": ("matcher.cli.operating", "Upgrade, copy, back up and check the database."),
    "status": ("matcher.cli.operating", "How the last runs went."),
    "doctor": ("matcher.cli.operating", "What is wrong with the set-up, and what to do."),
    "config": ("matcher.cli.operating", "The settings and where each came from."),
}
"""Name → (module, one line of help); the function in the module is called `<name>_command`."""


class _Unconfigured:
    """The facade of a broken configuration: who asks for help may have come to mend it, and all others are told."""

    def __init__(self, error: ConfigError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


def _complete(error: ConfigError, home: Any) -> ConfigError:
    """The same with whatever else is wrong in the configuration, so that nobody mends it in rounds."""
    from matcher.app.home import Home
    from matcher.app.operation.setup_check import every_mistake

    return ConfigError(every_mistake(home, error.sayings)) if isinstance(home, Home) else error


class _LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
        except ConfigError as error:
            raise _complete(error, ctx.obj) from error
        sys.stdout.flush()
        return result

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["matcher.help"] = not {"-h", "--help"}.isdisjoint(args)
        return super().parse_args(ctx, args)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return with_spoken_help(command)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(tr("Commands")):
            formatter.write_dl([(name, tr(text)) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="matcher", prog_name="matcher")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of all state [MATCHER_HOME].")
@click.option("--config", "config_dir", type=click.Path(path_type=Path), help="Configuration folder [MATCHER_CONFIG].")
@click.option("--quiet", "-q", is_flag=True, help="No messages or progress on stderr, only errors.")
@click.option("--debug", is_flag=True, help="Show requests and full tracebacks.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Messages on stderr as lines, or as one JSON object each.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "fr"]),
    expose_value=False,  # read ahead of all others
    help="Language of the terminal [that of LANG, en or fr].",
)
@click.pass_context
def cli(
    ctx: click.Context, /, home: Path | None, config_dir: Path | None, debug: bool, log_format: str, **_: bool
) -> None:
    """Tells each French Carnot institute which European calls suit its skills, and why."""
    from matcher.app.operation.setup_check import opened
    from matcher.cli.output import complain

    if debug or log_format == "json":
        from matcher.logs import configure

        configure(log_format, debug=debug)
    try:
        ctx.obj = opened(home, config_dir)
    except ConfigError as error:
        if not ctx.meta["matcher.help"]:
            raise
        ctx.obj = _Unconfigured(error)
        return
    if ctx.invoked_subcommand != "doctor":  # whose answer it is part of
        for slip in ctx.obj.settings.unread.slips:
            complain(spoken().tell(slip))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits with DESIGN's codes and never shows a traceback without `--debug`."""
    words = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in words
    for word in words:
        if ":/" in word and not set(word) & set(" \t\n"):  # an address, not a text
            learn_from(word)
    with said() as out, speaking(words):
        try:
            code = _exit_code(arguments, debug=debug)
        except ReaderGoneError:  # not a failure
            out.discard_rest()
            code = 0
        except OutputLostError as error:
            out.discard_rest()
            _fail(tr("what this command says could not be written ({reason}); what it does is done.", reason=error))
            code = 1
    sys.exit(code)


def _exit_code(arguments: list[str] | None, *, debug: bool) -> int:
    """What the command ends with; whatever is wrong is told."""
    try:
        code: Any = with_spoken_help(cli).main(args=arguments, prog_name="matcher", standalone_mode=False)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(clipped(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _fail(tr("interrupted; what was kept before stays as it was."))
        return 130
    except (ReaderGoneError, OutputLostError):
        raise
    except Exception as error:  # noqa: BLE001 (told in one sentence, or in full with --debug)
        if debug:
            import traceback

            traceback.print_exc()
        else:
            _fail(told(error) if isinstance(error, MatcherError) else clipped(_sentence(error)))
        return error.exit_code if isinstance(error, MatcherError) else 1
    return code if isinstance(code, int) else 0


def _fail(message: str) -> None:
    from matcher.cli.output import fail

    fail(message)


def _sentence(error: Exception) -> str:
    """What to tell of an error that no layer foresaw."""
    if isinstance(error, OSError) and error.filename is not None:
        return tr(
            "{path}: {reason}; check the path and its permissions, or point MATCHER_HOME elsewhere.",
            path=error.filename,
            reason=spoken().tell(system_reason(error)),
        )
    kind = type(error).__name__
    return tr("unexpected {kind}: {error}; `matcher --debug COMMAND` shows the details.", kind=kind, error=error)
