"""`matcher keep`, `dismiss`, `assign`, `note`, `state`: what an institute makes of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from matcher.app.decisions.deciding import decide
from matcher.cli.options import as_of_option
from matcher.cli.output import output_options, print_csv, print_json, say
from matcher.cli.spoken_language import spoken, tr
from matcher.model.decision import Act, Cause, Order
from matcher.present.decision_shapes import DECISION_FIELDS, decision_record, note_record
from matcher.present.decision_words import decision_line
from matcher.present.records import envelope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import Any

    from matcher.app.home import Home
    from matcher.model.decision import Settled

    Command = TypeVar("Command", bound=Callable[..., Any])


def _deciding(command: Command) -> Command:
    """What every one of these commands takes: the institute, its calls, who decides, and taking it back."""
    for option in (
        output_options,
        as_of_option,
        click.option("--as", "by", metavar="ID", help="Who decides: a subscriber's id [user, else the login name]."),
        click.option("--undo", is_flag=True, help="Take it back."),
        click.argument("calls", nargs=-1, required=True, metavar="CALL..."),
        click.argument("institute"),
    ):
        command = option(command)
    return click.pass_obj(command)  # type: ignore[return-value]


@click.command("keep")
@_deciding
def keep_command(home: Home, institute: str, calls: tuple[str, ...], **asked: Any) -> None:
    """INSTITUTE keeps CALLs: they and their news come first in its mails."""
    _decide(home, institute, calls, Order.of(Act.KEEP, undo=asked["undo"], by=asked["by"]), asked)


@click.command("dismiss")
@click.option("--reason", help=f"{', '.join(Cause)}.")
@click.option("--of", "repeated", metavar="CALL", help="The call that a duplicate repeats.")
@_deciding
def dismiss_command(
    home: Home, institute: str, calls: tuple[str, ...], reason: str | None, repeated: str | None, **asked: Any
) -> None:
    """INSTITUTE dismisses CALLs: they leave the mails of all its readers, with their changes."""
    order = Order.of(Act.DISMISS, reason, repeated, undo=asked["undo"], by=asked["by"])
    _decide(home, institute, calls, order, asked)


@click.command("assign")
@click.option("--to", "who", metavar="WHO", help="A lab, a subscriber's id, or any name.")
@_deciding
def assign_command(home: Home, institute: str, calls: tuple[str, ...], who: str | None, **asked: Any) -> None:
    """INSTITUTE gives CALLs to a lab or a person, who gets them by mail whatever the filters are."""
    _decide(home, institute, calls, Order.of(Act.ASSIGN, who, undo=asked["undo"], by=asked["by"]), asked)


@click.command("note")
@click.option("--text", help="What there is to say.")
@_deciding
def note_command(home: Home, institute: str, calls: tuple[str, ...], text: str | None, **asked: Any) -> None:
    """INSTITUTE notes something about CALLs; --undo takes the last note back."""
    _decide(home, institute, calls, Order.of(Act.NOTE, text, undo=asked["undo"], by=asked["by"]), asked)


@click.command("state")
@click.option("--is", "state", metavar="STATE", help="preparing, applied, won or lost.")
@click.option("--project", metavar="NUMBER", help="The project that came of it, as CORDIS numbers it.")
@_deciding
def state_command(
    home: Home, institute: str, calls: tuple[str, ...], state: str | None, project: str | None, **asked: Any
) -> None:
    """How far INSTITUTE's applications to CALLs have come; --undo goes back to the state before."""
    _decide(home, institute, calls, Order.of(Act.STATE, state, project, undo=asked["undo"], by=asked["by"]), asked)


def _decide(home: Home, institute: str, calls: tuple[str, ...], order: Order, asked: dict[str, Any]) -> None:
    as_of: date | None = asked["as_of"]
    settled = decide(home, institute, calls, order, as_of=as_of)
    records = [
        note_record(one, one.notes[-1]) if order.act is Act.NOTE and one.notes else decision_record(one)
        for one in settled.calls.values()
        if one is not None
    ]
    if asked["output"] == "json":
        print_json(envelope(decisions=records, remarks=list(map(str, settled.remarks))))
    elif asked["output"] == "csv":
        print_csv(records, DECISION_FIELDS)
    else:
        click.echo("\n".join(_lines(settled)))
    for remark in settled.remarks:
        say(spoken().tell(remark))


def _lines(settled: Settled) -> list[str]:
    return [
        f"{call}  {decision_line(stands, spoken()) if stands else tr('nothing is decided')}"
        for call, stands in settled.calls.items()
    ]
