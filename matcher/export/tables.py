"""A content as one table, and its rows as plain values: what CSV, workbooks and Parquet share. Imports pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.export.content import Thing
from matcher.present import frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.export.content import Content


def table(content: Content) -> pd.DataFrame:
    """The frame of `matcher.present.frames` for this thing; of the packaged sample with one more column, its label."""
    if content.thing is Thing.MATCHES:
        frame = frames.rankings_frame(((p.institute, p.matches) for p in content.parts), content.as_of)
    elif content.thing is Thing.CALLS:
        frame = frames.listed_calls_frame(content.calls, content.decisions, content.as_of)
    else:
        frame = frames.changes_frame(content.changes)
    if content.sample is None:
        return frame
    return frame.assign(sample=pd.Series([content.sample] * len(frame), index=frame.index, dtype="string"))


def plain_rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each row with Python's own values: days as date, moments as datetime, unknown as None."""
    columns = [[_plain(value) for value in frame[name].tolist()] for name in frame.columns]
    return (dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True))


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date() if value.tzinfo is None else value.to_pydatetime()
    return value
