"""What may be forgotten after a while, so that the database stops growing.

Never forgotten: calls, their versions and changes, and what was told to whom. Forgotten: raw rows of versions that are
no longer current, rows set aside, the texts of mails that were sent or given up (not that they were), and runs
that nothing refers to; of runs that are referred to, the details.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Text, cast, delete, exists, func, select, update

from matcher.model.answers import Cleaned
from matcher.model.subscription import MailState
from matcher.store.schema import calls, changes, facts, locks, outbox, raw_rows, runs, set_aside, versions

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Engine

FORGOTTEN = zlib.compress(b"")
"""The body of a mail whose text was forgotten; such a mail is never sent again."""

_VACUUM_SHARE = 4  # a SQLite file is written anew when one page in so many is free


def clean(connection: Connection, before: datetime) -> Cleaned:
    """Forgets what is older than `before`; returns how much, in rows."""
    aside = _count(connection, delete(set_aside).where(set_aside.c.run_id.in_(_old_runs(before))))
    superseded = exists().where(calls.c.identifier == versions.c.identifier, calls.c.version > versions.c.number)
    old = (versions.c.raw.is_not(None)) & (versions.c.seen_at < before) & superseded
    connection.execute(update(versions).where(old).values(raw=None))
    raws = _count(connection, delete(raw_rows).where(~_is_used()))
    mails = _count(connection, _forget_mails(before))
    return Cleaned(raw_rows=raws, set_aside=aside, mails=mails, runs=_clean_runs(connection, before))


def forget_values(connection: Connection, prefix: str, before: date) -> int:
    """Forgets the small facts of these keys whose value is an earlier day."""
    mine = facts.c.key.startswith(f"value:{prefix}", autoescape=True)
    return _count(connection, delete(facts).where(mine, facts.c.value < before.isoformat()))


def compact(engine: Engine) -> None:
    """Gives freed space of a SQLite file back to the disk; PostgreSQL does that by itself."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        free, pages = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if free * _VACUUM_SHARE > pages:
            cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        connection.close()


def _old_runs(before: datetime) -> Any:
    """The runs begun before, less the newest of each kind, which tell how things stand."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.kind)
    return select(runs.c.id).where(runs.c.started < before, runs.c.outcome != "running", runs.c.id.not_in(newest))


def _is_used() -> Any:
    return exists().where(versions.c.raw == raw_rows.c.digest) | exists().where(set_aside.c.raw == raw_rows.c.digest)


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
