"""XLSX: one sheet of rows that can be filtered, one that says what they are. No text ever becomes a formula."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from matcher.errors import UsageError
from matcher.export.tables import plain_rows, table
from matcher.text import untrusted
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from matcher.export.content import Content

ROWS = 1_048_575
"""Rows that a sheet takes below its header."""

LINKS = 65_530
"""Hyperlinks that a sheet takes; further addresses stay text."""

SOURCE = "EU Funding & Tenders Portal, European Commission (reuse under Decision 2011/833/EU)"

_TOO_MANY = Saying("A sheet takes {most:,} rows and these are {found:,}: ask for less, or for csv.")

_CELL = 32_767  # characters
_WIDEST = 60
_PADDING = 3  # the button of the filter
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
_STYLES = {
    "head": {"bold": True, "bottom": 1},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"num_format": 'yyyy-mm-dd hh:mm "UTC"', "align": "left"},
    "money": {"num_format": '#,##0 "€"'},
    "ratio": {"num_format": "0.0000"},
    "whole": {"num_format": "0"},
    "text": {"num_format": "@"},
    "link": {"font_color": "#0563c1", "underline": 1},
}


def plain_workbook(
    title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any], created: datetime
) -> bytes:
    """A workbook of a list of other things than calls."""
    if len(rows) > ROWS:
        raise UsageError(_TOO_MANY, most=ROWS, found=len(rows))
    flat = ({name: untrusted.joined(row.get(name)) for name in names} for row in rows)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"created": created.astimezone(UTC).replace(tzinfo=None)})
        _fill(book, title, list(names), flat)
        _fill(book, "about", ["about", "value"], ({"about": key, "value": value} for key, value in about.items()))
    return buffer.getvalue()


def xlsx_bytes(content: Content) -> bytes:
    """The workbook. Raises UsageError when a sheet cannot take so many rows."""
    frame = table(content)
    if len(frame) > ROWS:
        raise UsageError(_TOO_MANY, most=ROWS, found=len(frame))
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"created": content.now.astimezone(UTC).replace(tzinfo=None)})
        _fill(book, content.thing.value, list(frame.columns), plain_rows(frame))
        _fill(book, "about", ["about", "value"], _about(content, len(frame)))
    return buffer.getvalue()


def _about(content: Content, rows: int) -> Iterable[dict[str, Any]]:
    facts = {
        "what": content.thing.value,
        "for": "; ".join(part.name for part in content.parts),
        "as of": content.as_of,
        "rows": rows,
        "source": SOURCE,
        "sample": content.sample,
    }
    return ({"about": key, "value": value} for key, value in facts.items() if value is not None)


def _fill(book: Workbook, title: str, names: list[str], rows: Iterable[dict[str, Any]]) -> None:
    sheet = book.add_worksheet(title)
    styles = {name: book.add_format(style) for name, style in _STYLES.items()}
    widths = {name: len(name) + _PADDING for name in names}
    last = 0
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, styles["head"])
    for last, row in enumerate(rows, 1):
        for column, name in enumerate(names):
            if row[name] is not None:
                _write(sheet, last, column, name, row[name], styles)
                widths[name] = max(widths[name], _width(row[name]))
    for column, name in enumerate(names):
        sheet.set_column(column, column, min(widths[name], _WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(names) - 1)


def _write(sheet: Worksheet, row: int, column: int, name: str, value: Any, styles: dict[str, Format]) -> None:
    """One cell, by the type of its value: nothing is guessed from what a text looks like."""
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(UTC), styles["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles["day"])
    elif isinstance(value, int | float):
        whole = "money" if name.endswith("_eur") else "whole"
        sheet.write_number(row, column, value, styles["ratio" if isinstance(value, float) else whole])
    elif name == "url" and row <= LINKS and value.startswith("https://") and untrusted.link(value):
        sheet.write_url(row, column, value, styles["link"], string=value)
    else:
        text = value if len(value) <= _CELL else value[: _CELL - 1] + "…"
        sheet.write_string(row, column, text, styles["text"])


def _width(value: Any) -> int:
    if isinstance(value, datetime):
        return len("2026-05-07 10:00 UTC")
    return len(f"{value:,} €") if isinstance(value, int) else len(str(value))
