"""The one translator of driver errors: each becomes a `StoreError` with a sentence that says what to do."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from matcher.errors import StoreBusy, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "The file {where} is not a database: move it away, or point MATCHER_DATABASE_URL elsewhere.",
    sqlite3.SQLITE_CORRUPT: (
        "The database {where} is damaged: put back a backup, or move the file away and run `matcher fetch` again."
    ),
    sqlite3.SQLITE_READONLY: "The database {where} cannot be written: check the permissions of its file and folder.",
    sqlite3.SQLITE_PERM: "The database {where} may not be used: check the permissions of its file and folder.",
    sqlite3.SQLITE_CANTOPEN: "The database {where} cannot be opened: check that the folder exists and is accessible.",
    sqlite3.SQLITE_FULL: "The disk is full and nothing was saved to {where}: free some space and run again.",
    sqlite3.SQLITE_IOERR: "The disk failed while {where} was read or written: check the disk, then run again.",
}
_BUSY = "The database {where} is locked by another program that did not finish in time: run again later."

_POSTGRES = {
    "28": "PostgreSQL refused the user or password for {where}: check MATCHER_DATABASE_URL.",
    "3D": "PostgreSQL has no such database as {where}: create it (`createdb`), or correct MATCHER_DATABASE_URL.",
    "42501": "The PostgreSQL user of {where} lacks a right: grant it CREATE on the schema and use of the tables.",
    "25006": "PostgreSQL at {where} only takes reads at the moment: point MATCHER_DATABASE_URL at the primary server.",
    "53": "PostgreSQL at {where} is out of disk, memory or connections: tell its administrator and run again.",
    "57": "PostgreSQL at {where} is shutting down or starting: run again in a minute.",
    "08": "PostgreSQL at {where} cannot be reached: check that it runs and that MATCHER_DATABASE_URL is right.",
}
_POSTGRES_BUSY = ("55P03", "40001", "40P01")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raises driver errors of the block as StoreError or StoreBusy; `where` names the database, without secrets."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(error.orig, where) from error
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise _translate(error, where) from error


def _translate(error: BaseException | None, where: str) -> StoreError:
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error, where)
    state = getattr(error, "sqlstate", None)
    if state in _POSTGRES_BUSY:
        return StoreBusy(_BUSY.format(where=where))
    if state is None and type(error).__name__ in ("OperationalError", "ConnectionTimeout"):
        state = _connection_state(str(error))
    for prefix, sentence in _POSTGRES.items():
        if state is not None and state.startswith(prefix):
            return StoreError(sentence.format(where=where))
    return _unforeseen(error, where)


def _from_sqlite(error: sqlite3.Error, where: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)  # extended: the low byte is the primary code
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(_BUSY.format(where=where))
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the few pages beside the database
        primary = sqlite3.SQLITE_FULL
    sentence = _SQLITE.get(primary) if primary is not None else None
    return StoreError(sentence.format(where=where)) if sentence else _unforeseen(error, where)


def _connection_state(message: str) -> str:
    """While connecting psycopg gives only libpq's message: the class of SQLSTATE that it tells of."""
    if "does not exist" in message:
        return "3D" if 'database "' in message else "28"
    return "28" if "authentication failed" in message or "no password" in message else "08"


def _unforeseen(error: BaseException | None, where: str) -> StoreError:
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return StoreError(
        f"The database {where} refused an operation ({first_line}): run again with --debug for the details."
    )
