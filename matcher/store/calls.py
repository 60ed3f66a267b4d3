"""Reading calls, their versions and changes."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from matcher.model.call import LIVE, Call, Deadline, Kind, Source, Status, unpack
from matcher.model.changes import Change
from matcher.model.rows import SetAsideRecord
from matcher.store.engines import AT_ONCE, Transactions, chunks
from matcher.store.readable import readable
from matcher.store.schema import calls, changes, clean, raw_rows, set_aside, versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from matcher.model.rows import ListingScope

RANK = {Source.SEARCH: 0, Source.BULK: 1, Source.SAMPLE: 2}  # richest first

IS_CURRENT = (versions.c.identifier == calls.c.identifier) & (versions.c.number == calls.c.version)
"""What joins a call with its current version."""

RAW_IS_USED = exists().where(versions.c.raw == raw_rows.c.digest) | exists().where(set_aside.c.raw == raw_rows.c.digest)
"""Whether a version, or a row set aside, was made of a raw row."""


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
    for keys in chunks([head.identifier for head in heads]):
        query = select(versions.c.identifier, versions.c.body).join(calls, IS_CURRENT)
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
        for name, field, seen_at in readable(connection, query, changes.c.id, tuple)[0]:
            found.setdefault(name, {}).setdefault(field, []).append(seen_at)
    return found


def count_live(connection: Connection, today: date) -> int:
    """How many calls are live on a day, by their dates and what the portal said last."""
    may_be = or_(calls.c.last_deadline.is_(None), calls.c.last_deadline >= today)
    heads = (_head(row) for row in connection.execute(select(calls).where(may_be)))
    return sum(head.status_on(today, head.gone) in LIVE for head in heads)


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


def _call_query() -> Select[Any]:
    columns = (calls.c.identifier, calls.c.source, calls.c.gone, versions.c.body)
    return select(*columns).join(versions, IS_CURRENT).order_by(calls.c.identifier)


def _call(row: Row[Any], body: bytes | None = None) -> Call:
    gone = row.gone.isoformat() if row.gone else None
    return unpack(row.body if body is None else body, identifier=row.identifier, source=row.source, gone=gone)


def all_calls(connection: Connection) -> Iterator[Call]:
    """Every call, by identifier, a few hundred at a time."""
    for row in connection.execution_options(yield_per=AT_ONCE).execute(_call_query()):
        yield _call(row)


def calls_named(connection: Connection, identifiers: Iterable[str]) -> list[Call]:
    """The calls of these identifiers in any case, by identifier; unknown ones are left out."""
    found: list[Call] = []
    for keys in chunks(sorted({fold(name) for name in identifiers})):
        found += [_call(row) for row in connection.execute(_call_query().where(calls.c.folded.in_(keys)))]
    return sorted(found, key=lambda call: call.identifier)


def count_calls(connection: Connection) -> dict[str, int]:
    """How many calls are kept, by source."""
    query = select(calls.c.source, func.count().label("kept")).group_by(calls.c.source)
    return {row.source: row.kept for row in connection.execute(query)}


def _change(row: Row[Any]) -> Change:
    """A change. Raises ValueError or TypeError for a share that is no number."""
    ratio = None if row.ratio is None else float(row.ratio)
    return Change(row.identifier, row.field, row.kind, row.old, row.new, row.seen_at, ratio)


class Calls:
    """Reading calls, their versions and changes."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def all(self, *, identifiers: Iterable[str] | None = None) -> Iterator[Call]:
        """Every call, or those of these identifiers (in any case), in the order of identifiers."""
        with self._transactions.reading() as connection:
            yield from all_calls(connection) if identifiers is None else calls_named(connection, identifiers)

    def get(self, identifier: str) -> Call | None:
        """One call, its identifier in any case; None when it is not kept."""
        return next(iter(list(self.all(identifiers=[identifier]))), None)

    def counts(self) -> dict[Source, int]:
        """How many calls are kept, by source; sources without any are left out."""
        with self._transactions.reading() as connection:
            return {Source(name): count for name, count in count_calls(connection).items()}

    def live(self, today: date) -> int:
        """How many calls are live on a day."""
        with self._transactions.reading() as connection:
            return count_live(connection, today)

    def versions(self, identifier: str) -> list[tuple[datetime, Call]]:
        """Every version of a call with the time it was first seen, oldest first."""
        with self._transactions.reading() as connection:
            query = (
                select(versions.c.seen_at, versions.c.body)
                .join(calls, calls.c.identifier == versions.c.identifier)
                .where(calls.c.folded == fold(identifier))
                .order_by(versions.c.number)
            )
            return [(row.seen_at, unpack(row.body)) for row in connection.execute(query)]

    def changes(
        self, *, identifier: str | None = None, since: datetime | None = None, limit: int | None = None
    ) -> list[Change]:
        """Changes told, newest first, but the unread ones; `since` is inclusive."""
        with self._transactions.reading() as connection:
            query = select(changes).order_by(changes.c.seen_at.desc(), changes.c.id.desc())
            if identifier is not None:
                query = query.join(calls, calls.c.identifier == changes.c.identifier).where(
                    calls.c.folded == fold(identifier)
                )
            if since is not None:
                query = query.where(changes.c.seen_at >= since)
            return readable(connection, query.limit(limit), changes.c.id, _change)[0]

    def unread_changes(self) -> list[int]:
        """The numbers of the changes that nobody can read: they are told to nobody."""
        with self._transactions.reading() as connection:
            return readable(connection, select(changes).order_by(changes.c.id), changes.c.id, _change)[1]

    def first_seen(self) -> Mapping[str, datetime]:
        """When each call was first seen."""
        with self._transactions.reading() as connection:
            return {
                row.identifier: row.first_seen
                for row in connection.execute(select(calls.c.identifier, calls.c.first_seen))
            }

    def raw(self, identifier: str) -> bytes | None:
        """The newest raw row kept of a call, as the portal sent it (canonical JSON); None when there is none."""
        with self._transactions.reading() as connection:
            query = (
                select(raw_rows.c.data)
                .join(versions, versions.c.raw == raw_rows.c.digest)
                .join(calls, calls.c.identifier == versions.c.identifier)
                .where(calls.c.folded == fold(identifier))
                .order_by(versions.c.number.desc())
                .limit(1)
            )
            data = connection.execute(query).scalar()
            return None if data is None else zlib.decompress(data)

    def set_aside(self, run_id: int | None = None, limit: int = 1000) -> list[SetAsideRecord]:
        """Rows set aside, newest first, of one run or of all."""
        with self._transactions.reading() as connection:
            query = (
                select(set_aside.c.run_id, set_aside.c.key, set_aside.c.reason, raw_rows.c.data)
                .join(raw_rows, raw_rows.c.digest == set_aside.c.raw)
                .order_by(set_aside.c.id.desc())
                .limit(limit)
            )
            if run_id is not None:
                query = query.where(set_aside.c.run_id == run_id)
            return [
                SetAsideRecord(r.run_id, r.key, r.reason, zlib.decompress(r.data)) for r in connection.execute(query)
            ]
