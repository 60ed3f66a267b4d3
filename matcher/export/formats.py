"""The formats of exports: CSV, JSON, Parquet and iCalendar here, workbooks and feeds in modules of their own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from matcher.errors import UsageError
from matcher.export.content import Thing
from matcher.model.subscription import Language
from matcher.present import calendar, frames
from matcher.present.records import call_record, change_record, csv_text, envelope, match_record, sample_label
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from matcher.export.content import Content


def table(content: Content) -> pd.DataFrame:
    """The frame of `matcher.frames` for this thing; of the packaged sample with one more column, its label."""
    if content.thing is Thing.MATCHES:
        frame = frames.rankings_frame(((p.institute, p.matches) for p in content.parts), content.as_of)
    elif content.thing is Thing.CALLS:
        frame = frames.calls_frame(content.calls, content.as_of)
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


def csv_bytes(content: Content) -> bytes:
    """UTF-8 without a byte order mark."""
    frame = table(content)
    return csv_text(map(_iso, plain_rows(frame)), list(frame.columns)).encode()


def _iso(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def json_bytes(content: Content) -> bytes:
    """One object in UTF-8."""
    record = envelope(as_of=content.as_of.isoformat(), **sample_label(content.sample), **_body(content))
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _body(content: Content) -> dict[str, Any]:
    if content.thing is Thing.CALLS:
        return {"calls": [call_record(call, content.as_of) for call in content.calls]}
    if content.thing is Thing.CHANGES:
        return {"changes": [change_record(change) for change in content.changes]}
    return {
        "institutes": [
            {"institute": part.institute, "matches": [match_record(m, content.as_of) for m in part.matches]}
            for part in content.parts
        ]
    }


def parquet_bytes(content: Content) -> bytes:
    """A Parquet file that pandas reads back with the same dtypes. Raises UsageError without pyarrow."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: install it with `pip install 'matcher[parquet]'`.") from error
    buffer = io.BytesIO()
    table(content).to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def ics_bytes(content: Content) -> bytes:
    """One calendar of every coming deadline. Raises UsageError for changes."""
    if content.thing is Thing.CHANGES:
        raise UsageError("A calendar holds deadlines, not changes: export matches or calls as ics.")
    title = f"European calls: {untrusted.text(content.name, untrusted.TERM)}" + (
        " (packaged sample)" if content.sample else ""
    )
    changes = content.history.changes if content.history else ()
    return calendar.deadlines(content.calls, title, Words(Language.EN), now=content.now, changes=changes)


@dataclass(frozen=True, slots=True)
class Format:
    """One format; `encode` in its module makes the bytes of a content."""

    name: str
    module: str
    binary: bool = False
    history: bool = False  # it tells when calls changed, so the content needs its history
    single: bool = False  # one file holds one institute

    def encode(self, content: Content) -> bytes:
        """The file's bytes. Raises UsageError for what this format cannot hold."""
        made: bytes = import_module(self.module).encode(content)
        return made


FORMATS = {
    f.name: f
    for f in (
        Format("csv", "matcher.export.formats"),
        Format("xlsx", "matcher.export.workbook", binary=True),
        Format("json", "matcher.export.formats"),
        Format("parquet", "matcher.export.formats", binary=True),
        Format("ics", "matcher.export.formats", history=True),
        Format("atom", "matcher.export.atom", history=True, single=True),
    )
}
"""Name, which is also the suffix of its files → format."""


def chosen(name: str | None, path: Path | None) -> Format:
    """The format that was named, else the one of the file's suffix. Raises UsageError when neither tells."""
    asked = name or (path.suffix.lower().removeprefix(".") if path else "")
    if asked in FORMATS:
        return FORMATS[asked]
    known = ", ".join(FORMATS)
    if path is None or not asked:
        raise UsageError(f"Say which format: --format {known.replace(', ', '|')}, or --output with such a suffix.")
    raise UsageError(f"{path.name} ends in none of {known}: say which format with --format.")
