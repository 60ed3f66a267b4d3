"""A call as JSON and back, exactly: one place for the store, the index's snapshot and anything else that keeps calls.

Empty and unknown fields are left out. Reading is tolerant of time: keys it does not know are skipped and keys that are
missing take the field's default, so that a field added later needs no migration of what was kept. Light to import.
"""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from typing import Any

from matcher.model import Action, Call, Deadline, Kind, Link, Section, Source, Status

_PLAIN_BELOW = 400  # bytes: shorter bodies are not worth compressing

_SCALARS = ("programme", "call_id", "call_title", "deadline_model", "budget_eur", "grants", "destination", "url")


def call_to_dict(call: Call) -> dict[str, Any]:
    """JSON-ready fields of a call, without those that are empty or unknown."""
    fields: dict[str, Any] = {
        "identifier": call.identifier,
        "title": call.title,
        "kind": call.kind.value,
        "source": call.source.value,
        "status": call.status.value if call.status else None,
        "opening": call.opening.isoformat() if call.opening else None,
        "deadlines": [[d.date.isoformat(), d.stage, d.model] for d in call.deadlines] or None,
        "actions": [[a.code, a.label] for a in call.actions] or None,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "trl": list(call.trl) if call.trl else None,
        "keywords": list(call.keywords) or None,
        "sections": [[s.name, s.text] for s in call.sections] or None,
        "links": [[link.title, link.url] for link in call.links] or None,
        "ingested": call.ingested.isoformat() if call.ingested else None,
        "gone": call.gone.isoformat() if call.gone else None,
    }
    fields.update((name, getattr(call, name)) for name in _SCALARS)
    return {name: value for name, value in fields.items() if value is not None}


def call_from_dict(fields: dict[str, Any]) -> Call:
    """The call of such fields; raises KeyError or ValueError when they are not a call's."""
    get = fields.get
    status, opening, ingested, gone = get("status"), get("opening"), get("ingested"), get("gone")
    return Call(
        identifier=fields["identifier"],
        title=fields["title"],
        programme=get("programme"),
        call_id=get("call_id"),
        call_title=get("call_title"),
        kind=Kind(get("kind", Kind.TOPIC)),
        status=Status(status) if status else None,
        opening=date.fromisoformat(opening) if opening else None,
        deadlines=tuple(Deadline(date.fromisoformat(d[0]), *d[1:3]) for d in get("deadlines", ())),
        deadline_model=get("deadline_model"),
        actions=tuple(Action(*a[:2]) for a in get("actions", ())),
        budget_eur=get("budget_eur"),
        contribution_eur=_pair(get("contribution_eur")),
        grants=get("grants"),
        trl=_pair(get("trl")),
        destination=get("destination"),
        keywords=tuple(get("keywords", ())),
        sections=tuple(Section(*s[:2]) for s in get("sections", ())),
        url=get("url"),
        links=tuple(Link(*pair[:2]) for pair in get("links", ())),
        source=Source(get("source", Source.SEARCH)),
        ingested=datetime.fromisoformat(ingested) if ingested else None,
        gone=date.fromisoformat(gone) if gone else None,
    )


def _pair(value: list[int] | None) -> tuple[int, int] | None:
    return (value[0], value[1]) if value else None


def pack(call: Call) -> bytes:
    """A call as bytes: UTF-8 JSON, zlib-compressed when that pays."""
    text = json.dumps(call_to_dict(call), ensure_ascii=False, separators=(",", ":"))
    plain = text.encode("utf-8", "surrogatepass")  # mojibake with lone surrogates must survive too
    return plain if len(plain) < _PLAIN_BELOW else zlib.compress(plain)


def unpack(body: bytes, **state: str | None) -> Call:
    """The call that `pack` made; `state` overrides fields (JSON-ready) that are kept beside the body."""
    plain = body if body[:1] == b"{" else zlib.decompress(body)
    fields: dict[str, Any] = json.loads(plain.decode("utf-8", "surrogatepass"))
    fields.update(state)
    return call_from_dict(fields)
