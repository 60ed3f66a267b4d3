"""Checking, forgetting, copying and backing up what is kept."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
import zlib
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, Text, cast, delete, exists, func, insert, select, text, update

from matcher.disk import sync
from matcher.errors import StoreError, system_reason
from matcher.model.call import Source, unpack, unpack_as_kept
from matcher.model.changes import content, content_hash
from matcher.model.outcomes import Cleaned
from matcher.model.subscription import MailState
from matcher.store.calls import IS_CURRENT, RAW_IS_USED
from matcher.store.engines import AT_ONCE, Transactions, reading_uri, translated, writing
from matcher.store.runs import hold
from matcher.store.schema import (
    APPLICATION_ID,
    calls,
    changes,
    locks,
    metadata,
    organisations,
    outbox,
    participations,
    project_sources,
    projects,
    raw_rows,
    runs,
    set_aside,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Row

MOST = 50
"""So many findings are told; a database with more is not mended by reading on."""

_UNREADABLE = (zlib.error, ValueError, KeyError, TypeError, AttributeError)  # what unpacking a damaged body can raise


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
    query = (
        select(calls.c.identifier, calls.c.version).outerjoin(versions, IS_CURRENT).where(versions.c.number.is_(None))
    )
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
    query = select(calls.c.identifier, calls.c.source, calls.c.content_hash, versions.c.body)
    query = query.join(versions, IS_CURRENT)
    for row in _rows(connection, query):
        try:
            kept = unpack_as_kept(row.body, identifier=row.identifier, source=Source(row.source).value)
            found = content_hash(content(kept))
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


def _project_bodies(connection: Connection) -> Iterator[str]:
    for row in _rows(connection, select(projects.c.identifier, projects.c.body)):
        if not _reads(lambda body: json.loads(zlib.decompress(body)), row.body):
            yield f"The project {row.identifier} cannot be read."


def _project_parts(connection: Connection) -> Iterator[str]:
    """No reference holds an organisation, as it is written after who is in which project."""
    query = select(participations.c.project, participations.c.pic)
    query = query.outerjoin(organisations, organisations.c.pic == participations.c.pic)
    for row in _rows(connection, query.where(organisations.c.pic.is_(None))):
        yield f"The organisation {row.pic} of the project {row.project} is not there."
    listed = exists().where(project_sources.c.project == projects.c.identifier)
    for row in _rows(connection, select(projects.c.identifier).where(projects.c.gone.is_(None), ~listed)):
        yield f"The project {row.identifier} is in no dump, and not marked as gone."


_CHECKS = (
    _file,
    _references,
    _current_versions,
    _bodies,
    _hashes,
    _raws,
    _mails,
    _project_bodies,
    _project_parts,
)


def _reads(read: Callable[[bytes], object], body: bytes) -> bool:
    try:
        read(body)
    except _UNREADABLE:
        return False
    return True


def _rows(connection: Connection, query: Any) -> Iterator[Row[Any]]:
    return iter(connection.execution_options(yield_per=AT_ONCE).execute(query))


FORGOTTEN = zlib.compress(b"")
"""The body of a mail whose text was forgotten; such a mail is never sent again."""

_VACUUM_SHARE = 4  # a SQLite file is written anew when one page in so many is free


def _old_runs(before: datetime) -> Any:
    """The runs begun before, less the newest of each kind, which tell how things stand."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.kind)
    return select(runs.c.id).where(runs.c.started < before, runs.c.outcome != "running", runs.c.id.not_in(newest))


def _forget_mails(before: datetime) -> Any:
    over = outbox.c.state.in_([MailState.SENT.value, MailState.FAILED.value])
    kept = outbox.c.body != FORGOTTEN
    return update(outbox).where(over, kept, outbox.c.created < before).values(body=FORGOTTEN, html=FORGOTTEN)


def _clean_runs(connection: Connection, before: datetime) -> int:
    referred = [exists().where(table.c.run_id == runs.c.id) for table in (versions, changes, locks, set_aside)]
    old = runs.c.id.in_(_old_runs(before))
    gone = _count(connection, delete(runs).where(old, *(~reference for reference in referred)))
    connection.execute(update(runs).where(old, cast(runs.c.detail, Text) != "{}").values(detail={}))
    return gone


def _count(connection: Connection, statement: Any) -> int:
    return connection.execute(statement).rowcount


def back_up_file(source: Path, file: Path) -> None:
    """A consistent copy of a SQLite database, by its online backup: a writer need not stop."""
    if file.exists() and file.samefile(source):
        raise StoreError("{file} is the database itself: name another file for the backup.", file=file)

    def fill(temporary: Path) -> None:
        with (
            closing(sqlite3.connect(reading_uri(source), uri=True)) as reading,
            closing(sqlite3.connect(temporary)) as connection,
        ):
            reading.backup(connection)

    replace_whole(file, fill)


def replace_whole(file: Path, fill: Callable[[Path], None]) -> None:
    """Puts a database file in place once it is complete and on the disk; only a database of ours is replaced."""
    if file.exists() and not _is_ours(file):
        raise StoreError("{file} is there and is no database of matcher: name another file for the backup.", file=file)
    try:
        folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=file.absolute().parent))
    except OSError as error:
        raise StoreError(
            "The backup {file} cannot be made ({reason}): check its folder.", file=file, reason=system_reason(error)
        ) from error
    try:
        made = folder / "matcher.db"
        fill(made)
        made.chmod(0o600)
        sync(made)
        made.replace(file)
        sync(file.absolute().parent)
    except OSError as error:
        raise StoreError(
            "The backup {file} cannot be made ({reason}): check its folder.", file=file, reason=system_reason(error)
        ) from error
    finally:
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def _snapshot(engine: Engine) -> Connection:
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    return engine.connect().execution_options(**level)


def _refuse_full(connection: Connection, where: str) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise StoreError(
                "The database {where} is not empty: name one that nothing was written to yet.", where=where
            )


def _copy_table(reading: Connection, connection: Connection, table: Table) -> int:
    count = 0
    result = reading.execution_options(yield_per=AT_ONCE).execute(select(table))
    for rows in result.mappings().partitions():
        connection.execute(insert(table), [dict(row) for row in rows])
        count += len(rows)
    return count


def _continue_numbers(connection: Connection) -> None:
    """PostgreSQL counts on from where it stood, not from what was written."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        if "id" in table.c:
            highest = connection.execute(select(func.max(table.c.id))).scalar()
            sequence = {"sequence": f"{table.name}_id_seq", "value": highest or 1, "called": highest is not None}
            connection.execute(text("SELECT setval(:sequence, :value, :called)"), sequence)


def _is_ours(file: Path) -> bool:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as found:
        return bool(found.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)
    return False


class Maintenance:
    """Checking, forgetting, copying and backing up everything that is kept."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def server(self) -> str:
        """What holds the database, and for a server of another machine whether the connection is encrypted."""
        where = self._transactions.where
        if self._transactions.engine.dialect.name == "sqlite":
            return where
        with self._transactions.reading() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
            encrypted = connection.exec_driver_sql(
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).scalar_one_or_none()
        return f"PostgreSQL {version} at {where} ({'encrypted' if encrypted else 'not encrypted'})"

    def clean(self, *, run_id: int, before: datetime) -> Cleaned:
        """Forgets what is older than `before` and may be forgotten (see the docs on operations), in one transaction."""
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            aside = _count(connection, delete(set_aside).where(set_aside.c.run_id.in_(_old_runs(before))))
            superseded = exists().where(
                calls.c.identifier == versions.c.identifier, calls.c.version > versions.c.number
            )
            old = (versions.c.raw.is_not(None)) & (versions.c.seen_at < before) & superseded
            connection.execute(update(versions).where(old).values(raw=None))
            raws = _count(connection, delete(raw_rows).where(~RAW_IS_USED))
            mails = _count(connection, _forget_mails(before))
            return Cleaned(raw_rows=raws, set_aside=aside, mails=mails, runs=_clean_runs(connection, before))

    def compact(self) -> None:
        """Gives space that was freed back to the disk."""
        with translated(self._transactions.where):
            if self._transactions.engine.dialect.name != "sqlite":
                return
            connection = self._transactions.engine.raw_connection()
            try:
                cursor = connection.cursor()
                free, pages = (
                    cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count")
                )
                if free * _VACUUM_SHARE > pages:
                    cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.close()
            finally:
                connection.close()

    def check(self) -> list[str]:
        """What is wrong with what is kept, one sentence each; empty when all is well."""
        with self._transactions.reading() as connection:
            return list(islice((finding for look in _CHECKS for finding in look(connection)), MOST))

    def copy_to(self, target: Maintenance) -> Mapping[str, int]:
        """Copies everything into another, empty database, of either kind; returns the rows of each table."""
        with translated(self._transactions.where):
            counts: dict[str, int] = {}
            with _snapshot(self._transactions.engine) as reading, writing(target._transactions.engine) as connection:
                _refuse_full(connection, target._transactions.where)
                for table in metadata.sorted_tables:
                    if table is not locks:
                        counts[table.name] = _copy_table(reading, connection, table)
                # Who was at work there is not at work here.
                connection.execute(update(runs).where(runs.c.outcome == "running").values(outcome="interrupted"))
                _continue_numbers(connection)
            return counts

    def back_up(self, file: Path) -> None:
        """Keeps a consistent copy as a SQLite file, from whichever database; a writer need not stop.

        An earlier backup of that name is replaced once the new one is complete; any other file is refused.
        """
        with translated(self._transactions.where):
            if self._transactions.engine.dialect.name == "sqlite":
                back_up_file(Path(self._transactions.where), file)
            else:
                replace_whole(file, self._copy_into)

    def _copy_into(self, file: Path) -> None:
        with closing(Transactions.open(f"sqlite:///{file}")) as target:
            self.copy_to(Maintenance(target))
