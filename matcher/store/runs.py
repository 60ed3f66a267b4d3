"""Runs, and the writer's lock that one of them holds."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from matcher.errors import RunGoesOn, RunLost
from matcher.logs import current_run
from matcher.model.outcomes import RunRecord
from matcher.store.schema import locks, runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from matcher.store.engines import Transactions

STALE_AFTER = timedelta(minutes=30)

_WRITER = "writer"

_GOOD = ("ok", "partial")


@dataclass(frozen=True, slots=True)
class Process:
    """A process among all machines: `start` (clock ticks since boot, Linux) tells a reused process id apart."""

    host: str
    pid: int
    start: str

    @classmethod
    def current(cls) -> Process:
        return cls(socket.gethostname(), os.getpid(), _start_of(os.getpid()) or "")

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this machine."""
        return self.host == socket.gethostname()

    def may_live(self) -> bool:
        """False only when this machine knows that the process is gone; of other machines it cannot know."""
        if not self.is_here:
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # it exists and is another user's
        start = _start_of(self.pid)
        return start is None or (start != "" and (not self.start or start == self.start))


def _start_of(pid: int) -> str | None:
    """Start time of a process; empty for one that has ended and was not yet waited for; None where unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before may hold spaces
    return "" if fields[0] in "ZX" else fields[19]


def _begin(
    connection: Connection,
    kind: str,
    now: datetime,
    *,
    going: Collection[int],
    unless: tuple[datetime, datetime] | None = None,
) -> int:
    """Starts a run and takes the writer's lock for it; earlier runs still `running` become `interrupted`.

    `going` are the runs that this process has begun and not ended: another one in its name is dead (the database went
    away before it could be ended). RunGoesOn when a living run holds the lock, or when a run of this kind that began
    between the two times of `unless` went well.
    """
    holder = connection.execute(select(locks).where(locks.c.name == _WRITER).with_for_update()).one_or_none()
    if unless is not None and _went_well(connection, kind, *unless):
        raise RunGoesOn("Another process has just done this work.")
    if holder is not None:
        if _alive(holder, going) and _gave_a_sign(holder, now):
            raise RunGoesOn(
                "Another run (number {run_id}, process {pid} on {host}, since {acquired:%Y-%m-%d %H:%M} UTC) "
                "is writing: wait for it to end, then run again.",
                run_id=holder.run_id,
                pid=holder.pid,
                host=holder.host,
                acquired=holder.acquired,
            )
        connection.execute(delete(locks).where(locks.c.name == _WRITER))
    connection.execute(update(runs).where(runs.c.outcome == "running").values(outcome="interrupted", finished=now))
    me = Process.current()
    row = {"kind": kind, "started": now, "outcome": "running", "detail": {}, "host": me.host, "pid": me.pid}
    run_id: int = connection.execute(insert(runs).values(row).returning(runs.c.id)).scalar_one()
    lock = {"run_id": run_id, "host": me.host, "pid": me.pid, "process_start": me.start}
    connection.execute(insert(locks).values(name=_WRITER, acquired=now, heartbeat=now, **lock))
    return run_id


def _went_well(connection: Connection, kind: str, since: datetime, until: datetime) -> bool:
    good = select(runs.c.id).where(runs.c.kind == kind, runs.c.outcome.in_(_GOOD), runs.c.started.between(since, until))
    return connection.execute(good.limit(1)).first() is not None


def _alive(holder: Row[Any], going: Collection[int]) -> bool:
    owner = Process(holder.host, holder.pid, holder.process_start)
    return owner.may_live() and (holder.run_id in going or owner != Process.current())


def _gave_a_sign(holder: Row[Any], now: datetime) -> bool:
    """Whether the heartbeat is of late.

    One from the future comes from a clock that was set back since (a process of this machine: it lives) or that is
    wrong (another machine: it may be dead, and would keep the lock until then).
    """
    here = Process(holder.host, holder.pid, holder.process_start).is_here
    return now - holder.heartbeat <= STALE_AFTER and (here or holder.heartbeat - now <= STALE_AFTER)


def hold(connection: Connection, run_id: int) -> None:
    """Refuses (RunLost) a run that lost the lock or has ended: every write of a run asks first."""
    holder = connection.execute(select(locks).where(locks.c.name == _WRITER).with_for_update()).one_or_none()
    if holder is None or holder.run_id != run_id:
        raise RunLost("Run {run_id} has ended or was taken over by another process: begin a new run.", run_id=run_id)


_begun: set[tuple[str, int]] = set()  # database and number of each run that this process has begun and not ended


class Runs:
    """The runs that were begun, and the writer's lock that one of them holds."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def begin(self, kind: str, now: datetime, *, unless: tuple[datetime, datetime] | None = None) -> int:
        """Starts a run and takes the writer's lock until `finish`; returns the run's number.

        Runs that died are recorded as `interrupted`. RunGoesOn when a living run holds the lock, or
        when a run of this kind that began between the two times of `unless` went well.
        """
        run_id = 0
        try:
            with self._transactions.writing() as connection:
                run_id = _begin(connection, kind, now, going=self._going, unless=unless)
                # Before it shows: another thread would take it for a dead one.
                _begun.add((self._transactions.where, run_id))
        except BaseException:
            _begun.discard((self._transactions.where, run_id))
            raise
        current_run.set(run_id)
        return run_id

    def beat(self, run_id: int, now: datetime) -> None:
        """Shows that the run is alive at `now`, the true time. RunLost when the run lost its lock."""
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            connection.execute(update(locks).where(locks.c.name == _WRITER).values(heartbeat=now))

    def finish(self, run_id: int, outcome: str, detail: Mapping[str, Any], now: datetime) -> None:
        """Ends a run (`ok`, `partial`, `failed`, `interrupted`) with a JSON-ready detail, and frees the lock."""
        try:
            with self._transactions.writing() as connection:
                hold(connection, run_id)
                ended = update(runs).where(runs.c.id == run_id)
                connection.execute(ended.values(outcome=outcome, detail=dict(detail), finished=now))
                connection.execute(delete(locks).where(locks.c.name == _WRITER))
        finally:  # a database that went away keeps the lock; nobody works under it any more
            _begun.discard((self._transactions.where, run_id))
            current_run.set(None)

    def note(
        self, run_id: int, kind: str, outcome: str, detail: Mapping[str, Any], *, started: datetime, finished: datetime
    ) -> None:
        """Keeps a part of a run (the fetch of the daily one) as a run of its own that has ended."""
        with self._transactions.writing() as connection:
            hold(connection, run_id)
            me = Process.current()
            row = {"kind": kind, "started": started, "finished": finished, "outcome": outcome, "detail": dict(detail)}
            connection.execute(insert(runs).values(row | {"host": me.host, "pid": me.pid}))

    def last(self, limit: int = 20, kind: str | None = None) -> list[RunRecord]:
        """The last runs, newest first."""
        with self._transactions.reading() as connection:
            holder = connection.execute(select(locks).where(locks.c.name == _WRITER)).one_or_none()
            dead = holder is not None and not _alive(holder, self._going)
            query = select(runs).order_by(runs.c.id.desc()).limit(limit)
            if kind is not None:
                query = query.where(runs.c.kind == kind)
            return [
                RunRecord(
                    row.id,
                    row.kind,
                    row.started,
                    row.finished,
                    "interrupted" if dead and row.outcome == "running" else row.outcome,
                    row.detail,
                )
                for row in connection.execute(query)
            ]

    @property
    def _going(self) -> set[int]:
        """The runs that this process has begun here and not ended."""
        begun = tuple(_begun)  # at once: other threads begin and end theirs meanwhile
        return {run_id for where, run_id in begun if where == self._transactions.where}
