"""Is everything that the database keeps still whole? Each finding is one sentence; none stops the rest."""

from __future__ import annotations

import hashlib
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from matcher.model.call import Source, unpack
from matcher.model.changes import content, content_hash
from matcher.store.schema import calls, outbox, raw_rows, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Row

MOST = 50
"""So many findings are told; a database with more is not mended by reading on."""

_AT_ONCE = 500
_UNREADABLE = (zlib.error, ValueError, KeyError, TypeError, AttributeError)  # what unpacking a damaged body can raise


def check(connection: Connection) -> list[str]:
    """What is wrong, in the order found; at most `MOST` sentences."""
    checks = (_file, _references, _current_versions, _bodies, _hashes, _raws, _mails)
    return list(islice((finding for look in checks for finding in look(connection)), MOST))


def _file(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST})"):
            if line != "ok":
                yield f"SQLite: {line}"


def _references(connection: Connection) -> Iterator[str]:
    """PostgreSQL watches over references itself."""
    if connection.dialect.name == "sqlite":
        for table, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"Row {rowid} of {table} refers to a row of {parent} that is not there."


def _current_versions(connection: Connection) -> Iterator[str]:
    current = (versions.c.identifier == calls.c.identifier) & (versions.c.number == calls.c.version)
    query = select(calls.c.identifier, calls.c.version).outerjoin(versions, current).where(versions.c.number.is_(None))
    for row in _rows(connection, query):
        yield f"Version {row.version} of {row.identifier}, the current one, is not there."
    query = select(versions.c.identifier, func.count().label("kept"), func.max(versions.c.number).label("newest"))
    for row in _rows(connection, query.group_by(versions.c.identifier)):
        if row.kept != row.newest:
            yield f"{row.identifier} has {row.kept} versions, and the newest is number {row.newest}."


def _bodies(connection: Connection) -> Iterator[str]:
    for row in _rows(connection, select(versions.c.identifier, versions.c.number, versions.c.body)):
        if not _reads(unpack, row.body):
            yield f"Version {row.number} of {row.identifier} cannot be read."


def _hashes(connection: Connection) -> Iterator[str]:
    current = (versions.c.identifier == calls.c.identifier) & (versions.c.number == calls.c.version)
    query = select(calls.c.identifier, calls.c.source, calls.c.content_hash, versions.c.body).join(versions, current)
    for row in _rows(connection, query):
        try:
            found = content_hash(content(unpack(row.body, identifier=row.identifier, source=Source(row.source).value)))
        except _UNREADABLE:
            continue  # told above
        if found != row.content_hash:
            yield f"The current version of {row.identifier} is not the one that its hash was made of."


def _raws(connection: Connection) -> Iterator[str]:
    for row in _rows(connection, select(raw_rows)):
        if not _reads(zlib.decompress, row.data):
            yield f"The raw row {row.digest[:12]} cannot be read."
        elif hashlib.sha256(zlib.decompress(row.data)).hexdigest() != row.digest:
            yield f"The raw row {row.digest[:12]} is not the one that its hash was made of."


def _mails(connection: Connection) -> Iterator[str]:
    for row in _rows(connection, select(outbox.c.message_id, outbox.c.body, outbox.c.html)):
        if not (_reads(zlib.decompress, row.body) and _reads(zlib.decompress, row.html)):
            yield f"The mail {row.message_id} cannot be read."


def _reads(read: Callable[[bytes], object], body: bytes) -> bool:
    try:
        read(body)
    except _UNREADABLE:
        return False
    return True


def _rows(connection: Connection, query: Any) -> Iterator[Row[Any]]:
    return iter(connection.execution_options(yield_per=_AT_ONCE).execute(query))
