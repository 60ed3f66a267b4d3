"""All that differs between SQLite and PostgreSQL: opening, transactions, upserts, file modes.

SQLite: the driver's own transaction handling is switched off (isolation_level None) and BEGIN is sent by us, as
SQLAlchemy's pysqlite page advises; a writing transaction begins IMMEDIATE, so that it waits for another writer at its
start and never fails half-way. PostgreSQL: a writing transaction first takes an advisory lock, which gives the same
one-writer rule there.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from matcher.disk import make_folder
from matcher.errors import StoreError, StoreMissing
from matcher.store.schema import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CHUNK = 500  # keys per IN list and rows per statement


def parse_url(url: str) -> URL:
    """The database URL; raises StoreError when it is none that the store can use."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _wrong_url() from error
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    raise _wrong_url()


def _wrong_url() -> StoreError:
    return StoreError(
        "The database URL is not usable: write MATCHER_DATABASE_URL as sqlite:///PATH or "
        "postgresql+psycopg://USER@HOST/NAME."
    )


def describe(url: URL) -> str:
    """The database in messages: the file's path, or the URL with its password masked."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def make_engine(url: URL, *, read_only: bool, wait: float) -> Engine:
    """An engine for a parsed URL; `wait` is the longest wait for another writer, in seconds."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(Path(str(url.database)), read_only=read_only, wait=wait)
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "options": f"-c lock_timeout={int(wait * 1000)}"},
            execution_options={"postgresql_readonly": True} if read_only else {},
        )
    except ImportError as error:
        raise StoreError("PostgreSQL needs its driver: install it with `pip install 'matcher[postgresql]'`.") from error


def _sqlite_engine(path: Path, *, read_only: bool, wait: float) -> Engine:
    if read_only:
        _find_file(path)
    else:
        _prepare_file(path, wait)
    uri = f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rw'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys=ON")
        # In WAL mode NORMAL would lose the last commits in a power cut: a mail that has gone would be queued again.
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    opened = _identity(path)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        if writing and _identity(path) != opened:  # what is written to a file without a name is lost at the end
            raise StoreError(f"The database {path} was moved or replaced while it was in use: run again.")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    """Tells a file from another one of its name; None when there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _find_file(path: Path) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreMissing(f"There is no database at {path} yet: run `matcher fetch` first.") from error
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be read ({error.strerror}): check the permissions of its folder."
        ) from error


def _prepare_file(path: Path, wait: float) -> None:
    """Makes the file, private to its owner, in WAL mode and marked as ours; refuses another program's database."""
    try:
        make_folder(path.parent)
        _make_file(path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be made or written ({error.strerror}): "
            "check the folder and its permissions, or point MATCHER_HOME elsewhere."
        ) from error
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        if mark == APPLICATION_ID:
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"The file {path} is another program's database: point MATCHER_DATABASE_URL elsewhere.")
        _switch_to_wal(connection, wait)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


def _make_file(path: Path) -> None:
    """Makes the file where there is none; one that is there is not opened.

    Closing any descriptor of a file takes all locks that this process holds on it (fcntl(2)): SQLite would lose those
    of its open connections, and with them what another process then believes to be nobody's.
    """
    if path.exists():
        if path.is_dir() or not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    with suppress(FileExistsError):  # another process made it just now
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _switch_to_wal(connection: sqlite3.Connection, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # The switch needs the file for itself and does not wait for it: two first starts can meet here.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction, alone in the database; a driver's `busy` error when another one stays too long."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPLICATION_ID})
        yield connection


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, replace: bool) -> None:
    """Inserts rows; where the primary key is there already, replaces the other columns or leaves the row alone."""
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if replace:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), rows)
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=keys), rows)


def chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Slices short enough for one IN list on either database."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
