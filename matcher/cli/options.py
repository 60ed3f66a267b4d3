"""Types of values on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import click

from matcher.cli.output import say
from matcher.cli.spoken_language import told, tr
from matcher.errors import UsageError, shorten
from matcher.model.day import written_day
from matcher.model.families import GROUPS
from matcher.model.question import FILTERS, MOST, Filter
from matcher.model.searched import SORTS
from matcher.text.untrusted import visible

Command = TypeVar("Command", bound=Callable[..., Any])

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


COUNT = click.IntRange(1, MOST)
"""How many of something."""


class DayType(click.ParamType):  # type: ignore[type-arg]
    """A calendar day, `2026-05-07`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return written_day(value)
        except UsageError as error:
            self.fail(told(error), param, ctx)


class Typed(click.ParamType):  # type: ignore[type-arg]
    """Words that somebody typed or pasted: what cannot be seen in them is left out, and that is said."""

    name = "text"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        seen = visible(str(value))
        if seen != value:
            say(tr("Characters that cannot be seen (controls, marks of direction) were left out of what was asked."))
        return seen


class Age(click.ParamType):  # type: ignore[type-arg]
    """A span of time, `26h`, `90m` or `3d`."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([mhd])", value.strip())
        if found is None:
            self.fail(tr("{age} is no age; write it as 90m, 26h or 3d.", age=shorten(value)), param, ctx)
        return int(found[1]) * _UNITS[found[2]]


def as_of_option(command: Command) -> Command:
    """`--as-of DATE`: today, unless a past day is to be replayed."""
    return click.option("--as-of", type=DayType(), help="Judge as on this day instead of today.")(command)


def top_option(command: Command) -> Command:
    """`--top N`."""
    return click.option("--top", type=COUNT, help="How many matches [ranking.top].")(command)


def min_fit_option(command: Command) -> Command:
    """`--min-fit N`."""
    text = "Leave out matches below this fit [ranking.min_fit]."
    return click.option("--min-fit", type=click.IntRange(0, 100), help=text)(command)


def filter_options(command: Command) -> Command:
    """The filters of `rank` and `calls`, out of the table that every question is made by."""
    for one in reversed(FILTERS):
        command = _filter_option(one)(command)
    return command


def group_option(command: Command) -> Command:
    """`--group part`."""
    text = "Calls of one part of a programme together: cluster, mission, partnership, EIC…"
    return click.option("--group", "grouped_by", type=click.Choice(GROUPS), help=text)(command)


def search_options(command: Command) -> Command:
    """How words are searched for, and in which order calls are listed."""
    for option in (
        click.option("--limit", type=COUNT, help="How many at most [20 of a search, else all]."),
        click.option("--sort", type=click.Choice(SORTS), help="The order [relevance of a search, else deadline]."),
    ):
        command = option(command)
    return matching_options(command)


def matching_options(command: Command) -> Command:
    """How words are met, by calls and by projects."""
    without = "Leave out what holds this; may be repeated."
    command = click.option("--without", multiple=True, metavar="WORD", type=Typed(), help=without)(command)
    return click.option("--phrase", is_flag=True, help="The words side by side, in this order.")(command)


def _filter_option(one: Filter) -> Callable[[Command], Command]:
    if one.kind == "day":
        return click.option(one.option, type=DayType(), help=one.help["en"])
    if one.kind == "choice":
        choice = click.Choice(one.choices)
        return click.option(
            one.option, multiple=True, type=choice, default=("live",), show_default=True, help=one.help["en"]
        )
    if one.kind == "flag":
        return click.option(one.option, is_flag=True, help=one.help["en"])
    if one.kind == "audience":
        return click.option(one.option, type=click.Choice(one.choices), help=one.help["en"])
    return click.option(one.option, multiple=True, type=Typed(), help=one.help["en"])


def question_options(command: Command) -> Command:
    """Everything that can be asked of a ranking: how many, from which fit on, filters, the day."""
    return top_option(min_fit_option(filter_options(as_of_option(command))))
