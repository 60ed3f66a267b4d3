"""A call as the portal lists it, and its form as JSON.

Words and rules follow the EU Funding & Tenders Portal. Unknown is `None` (or an empty tuple), never 0.
"""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from matcher.model.frozen import dataclass
from matcher.model.terms import NO_TERMS, Terms, terms_from_dict, terms_to_dict
from matcher.text.untrusted import unturned

if TYPE_CHECKING:
    from matcher.model.parts import Part

SECTION_DESCRIPTION = "Description"

SUBMISSION = "Submission"
"""What the title of an entry to a submission form begins with."""


class Status(StrEnum):
    """Where a call stands on a given day."""

    FORTHCOMING = "forthcoming"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({Status.FORTHCOMING, Status.OPEN})


class Kind(StrEnum):
    """The portal's `type` of a grant row."""

    TOPIC = "topic"  # type 1
    EXTERNAL = "external-action"  # type 2 (PROSPECT)
    CASCADE = "cascade"  # type 8 (financial support to third parties)


class Source(StrEnum):
    """Where a call's row came from, richest first."""

    SEARCH = "search"
    BULK = "bulk"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One submission deadline: the Brussels calendar day; `stage` counts stages or cut-offs from 1."""

    date: date
    stage: int = 1
    model: str | None = None  # single-stage, two-stage, multiple cut-off, continuous


@dataclass(frozen=True, slots=True)
class Action:
    """A type of action: `code` as the portal writes it (`HORIZON-RIA`), with its label."""

    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a call's text, as plain text; `name` is the portal's heading (`Scope`)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the call that the portal points at (entry to a submission form), https on an europa.eu host."""

    title: str
    url: str

    @property
    def is_of_live_calls(self) -> bool:
        """Whether it leads to a form, or to those who look for partners: once a call is closed, to nothing."""
        return self.title.startswith(SUBMISSION) or "partner search" in self.title.casefold()


@dataclass(frozen=True, slots=True)
class Call:
    """An EU topic that one applies to, as the portal lists it.

    Money is in whole euros; `contribution_eur` is the (lowest, highest) EU contribution per project and
    `trl` the (start, end) technology readiness levels. `deadlines` are in date order. Where `budget_shared_by` is a
    number, the budget is one pot of so many topics, this one among them, as the portal repeats it on each.
    """

    identifier: str
    title: str
    programme: str | None = None  # abbreviation: HORIZON, H2020, DIGITAL, EDF, LIFE…
    call_id: str | None = None
    call_title: str | None = None
    kind: Kind = Kind.TOPIC
    status: Status | None = None  # as the portal claims; see `status_on`
    opening: date | None = None
    deadlines: tuple[Deadline, ...] = ()
    deadline_model: str | None = None
    deadlines_from: str | None = None  # the portal's field they are from, where it is not the usual one
    deadlines_unread: tuple[str, ...] = ()  # what stands there and is no date
    actions: tuple[Action, ...] = ()
    budget_eur: int | None = None
    budget_shared_by: int | None = None
    contribution_eur: tuple[int, int] | None = None
    grants: int | None = None
    trl: tuple[int, int] | None = None
    destination: str | None = None
    keywords: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    url: str | None = None
    links: tuple[Link, ...] = ()
    source: Source = Source.SEARCH
    ingested: datetime | None = None  # the portal's esDA_IngestDate: the freshness of the row
    terms: Terms = NO_TERMS  # who may enter, at which rate, in what form
    gone: date | None = None  # the day it left the listing, or was closed ahead of its deadline
    divisions: tuple[str, ...] = ()  # the portal's codes of what it is a part of
    parts: tuple[Part, ...] = ()  # what it is a part of, widest first; known in an index, where the table is

    @property
    def budget_share(self) -> float | None:
        """What falls to this topic of a pot that several share, if each gets as much."""
        return None if self.budget_eur is None else self.budget_eur / (self.budget_shared_by or 1)

    @property
    def last_deadline(self) -> date | None:
        return self.deadlines[-1].date if self.deadlines else None

    def next_deadline(self, today: date) -> Deadline | None:
        """The first deadline that is not past on `today` (the day itself still counts)."""
        return next((d for d in self.deadlines if d.date >= today), None)

    def status_on(self, today: date) -> Status | None:
        """Status on a day: dates decide, the portal's own status only where there are none.

        The portal leaves `open` on calls whose last deadline is past (PROTOCOL.md, quirk 3).
        `None` when neither dates nor a status are known.
        """
        last = self.last_deadline
        if last is not None and last < today:
            return Status.CLOSED
        if self.gone is not None and self.gone <= today:
            return Status.CLOSED if self.status is Status.CLOSED else Status.WITHDRAWN
        if last is None:
            return self.status
        if self.opening is not None:
            return Status.FORTHCOMING if self.opening > today else Status.OPEN
        return self.status if self.status in LIVE else Status.OPEN

    def is_live(self, today: date) -> bool:
        return self.status_on(today) in LIVE

    def links_on(self, today: date) -> tuple[Link, ...]:
        """The pages of the call that help on a day: forms and the search for partners are of live calls alone."""
        return self.links if self.is_live(today) else tuple(link for link in self.links if not link.is_of_live_calls)

    def section(self, name: str) -> str:
        """Text of the sections of that name, joined; empty when there is none."""
        return "\n".join(s.text for s in self.sections if s.name == name)


_PLAIN_BELOW = 400  # bytes: shorter bodies are not worth compressing

_SCALARS = (
    "programme",
    "call_id",
    "call_title",
    "deadline_model",
    "deadlines_from",
    "budget_eur",
    "budget_shared_by",
    "grants",
    "destination",
    "url",
)


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
        "deadlines_unread": list(call.deadlines_unread) or None,
        "actions": [[a.code, a.label] for a in call.actions] or None,
        "contribution_eur": list(call.contribution_eur) if call.contribution_eur else None,
        "trl": list(call.trl) if call.trl else None,
        "keywords": list(call.keywords) or None,
        "divisions": list(call.divisions) or None,
        "sections": [[s.name, s.text] for s in call.sections] or None,
        "links": [[link.title, link.url] for link in call.links] or None,
        "terms": terms_to_dict(call.terms) or None,
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
        deadlines_from=get("deadlines_from"),
        deadlines_unread=tuple(get("deadlines_unread", ())),
        actions=tuple(Action(*a[:2]) for a in get("actions", ())),
        budget_eur=get("budget_eur"),
        budget_shared_by=get("budget_shared_by"),
        contribution_eur=_pair(get("contribution_eur")),
        grants=get("grants"),
        trl=_pair(get("trl")),
        destination=get("destination"),
        keywords=tuple(get("keywords", ())),
        divisions=tuple(get("divisions", ())),
        parts=tuple(get("parts", ())),
        sections=tuple(Section(*s[:2]) for s in get("sections", ())),
        url=get("url"),
        links=tuple(Link(*pair[:2]) for pair in get("links", ())),
        source=Source(get("source", Source.SEARCH)),
        terms=terms_from_dict(get("terms", {})),
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


def unpack(body: bytes, **state: object) -> Call:
    """The call that `pack` made; `state` overrides fields (JSON-ready, but `parts`) that are kept beside the body.

    Bidirectional controls are left out: calls were kept with them before they were taken out on the way in.
    """
    return call_from_dict({**json.loads(unturned(_unpacked(body))), **state})


def unpack_as_kept(body: bytes, **state: object) -> Call:
    """The same to the letter, as hashes were made of it."""
    return call_from_dict({**json.loads(_unpacked(body)), **state})


def _unpacked(body: bytes) -> str:
    plain = body if body[:1] == b"{" else zlib.decompress(body)
    return plain.decode("utf-8", "surrogatepass")
