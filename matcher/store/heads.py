"""A call's row in the store without its body: what a save needs to see that nothing changed."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, or_, select

from matcher.model.call import LIVE, Call, Deadline, Kind, Source, Status, unpack
from matcher.store.dialects import chunks
from matcher.store.schema import calls, changes, clean, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from matcher.model.rows import ListingScope

RANK = {Source.SEARCH: 0, Source.BULK: 1, Source.SAMPLE: 2}  # richest first


def fold(identifier: str) -> str:
    """The key by which a call is found, whatever the case it is written in."""
    return clean(identifier).casefold()


@dataclass(frozen=True, slots=True)
class Head:
    """One row of `calls`."""

    identifier: str
    kind: Kind
    programme: str | None
    source: Source
    claim: Status | None
    status: Status | None
    opening: date | None
    last_deadline: date | None
    gone: date | None
    ingested: datetime | None
    version: int
    content_hash: str
    filled: bool
    told: Mapping[str, Any]

    def status_on(self, today: date, gone: date | None) -> Status | None:
        """The status that `Call.status_on` gives, from the row's dates alone."""
        deadlines = (Deadline(self.last_deadline),) if self.last_deadline else ()
        call = Call(self.identifier, "", status=self.claim, opening=self.opening, deadlines=deadlines, gone=gone)
        return call.status_on(today)

    def columns(self) -> dict[str, Any]:
        """The row's columns that a save may change, as the database takes them."""
        return {
            "kind": self.kind.value,
            "programme": self.programme,
            "source": self.source.value,
            "claim": self.claim.value if self.claim else None,
            "status": self.status.value if self.status else None,
            "opening": self.opening,
            "last_deadline": self.last_deadline,
            "gone": self.gone,
            "ingested": self.ingested,
            "version": self.version,
            "content_hash": self.content_hash,
            "filled": self.filled,
            "told": dict(self.told) or None,
        }


def _head(row: Row[Any]) -> Head:
    return Head(
        row.identifier,
        Kind(row.kind),
        row.programme,
        Source(row.source),
        Status(row.claim) if row.claim else None,
        Status(row.status) if row.status else None,
        row.opening,
        row.last_deadline,
        row.gone,
        row.ingested,
        row.version,
        row.content_hash,
        row.filled,
        row.told or {},
    )


def heads_of(connection: Connection, folded: Iterable[str]) -> dict[str, Head]:
    """The rows of these folded identifiers, by folded identifier."""
    found = {}
    for keys in chunks(list(folded)):
        for row in connection.execute(select(calls).where(calls.c.folded.in_(keys))):
            found[row.folded] = _head(row)
    return found


def pending_heads(connection: Connection) -> list[Head]:
    """The calls whose status may change by date alone, or of which something is withheld."""
    waiting = or_(calls.c.status.in_([s.value for s in LIVE]), calls.c.told.is_not(None))
    return [_head(row) for row in connection.execute(select(calls).where(waiting).order_by(calls.c.identifier))]


def bodies_of(connection: Connection, heads: Iterable[Head]) -> dict[str, Call]:
    """The current version's call of each head, by identifier; `gone` is not part of a version."""
    found = {}
    current = (versions.c.identifier == calls.c.identifier) & (versions.c.number == calls.c.version)
    for keys in chunks([head.identifier for head in heads]):
        query = select(versions.c.identifier, versions.c.body).join(calls, current)
        for row in connection.execute(query.where(calls.c.identifier.in_(keys))):
            found[row.identifier] = unpack(row.body)
    return found


def reports_of(
    connection: Connection, identifiers: Iterable[str], since: datetime
) -> dict[str, dict[str, list[datetime]]]:
    """When each field of these calls was reported since then: {identifier: {field: times}}; `new` is no report."""
    found: dict[str, dict[str, list[datetime]]] = {}
    for keys in chunks(list(identifiers)):
        query = select(changes.c.identifier, changes.c.field, changes.c.seen_at).where(
            changes.c.identifier.in_(keys), changes.c.seen_at > since, changes.c.kind != "new"
        )
        for row in connection.execute(query):
            found.setdefault(row.identifier, {}).setdefault(row.field, []).append(row.seen_at)
    return found


def absent_heads(connection: Connection, present: Collection[str], scope: ListingScope) -> list[Head]:
    """The calls, last judged live, that this scope's listing should hold and that are not among `present` (folded).

    Sample calls are in no listing.
    """
    live = calls.c.status.in_([s.value for s in LIVE]) & calls.c.gone.is_(None)
    query = select(calls).where(live, calls.c.source != Source.SAMPLE.value).order_by(calls.c.identifier)
    rows = [row for row in connection.execute(query) if row.folded not in present]
    return [head for head in map(_head, rows) if scope.holds(head.kind, head.programme, head.status)]


def raw_row(raw: bytes) -> dict[str, Any]:
    """The content-addressed, compressed form of a raw row."""
    return {"digest": hashlib.sha256(raw).hexdigest(), "data": zlib.compress(raw)}
