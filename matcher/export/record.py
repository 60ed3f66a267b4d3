"""JSON: the records of `rank --json`, `calls --json` and `show --json`, in one envelope with a schema number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from matcher.export.content import Thing
from matcher.present.records import call_record, change_record, envelope, match_record, sample_label

if TYPE_CHECKING:
    from matcher.export.content import Content


def encode(content: Content) -> bytes:
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
