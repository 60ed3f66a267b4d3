"""The calendar of calls: a deadline is a day in Brussels; the day that is judged is one value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from matcher.errors import UsageError, shorten
from matcher.model.frozen import dataclass

BRUSSELS = ZoneInfo("Europe/Brussels")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Clock = Callable[[], datetime]
"""Gives the true time, aware."""

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much; 0 where nobody knows."""

_Date = date  # `Day` has a field of that name
_NOON = time(12, tzinfo=BRUSSELS)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Days that can be asked for; around others nothing can be counted, as calendars end."""


def written_day(text: str) -> date:
    """The day that somebody wrote as 2026-05-07. Raises UsageError."""
    try:
        return known_day(date.fromisoformat(text))
    except ValueError as error:
        raise UsageError("{text} is no date; write it as 2026-05-07.", text=shorten(text)) from error


def known_day(day: date) -> date:
    """The same day. Raises UsageError where it is too long ago, or too far ahead, to count from."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(
            "{day} is too far away; write a day from {first} to {last}.",
            day=day,
            first=FIRST_DAY,
            last=LAST_DAY,
        )
    return day


def brussels_day(moment: datetime) -> date:
    """The day in Brussels at an aware moment."""
    return moment.astimezone(BRUSSELS).date()


def noon(day: date) -> datetime:
    """Noon in Brussels: the moment that stands for a day that is replayed."""
    return datetime.combine(day, _NOON)


@dataclass(frozen=True, slots=True)
class Day:
    """The day that is judged: today in Brussels, the sample's own, or one that is replayed.

    What needs the true time (locks, attempts, stamps) asks a clock instead.
    """

    date: _Date
    moment: datetime  # the true time of today, noon of any other day
    sample: str | None = None  # the label of the packaged sample, when that is what is judged

    @classmethod
    def of(
        cls, as_of: _Date | None, now: datetime, *, sample: str | None = None, sample_day: _Date | None = None
    ) -> Day:
        """The day asked for; else the sample's own when the sample is shown; else today in Brussels."""
        fixed = as_of or sample_day
        if fixed is None:
            return cls(brussels_day(now), now, sample)
        return cls(fixed, noon(fixed), sample)
