"""Frames of this package as tables to read: money in millions, days in words, titles that lead to the portal."""

from __future__ import annotations

from html import escape
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.present.wording import UNKNOWN, day, money

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

_LOOK = [
    {"selector": "th, td", "props": "vertical-align: top; padding: .3em .9em .3em 0"},
    {"selector": "td", "props": "text-align: left"},
    {"selector": ".number", "props": "text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums"},
    {"selector": ".day", "props": "white-space: nowrap"},
    {"selector": "caption", "props": "text-align: left; font-weight: 700; padding: .4em 0; caption-side: top"},
]


def table(frame: pd.DataFrame, *columns: str, caption: str | None = None) -> Styler:
    """A frame as a table for a reader.

    Args:
        frame: any frame of this package.
        columns: which ones to show, in this order; all by default. `url` is never one: it becomes the link of `title`.
        caption: a line above the table.

    Returns:
        A pandas Styler without the index; whatever the portal sent is escaped.

    Raises:
        KeyError: for a column that the frame does not have.

    Example:
        >>> html = matcher.table(session.rank("brgm").frame, "rank", "title", "budget_eur").to_html()
        >>> ">10 M€<" in html
        True
    """
    chosen = [name for name in columns or frame.columns if name != "url"]
    shown = pd.DataFrame({name: _written(frame[name]) for name in chosen})
    if "title" in shown and "url" in frame:
        shown["title"] = list(map(_link, shown["title"], frame["url"]))
    kinds = [_kind(frame[name]) for name in chosen]
    classes = pd.DataFrame([kinds] * len(shown), shown.index, shown.columns)
    style = shown.style.hide(axis="index").set_td_classes(classes).set_table_styles(_LOOK)  # type: ignore[arg-type]
    style = style.format_index(_heading, axis="columns").apply_index(
        lambda _: [f"text-align: {'right' if kind == 'number' else 'left'}" for kind in kinds], axis="columns"
    )
    return style.set_caption(escape(caption)) if caption else style


def _written(values: pd.Series[Any]) -> list[str]:
    """The values of a column in words, safe as HTML."""
    return [UNKNOWN if pd.isna(value) else escape(_words(str(values.name), value)) for value in values]


def _words(name: str, value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return day(value.date())
    if isinstance(value, Integral):
        return money(int(value)) if name.endswith("_eur") else f"{value:d}"
    return f"{float(value):.2f}" if isinstance(value, Real) else str(value)


def _link(title: str, url: object) -> str:
    return f'<a href="{escape(url)}" rel="noopener">{title}</a>' if isinstance(url, str) else title


def _heading(name: object) -> str:
    """`next_deadline` → `next deadline`; the money's unit stands in the cells."""
    return escape(str(name).removesuffix("_eur").replace("_", " "))


def _kind(values: pd.Series[Any]) -> str:
    """The class of a column's cells."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "day"
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return "number" if number else "words"
