"""The portal's many ways to write a moment, read as the calendar day in Brussels.

A deadline of `22:00+0000` in summer or `23:00+0000` in winter is midnight of the *next* day in Brussels
(PROTOCOL.md, `deadlineDate`).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from matcher.model.day import BRUSSELS

_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_WORDS = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})\b", re.ASCII)
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1990, 2100)


def moment(value: object) -> datetime | None:
    """A moment in UTC from ISO text or epoch milliseconds; None when it is neither, or outside 1990-2099.

    A text without an offset is Brussels time.
    """
    try:
        found = _moment(value)
        found = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
    return found if found and found.year in _YEARS else None


def brussels_day(value: object) -> date | None:
    """The day in Brussels of anything that `moment` reads, or of `05 December 2019`."""
    found = moment(value)
    if found is not None:
        return found.astimezone(BRUSSELS).date()
    return _day_in_words(value) if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _EPOCH + timedelta(milliseconds=value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) in {12, 13}:
        return _EPOCH + timedelta(milliseconds=int(text))
    match = _ISO.fullmatch(text)
    return _from_iso(match) if match else None


def _from_iso(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    plain = datetime(  # noqa: DTZ001 — the offset follows
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro
    )
    if offset is None:
        return plain.replace(tzinfo=BRUSSELS)
    if offset == "Z":
        return plain.replace(tzinfo=UTC)
    sign = -1 if offset[0] == "-" else 1
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return plain.replace(tzinfo=UTC) - sign * shift


def _day_in_words(text: str) -> date | None:
    match = _WORDS.match(text.strip())
    if match is None or match[2] not in _MONTHS:
        return None
    try:
        found = date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        return None
    return found if found.year in _YEARS else None
