"""Reading values that cannot be trusted: metadata arrays, JSON inside strings, text from the web.

Nothing here raises on any JSON value; what makes no sense reads as absent.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from matcher.portal.numbers import decoded

LINE = 1_000
"""Characters of a title, name or label that are kept."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_BIGGEST = 10**12


def canonical(value: object) -> bytes:
    """A JSON value as bytes, the same for equal values whatever the order of their keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def digest(raw: bytes) -> str:
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
