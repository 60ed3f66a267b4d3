"""Values of untrusted JSON: text, numbers of any length, dates."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from matcher.model.day import BRUSSELS
from matcher.text.untrusted import decoded

LINE = 1_000
"""Characters of a title, name or label that are kept."""

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # which show a text in another order than it is in
)

_SPACE = re.compile(r"\s+")

_BIGGEST = 10**12


def canonical(value: object) -> bytes:
    """A JSON value as bytes, the same for equal values whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def fingerprint(raw: bytes) -> str:
    """A short name for bytes that have no other."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()[:24]


def strings(metadata: object, field: str) -> list[str]:
    """The non-empty texts of a metadata field, whose value should be an array of strings and may be anything."""
    value = metadata.get(field) if isinstance(metadata, Mapping) else None
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := as_text(item))]


def first(metadata: object, field: str) -> str | None:
    """The first non-empty text of a metadata field."""
    return next(iter(strings(metadata, field)), None)


def as_text(value: object) -> str:
    """Text of a string or whole number, without control characters; empty for all else."""
    if isinstance(value, str):
        return _CONTROL.sub("", value).strip()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BIGGEST**2:
        return str(value)
    return ""


def one_line(text: str, limit: int = LINE) -> str:
    """Text on one line with single spaces, cut at `limit` characters."""
    return _SPACE.sub(" ", _CONTROL.sub("", text)).strip()[:limit].rstrip()


def embedded(metadata: object, field: str) -> Iterator[object]:
    """The JSON values inside the strings of a metadata field (`actions`, `budgetOverview`); broken ones are skipped."""
    for text in strings(metadata, field):
        value = parsed(text)
        if value is not None:
            yield value


def parsed(text: str) -> object:
    """The JSON value of a text, or None when it is none."""
    try:
        return decoded(text)
    except (ValueError, RecursionError):
        return None


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of an array (or the one object itself); nothing for all else."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def whole(value: object) -> int | None:
    """A positive whole number from a number or digits; 0, negative and nonsense are unknown: None."""
    if isinstance(value, str):
        match = re.fullmatch(r"([0-9]{1,13})(?:\.[0-9]{1,9})?", value.strip())
        number = int(match[1]) if match else 0
    elif isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _BIGGEST:
        number = int(value)
    else:
        number = 0
    return number if 0 < number < _BIGGEST else None


_ISO = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)

_WORDS = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})\b", re.ASCII)

_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_YEARS = range(1990, 2100)

_FARTHEST = 14
"""Hours that a clock on earth is ahead of another at most."""


def moment(value: object) -> datetime | None:
    """A moment in UTC from ISO text or epoch milliseconds; None when it is neither, or outside 1990-2099.

    Month, day and hour may have one digit, and slashes may stand for hyphens where the year comes first. A text without
    an offset is Brussels time.
    """
    try:
        found = _moment(value)
        found = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
    return found if found and found.year in _YEARS else None


def day_of(value: object) -> date | None:
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
    year, _, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    plain = datetime(  # noqa: DTZ001 — the offset follows
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro
    )
    if offset is None:
        return plain.replace(tzinfo=BRUSSELS)
    if offset == "Z":
        return plain.replace(tzinfo=UTC)
    sign = -1 if offset[0] == "-" else 1
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > _FARTHEST or minutes > 59:
        raise ValueError(f"no clock is {offset} off")
    shift = timedelta(hours=hours, minutes=minutes)
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
