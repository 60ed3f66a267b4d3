"""A whole database into another one, whatever each of them is, and a SQLite file into a copy that can be put away.

A copy is what one moment showed: it is read in one transaction and written in one. The writer's lock is not copied.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, func, insert, select, text, update

from matcher.disk import sync
from matcher.errors import StoreError
from matcher.store.dialects import writing
from matcher.store.schema import APPLICATION_ID, locks, metadata, runs

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_ONCE = 500


def copy(source: Engine, target: Engine, where: str) -> dict[str, int]:
    """Copies every table; returns the rows of each. StoreError when the target (`where`) holds anything."""
    counts: dict[str, int] = {}
    with _snapshot(source) as reading, writing(target) as connection:
        _refuse_full(connection, where)
        for table in metadata.sorted_tables:
            if table is not locks:
                counts[table.name] = _copy_table(reading, connection, table)
        # Who was at work there is not at work here.
        connection.execute(update(runs).where(runs.c.outcome == "running").values(outcome="interrupted"))
        _continue_numbers(connection)
    return counts


def back_up_file(source: Path, file: Path) -> None:
    """A consistent copy of a SQLite database, by its online backup: a writer need not stop."""
    if file.exists() and file.samefile(source):
        raise StoreError(f"{file} is the database itself: name another file for the backup.")

    def fill(temporary: Path) -> None:
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(temporary)) as connection:
            reading.backup(connection)

    replace_whole(file, fill)


def replace_whole(file: Path, fill: Callable[[Path], None]) -> None:
    """Puts a database file in place once it is complete and on the disk; only a database of ours is replaced."""
    if file.exists() and not _is_ours(file):
        raise StoreError(f"{file} is there and is no database of matcher: name another file for the backup.")
    try:
        folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=file.absolute().parent))
    except OSError as error:
        raise StoreError(f"The backup {file} cannot be made ({error.strerror}): check its folder.") from error
    try:
        made = folder / "matcher.db"
        fill(made)
        made.chmod(0o600)
        sync(made)
        made.replace(file)
        sync(file.absolute().parent)
    except OSError as error:
        raise StoreError(f"The backup {file} cannot be made ({error.strerror}): check its folder.") from error
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
            raise StoreError(f"The database {where} is not empty: name one that nothing was written to yet.")


def _copy_table(reading: Connection, connection: Connection, table: Table) -> int:
    count = 0
    result = reading.execution_options(yield_per=_AT_ONCE).execute(select(table))
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
