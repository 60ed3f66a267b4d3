"""SQLite and PostgreSQL: opening, migrating, and what their drivers say in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from matcher.disk import can_be_written, make_folder
from matcher.errors import StoreBusy, StoreError, StoreMissing, system_reason
from matcher.store import kept_statements
from matcher.store.schema import APPLICATION_ID, HEAD
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SQLITE = {
    sqlite3.SQLITE_NOTADB: Saying("The file {where} is not a database: move it away, or point database.url elsewhere."),
    sqlite3.SQLITE_CORRUPT: Saying(
        "The database {where} is damaged: put back a backup, or move the file away and run `matcher fetch` again."
    ),
    sqlite3.SQLITE_READONLY: Saying(
        "The database {where} cannot be written: check the permissions of its file and folder."
    ),
    sqlite3.SQLITE_PERM: Saying("The database {where} may not be used: check the permissions of its file and folder."),
    sqlite3.SQLITE_CANTOPEN: Saying(
        "The database {where} cannot be opened: check that the folder exists and is accessible."
    ),
    sqlite3.SQLITE_FULL: Saying("The disk is full and nothing was saved to {where}: free some space and run again."),
    sqlite3.SQLITE_IOERR: Saying("The disk failed while {where} was read or written: check the disk, then run again."),
}

_BUSY = Saying("The database {where} is locked by another program that did not finish in time: run again later.")

_POSTGRES = {
    "28": Saying(
        "PostgreSQL refused the user or password for {where}: check database.url and PGPASSWORD or PGPASSFILE."
    ),
    "3D": Saying("PostgreSQL has no such database as {where}: create it (`createdb`), or correct database.url."),
    "42501": Saying(
        "The PostgreSQL user of {where} lacks a right: grant it CREATE on the schema and use of the tables."
    ),
    "25006": Saying("PostgreSQL at {where} only takes reads at the moment: point database.url at the primary server."),
    "53": Saying("PostgreSQL at {where} is out of disk, memory or connections: tell its administrator and run again."),
    "57": Saying("PostgreSQL at {where} is shutting down or starting: run again in a minute."),
    "08": Saying("PostgreSQL at {where} cannot be reached: check that it runs and that database.url is right."),
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
        return StoreBusy(_BUSY.of(where=where))
    if state is None and type(error).__name__ in ("OperationalError", "ConnectionTimeout"):
        state = _connection_state(str(error))
    for prefix, saying in _POSTGRES.items():
        if state is not None and state.startswith(prefix):
            return StoreError(saying.of(where=where))
    return _unforeseen(error, where)


def _from_sqlite(error: sqlite3.Error, where: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)  # extended: the low byte is the primary code
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(_BUSY.of(where=where))
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for the few pages beside the database
        primary = sqlite3.SQLITE_FULL
    saying = _SQLITE.get(primary) if primary is not None else None
    return StoreError(saying.of(where=where)) if saying else _unforeseen(error, where)


def _connection_state(message: str) -> str:
    """While connecting psycopg gives only libpq's message: the class of SQLSTATE that it tells of."""
    if "does not exist" in message:
        return "3D" if 'database "' in message else "28"
    return "28" if "authentication failed" in message or "no password" in message else "08"


def _unforeseen(error: BaseException | None, where: str) -> StoreError:
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return StoreError(
        "The database {where} refused an operation ({first_line}): run again with --debug for the details.",
        where=where,
        first_line=first_line,
    )


AT_ONCE = 500
"""Keys of one IN list, and rows of one statement."""


def parse_url(url: str) -> URL:
    """The database URL; raises StoreError when it is none that the store can use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _wrong_url() from error
    if "@" in (parsed.host or ""):  # the end of a password with a raw @
        raise _wrong_url()
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    raise _wrong_url()


def _wrong_url() -> StoreError:
    return StoreError(
        "The database URL is not usable: write it as sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME, with the "
        "@ / : ? # of a user name or password as %40 %2F %3A %3F %23."
    )


_SHOWN_PARAMETERS = frozenset({"host", "port", "dbname", "user", "sslmode", "target_session_attrs"})


def describe(url: URL) -> str:
    """The database in messages: the file's path, or the URL without anything that may be secret."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    shown = {name: value for name, value in url.query.items() if name in _SHOWN_PARAMETERS}
    return url.set(query=shown).render_as_string(hide_password=True)


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
    uri = reading_uri(path) if read_only else f"{_uri(path)}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys=ON")
        # In WAL mode NORMAL would lose the last commits in a power cut: a mail that has gone would be queued again.
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    engine = create_engine(
        kept_statements.URL, creator=connect, poolclass=QueuePool, execution_options=kept_statements.OPTIONS
    )

    opened = _identity(path)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        if writing and _identity(path) != opened:  # what is written to a file without a name is lost at the end
            raise StoreError("The database {path} was moved or replaced while it was in use: run again.", path=path)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def reading_uri(path: Path) -> str:
    """How SQLite opens a file for reading only, also on a disk or in a folder that cannot be written.

    A file in WAL mode is read with two others beside it, which are made where they are missing. Where they cannot be,
    the file is opened as one that does not change, which is what it is when nobody left a second one there. Raises
    StoreError where what was written last stands in a second one alone.
    """
    log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if can_be_written(path.parent) or shared.exists():
        return f"{_uri(path)}?mode=ro"
    if log.exists() and log.stat().st_size:
        raise StoreError(
            "The database {path} is a copy of one that was in use, in a folder that cannot be written: "
            "copy the folder elsewhere and point MATCHER_HOME there.",
            path=path,
        )
    return f"{_uri(path)}?mode=ro&immutable=1"


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}"


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
        raise StoreMissing("There is no database at {path} yet: run `matcher fetch` first.", path=path) from error
    except OSError as error:
        raise StoreError(
            "The database {path} cannot be read ({reason}): check the permissions of its folder.",
            path=path,
            reason=system_reason(error),
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
            "The database {path} cannot be made or written ({reason}): check the folder and its "
            "permissions, or point MATCHER_HOME elsewhere.",
            path=path,
            reason=system_reason(error),
        ) from error
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        if mark == APPLICATION_ID:
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError("The file {path} is another program's database: point database.url elsewhere.", path=path)
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


class Transactions:
    """How readers and writers reach a database; driver errors come out in plain words."""

    def __init__(self, engine: Engine, where: str, *, read_only: bool) -> None:
        self.engine = engine
        self.where = where
        self.read_only = read_only

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, make: bool = True, wait: float = 30.0) -> Transactions:
        """Opens a database, made or migrated to the newest schema unless `read_only`; see `Store.open`."""
        parsed = parse_url(url)
        where = describe(parsed)
        with translated(where):
            if not make and parsed.get_backend_name() == "sqlite":
                _find_file(Path(str(parsed.database)))
            engine = make_engine(parsed, read_only=read_only, wait=wait)
            try:
                if not make:
                    _find_tables(engine, where)
                (check_schema if read_only else migrate)(engine, where)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, where, read_only=read_only)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translated(self.where), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.read_only:
            raise StoreError("The database {where} was opened for reading only.", where=self.where)
        with translated(self.where), writing(self.engine) as connection:
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


def insert_plain(connection: Connection, table: Table, rows: Sequence[tuple[str | float | bool | None, ...]]) -> None:
    """Inserts rows by the hundred thousand: each has a value for every column, as the driver takes it, text cleaned."""
    if not rows:
        return
    quoted = connection.dialect.identifier_preparer.quote
    marks = ", ".join(["%s" if connection.dialect.name == "postgresql" else "?"] * len(table.columns))
    names = ", ".join(quoted(column.name) for column in table.columns)
    connection.exec_driver_sql(f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Slices short enough for one IN list on either database."""
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def schema_version(connection: Connection) -> str | None:
    """The migration that the database stands at; None when it has no tables of ours."""
    if not connection.dialect.has_table(connection, _alembic_version.name):
        return None
    return connection.execute(select(_alembic_version.c.version_num)).scalar()


def check_schema(engine: Engine, where: str) -> None:
    """For readers: raises StoreError unless the schema is the one this version knows."""
    version = _find_tables(engine, where)
    if version > HEAD:
        raise _newer(where)
    if version < HEAD:
        raise StoreError(
            "The database {where} is of an older matcher: run `matcher db upgrade` to bring it up to date.", where=where
        )


def _find_tables(engine: Engine, where: str) -> str:
    """The migration that a database stands at. Raises StoreMissing where it has no tables of ours."""
    with engine.connect() as connection:
        version = schema_version(connection)
    if version is None:
        raise StoreMissing("There is nothing in the database {where} yet: run `matcher fetch` first.", where=where)
    return version


def migrate(engine: Engine, where: str) -> None:
    """For writers: makes or upgrades the tables in one transaction; raises StoreError when they are newer."""
    with engine.connect() as connection:
        version = schema_version(connection)
    if version == HEAD:
        return
    if version is not None and version > HEAD:
        raise _newer(where)
    with writing(engine) as connection:
        if schema_version(connection) != HEAD:  # another process may have been first
            _upgrade(connection)


def _upgrade(connection: Connection, version: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    with as_file(files("matcher.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def _newer(where: str) -> StoreError:
    return StoreError("The database {where} was written by a newer matcher: upgrade matcher to use it.", where=where)
