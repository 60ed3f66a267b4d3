"""Queries over a connection: calls with their history, changes, rows set aside."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, select

from matcher.model.call import Call, unpack
from matcher.model.changes import Change
from matcher.model.rows import SetAsideRecord
from matcher.store.dialects import chunks
from matcher.store.heads import fold
from matcher.store.schema import calls, changes, facts, raw_rows, set_aside, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_AT_ONCE = 500

_current = (versions.c.identifier == calls.c.identifier) & (versions.c.number == calls.c.version)


def _call_query() -> Select[Any]:
    columns = (calls.c.identifier, calls.c.source, calls.c.gone, versions.c.body)
    return select(*columns).join(versions, _current).order_by(calls.c.identifier)


def _call(row: Row[Any], body: bytes | None = None) -> Call:
    gone = row.gone.isoformat() if row.gone else None
    return unpack(row.body if body is None else body, identifier=row.identifier, source=row.source, gone=gone)


def all_calls(connection: Connection) -> Iterator[Call]:
    """Every call, by identifier, a few hundred at a time."""
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(_call_query()):
        yield _call(row)


def calls_named(connection: Connection, identifiers: Iterable[str]) -> list[Call]:
    """The calls of these identifiers in any case, by identifier; unknown ones are left out."""
    found: list[Call] = []
    for keys in chunks(sorted({fold(name) for name in identifiers})):
        found += [_call(row) for row in connection.execute(_call_query().where(calls.c.folded.in_(keys)))]
    return sorted(found, key=lambda call: call.identifier)


def versions_of(connection: Connection, identifier: str) -> list[tuple[datetime, Call]]:
    """Every version of a call with the time it was first seen, oldest first."""
    query = (
        select(versions.c.seen_at, versions.c.body)
        .join(calls, calls.c.identifier == versions.c.identifier)
        .where(calls.c.folded == fold(identifier))
        .order_by(versions.c.number)
    )
    return [(row.seen_at, unpack(row.body)) for row in connection.execute(query)]


def changes_of(
    connection: Connection, identifier: str | None, since: datetime | None, limit: int | None
) -> list[Change]:
    """Changes told, newest first; `since` is inclusive."""
    query = select(changes).order_by(changes.c.seen_at.desc(), changes.c.id.desc())
    if identifier is not None:
        query = query.join(calls, calls.c.identifier == changes.c.identifier).where(calls.c.folded == fold(identifier))
    if since is not None:
        query = query.where(changes.c.seen_at >= since)
    return [
        Change(row.identifier, row.field, row.kind, row.old, row.new, row.seen_at, row.ratio)
        for row in connection.execute(query.limit(limit))
    ]


def raw_of(connection: Connection, identifier: str) -> bytes | None:
    """The newest raw row kept of a call."""
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


def set_aside_of(connection: Connection, run_id: int | None, limit: int) -> list[SetAsideRecord]:
    """Rows set aside, newest first, of one run or of all."""
    query = (
        select(set_aside.c.run_id, set_aside.c.key, set_aside.c.reason, raw_rows.c.data)
        .join(raw_rows, raw_rows.c.digest == set_aside.c.raw)
        .order_by(set_aside.c.id.desc())
        .limit(limit)
    )
    if run_id is not None:
        query = query.where(set_aside.c.run_id == run_id)
    return [SetAsideRecord(r.run_id, r.key, r.reason, zlib.decompress(r.data)) for r in connection.execute(query)]


def first_seen(connection: Connection) -> dict[str, datetime]:
    """When each call was first seen."""
    return {
        row.identifier: row.first_seen for row in connection.execute(select(calls.c.identifier, calls.c.first_seen))
    }


def count_calls(connection: Connection) -> dict[str, int]:
    """How many calls are kept, by source."""
    query = select(calls.c.source, func.count().label("kept")).group_by(calls.c.source)
    return {row.source: row.kept for row in connection.execute(query)}


def fact(connection: Connection, key: str) -> str | None:
    """A small fact."""
    value: str | None = connection.execute(select(facts.c.value).where(facts.c.key == key)).scalar()
    return value
