"""The calendar of calls: a deadline is a day in Brussels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


Clock = Callable[[], datetime]
"""Gives the true time, aware."""


Progress = Callable[[int, int], None]
"""Told how much is done, and of how much; 0 where nobody knows."""


_NOON = time(12, tzinfo=BRUSSELS)


def brussels_day(moment: datetime) -> date:
    """The day in Brussels at an aware moment."""
    return moment.astimezone(BRUSSELS).date()


def noon(day: date) -> datetime:
    """Noon in Brussels: the moment that stands for a day that is replayed."""
    return datetime.combine(day, _NOON)
