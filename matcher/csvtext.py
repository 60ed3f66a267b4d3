"""Rows as comma-separated values that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Mapping[str, Any]], fields: Sequence[str] = ()) -> str:
    """Rows as CSV with a header line; lists are joined by a semicolon, unknown is empty."""
    listed = list(rows)
    names = list(listed[0]) if listed else list(fields)
    buffer = io.StringIO()
    if names:
        writer = csv.DictWriter(buffer, fieldnames=names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: csv_cell(value) for key, value in row.items()} for row in listed)
    return buffer.getvalue()


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): a leading quote disarms it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        value = " ".join(str(part) for part in value.values() if part is not None)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = "; ".join(str(csv_cell(part)) for part in value)
    text = str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
