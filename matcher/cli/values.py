"""Types of values on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from matcher.model import LIVE, CallFilter, Status

Command = TypeVar("Command", bound=Callable[..., Any])

_STATUSES = {"live": LIVE, "all": frozenset[Status]()} | {s.value: frozenset({s}) for s in Status}


class Day(click.ParamType):  # type: ignore[type-arg]
    """A calendar day, `2026-05-07`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-05-07.", param, ctx)


def as_of_option(command: Command) -> Command:
    """`--as-of DATE`: today, unless a past day is to be replayed."""
    return click.option("--as-of", type=Day(), help="Judge as on this day instead of today.")(command)


def filter_options(command: Command) -> Command:
    """The filters of `rank` and `calls`; turned into a `CallFilter` by `call_filter`."""
    options = [
        click.option(
            "--status",
            multiple=True,
            type=click.Choice(sorted(_STATUSES)),
            default=("live",),
            show_default=True,
            help="May be repeated.",
        ),
        click.option("--programme", multiple=True, help="HORIZON, DIGITAL, EDF, LIFE, H2020…; may be repeated."),
        click.option("--action", multiple=True, help="Type of action: RIA, IA, HORIZON-CSA…; may be repeated."),
        click.option("--deadline-before", type=Day(), help="The next deadline is before this day."),
        click.option("--deadline-after", type=Day(), help="The next deadline is after this day."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def call_filter(
    status: tuple[str, ...],
    programme: tuple[str, ...],
    action: tuple[str, ...],
    deadline_before: date | None,
    deadline_after: date | None,
    words: tuple[str, ...] = (),
) -> CallFilter:
    """The filter that the options ask for."""
    statuses = frozenset[Status]() if "all" in status else frozenset().union(*(_STATUSES[s] for s in status))
    return CallFilter(
        status=statuses,
        programmes=frozenset(p.upper() for p in programme),
        actions=frozenset(a.upper() for a in action),
        deadline_before=deadline_before,
        deadline_after=deadline_after,
        words=words,
    )
