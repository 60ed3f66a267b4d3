"""The formats of exports: CSV, JSON, Parquet and iCalendar here, workbooks and feeds in modules of their own."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from matcher.errors import UsageError
from matcher.export.content import Thing
from matcher.model.day import brussels_day
from matcher.model.language import Language
from matcher.present import calendar
from matcher.present.records import call_record, change_record, envelope, match_record, sample_label
from matcher.present.separated import COMMAS, Separators, csv_text
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matcher.export.content import Content
    from matcher.export.dated_list import DatedEntry, DatedList


def csv_bytes(content: Content, separators: Separators = COMMAS) -> bytes:
    """UTF-8 without a byte order mark."""
    from matcher.export.tables import plain_rows, table

    frame = table(content)
    return csv_text(map(_iso, plain_rows(frame)), list(frame.columns), separators).encode()


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
    from matcher.export.tables import table

    buffer = io.BytesIO()
    table(content).to_parquet(buffer, engine="pyarrow", index=False)
    return buffer.getvalue()


def ics_bytes(content: Content, language: Language = Language.EN) -> bytes:
    """One calendar of every coming deadline. Raises UsageError for changes."""
    if content.thing is Thing.CHANGES:
        raise UsageError("A calendar holds deadlines, not changes: export matches or calls as ics.")
    words = Words(language)
    title = words.say("European calls: {name}", name=untrusted.text(content.name, untrusted.TERM))
    title += f" ({words.say('packaged sample')})" if content.sample else ""
    changes = content.history.changes if content.history else ()
    return calendar.deadlines(content.calls, title, words, now=content.now, changes=changes)


@dataclass(frozen=True, slots=True)
class Format:
    """One format; `encoder` names the function, `module:name`, that makes the bytes of a content."""

    name: str
    encoder: str
    binary: bool = False
    history: bool = False  # it tells when calls changed, so the content needs its history
    single: bool = False  # one file holds one institute
    options: Mapping[str, Any] = field(default_factory=dict)  # what is asked of this format alone

    def with_options(self, **options: Any) -> Format:
        """The format, with what is asked of it beside the content."""
        return replace(self, options={**self.options, **options})

    def encode(self, content: Content) -> bytes:
        """The file's bytes. Raises UsageError for what this format cannot hold."""
        module, name = self.encoder.split(":")
        made: bytes = getattr(import_module(module), name)(content, **self.options)
        return made


FORMATS = {
    f.name: f
    for f in (
        Format("csv", "matcher.export.formats:csv_bytes"),
        Format("xlsx", "matcher.export.workbook:xlsx_bytes", binary=True),
        Format("json", "matcher.export.formats:json_bytes"),
        Format("parquet", "matcher.export.formats:parquet_bytes", binary=True),
        Format("ics", "matcher.export.formats:ics_bytes", history=True),
        Format("atom", "matcher.export.atom:atom_bytes", history=True, single=True),
    )
}
"""Name, which is also the suffix of its files → format."""

DATED = {"ics", "atom"}
"""The formats of things that have a day."""


def chosen(name: str | None, path: Path | None) -> Format:
    """The format that was named, else the one of the file's suffix. Raises UsageError when neither tells."""
    asked = name or (path.suffix.lower().removeprefix(".") if path else "")
    if asked in FORMATS:
        return FORMATS[asked]
    known = ", ".join(FORMATS)
    if path is None or not asked:
        raise UsageError(
            "Say which format: --format {known}, or --output with such a suffix.", known=known.replace(", ", "|")
        )
    raise UsageError("{name} ends in none of {known}: say which format with --format.", name=path.name, known=known)


def dated_bytes(found: DatedList, form: str) -> bytes:
    """A list of other things than calls in a format. Raises UsageError for one that it has not."""
    label = sample_label(found.sample)
    if form == "json":
        record = envelope(as_of=found.as_of.isoformat(), **label, **{found.kind: list(found.rows)})
        return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")
    if form in DATED and found.entries is not None:
        return _moments(found, found.entries, form)
    fields, rows = (*found.fields, *label), [{**row, **label} for row in found.rows]
    if form == "csv":
        return csv_text(rows, fields).encode()
    if form == "xlsx":
        from matcher.export.workbook import plain_workbook

        about = {"what": found.title, "as of": found.as_of, "rows": len(rows), **label}
        return plain_workbook(found.kind, fields, rows, about, found.now)
    raise UsageError("{name} is none of the formats of this list.", name=form)


def _moments(found: DatedList, entries: Sequence[DatedEntry], form: str) -> bytes:
    """A calendar or a feed of what has a day."""
    if form == "atom":
        from matcher.export.atom import entries_bytes

        return entries_bytes(found, entries)
    events = ((one.name, one.title, brussels_day(one.moment), one.lines) for one in entries)
    return calendar.days(events, found.title, found.now)
