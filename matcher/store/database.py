"""The store's face: every method is one transaction (or one reading), with driver errors told in plain words."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, delete, insert, select

from matcher.errors import StoreError
from matcher.logs import current_run
from matcher.model.call import LIVE, Call, Section, Source
from matcher.model.rows import ListingScope, ParsedRow, Saved, SetAside, SetAsideRecord
from matcher.store import calls as reading
from matcher.store import maintenance, outbox, runs, told
from matcher.store.calls import absent_heads, bodies_of, fold, heads_of, raw_row
from matcher.store.engines import check_schema, describe, make_engine, migrate, parse_url, translated, upsert, writing
from matcher.store.saving import Save, drop, freshest
from matcher.store.schema import calls, facts, raw_rows, set_aside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType

    from matcher.model.answers import Cleaned, RunRecord
    from matcher.model.changes import Change
    from matcher.model.subscription import AddressRecord, Delivered, Mail, MailState, QueuedMail, Told

_BATCH = 500


_REVISION = "revision"


_begun: set[tuple[str, int]] = set()  # database and number of each run that this process has begun and not ended


class Store:
    """Calls with versions and changes, runs, rows set aside and the outbox, in SQLite or PostgreSQL.

    Every method may raise StoreError (StoreBusy when another writer does not finish in time), with one sentence that
    says what to do. Saves need the number of a run that was begun and has not ended. Safe to share between threads.
    """

    def __init__(self, engine: Engine, where: str, *, read_only: bool) -> None:
        self._engine = engine
        self._where = where
        self._read_only = read_only

    @classmethod
    def open(cls, url: str, *, read_only: bool = False, wait: float = 30.0) -> Store:
        """Opens a store, made or migrated to the newest schema unless `read_only`.

        Args:
            url: `sqlite:///PATH` (missing folders are made, private to their owner) or
                `postgresql+psycopg://USER@HOST/NAME`.
            read_only: take no lock and change nothing; the store must be there, with the newest schema.
            wait: how long, in seconds, one transaction waits for another writer's before StoreBusy.

        """
        parsed = parse_url(url)
        where = describe(parsed)
        with translated(where):
            engine = make_engine(parsed, read_only=read_only, wait=wait)
            try:
                (check_schema if read_only else migrate)(engine, where)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, where, read_only=read_only)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def revision(self) -> int:
        """Grows by one with every transaction that changed calls: tells whether an index is stale."""
        with self._reading() as connection:
            return int(reading.fact(connection, _REVISION) or 0)

    # Runs

    def begin_run(self, kind: str, now: datetime, *, unless: tuple[datetime, datetime] | None = None) -> int:
        """Starts a run and takes the writer's lock until `finish_run`; returns the run's number.

        Runs that died are recorded as `interrupted`. RunGoesOn when a living run holds the lock (see `store.lock`), or
        when a run of this kind that began between the two times of `unless` went well.
        """
        run_id = 0
        try:
            with self._writing() as connection:
                run_id = runs.begin(connection, kind, now, going=self._going, unless=unless)
                _begun.add((self._where, run_id))  # before it shows: another thread would take it for a dead one
        except BaseException:
            _begun.discard((self._where, run_id))
            raise
        current_run.set(run_id)
        return run_id

    def heartbeat(self, run_id: int, now: datetime) -> None:
        """Shows that the run is alive at `now`, the true time. RunLost when the run lost its lock."""
        with self._writing() as connection:
            runs.beat(connection, run_id, now)

    def finish_run(self, run_id: int, outcome: str, detail: Mapping[str, Any], now: datetime) -> None:
        """Ends a run (`ok`, `partial`, `failed`, `interrupted`) with a JSON-ready detail, and frees the lock."""
        try:
            with self._writing() as connection:
                runs.finish(connection, run_id, outcome, detail, now)
        finally:  # a database that went away keeps the lock; nobody works under it any more
            _begun.discard((self._where, run_id))
            current_run.set(None)

    def note_run(
        self, run_id: int, kind: str, outcome: str, detail: Mapping[str, Any], *, started: datetime, finished: datetime
    ) -> None:
        """Keeps a part of a run (the fetch of the daily one) as a run of its own that has ended."""
        with self._writing() as connection:
            runs.note(connection, run_id, kind, outcome, detail, started, finished)

    def runs(self, limit: int = 20, kind: str | None = None) -> list[RunRecord]:
        """The last runs, newest first."""
        with self._reading() as connection:
            return runs.recorded(connection, limit, kind, self._going)

    @property
    def _going(self) -> set[int]:
        """The runs that this process has begun here and not ended."""
        begun = tuple(_begun)  # at once: other threads begin and end theirs meanwhile
        return {run_id for where, run_id in begun if where == self._where}

    # Saving

    def absent(self, rows: Iterable[ParsedRow], scope: ListingScope, today: date) -> list[str]:
        """Identifiers in the scope that are live by their dates and that this complete listing lacks.

        Look them up at the portal and pass what was found to `save_listing` with the rest: whatever is still
        absent there is taken as withdrawn.
        """
        with self._reading() as connection:
            heads = absent_heads(connection, {fold(row.call.identifier) for row in rows}, scope)
        return [head.identifier for head in heads if head.status_on(today, None) in LIVE]

    def save_listing(
        self,
        rows: Iterable[ParsedRow],
        *,
        run_id: int,
        now: datetime,
        complete: bool,
        scope: ListingScope,
        unread: Iterable[str] = (),
    ) -> Saved:
        """Keeps a listing, in one transaction: new calls, versions, changes and, when complete, who left.

        `unread` are calls that are listed, but in rows that could not be read: they have not left.

        Also lets the date do its work on every call (opened, closed), and tells what was withheld long enough.
        """
        by_key = freshest(rows)
        with self._saving(run_id, now) as save:
            save.rows(by_key)
            if complete:
                save.leave(by_key.keys() | set(map(fold, unread)), scope)
            save.advance()
        return save.saved

    def save_archive(self, rows: Iterable[ParsedRow | SetAside], *, run_id: int, now: datetime) -> Saved:
        """Keeps rows of a poorer source (bulk file, sample) as they stream in, a batch per transaction.

        They never overwrite a richer row and never bring a call back that left. Rows set aside are kept as such.
        """
        stream = iter(rows)
        parts: list[Saved] = []
        while batch := list(islice(stream, _BATCH)):
            odd = [row for row in batch if isinstance(row, SetAside)]
            with self._saving(run_id, now) as save:
                save.rows(freshest(row for row in batch if isinstance(row, ParsedRow)))
                _keep_set_aside(save.connection, odd, run_id)
            parts.append(Saved.total([save.saved, Saved(set_aside=len(odd))]))
        return Saved.total(parts)

    def save_set_aside(self, items: Iterable[SetAside], *, run_id: int, now: datetime) -> None:
        """Keeps rows that could not become calls, for inspection."""
        with self._saving(run_id, now) as save:
            _keep_set_aside(save.connection, list(items), run_id)

    def fill_sections(
        self, identifier: str, sections: Iterable[Section], *, run_id: int, now: datetime
    ) -> tuple[Change, ...]:
        """Gives a call the text of topicDetails where the listing had none; returns the changes told.

        The first text is enrichment and tells nothing; a call with a text of its own, or an unknown one, is left alone.
        """
        text = tuple(sections)
        with self._saving(run_id, now) as save:
            head = heads_of(save.connection, [fold(identifier)]).get(fold(identifier))
            if head is not None and text:
                kept = bodies_of(save.connection, [head])[head.identifier]
                if head.filled or not kept.sections:
                    save.sections(head, kept, text)
        return save.saved.changes

    def purge_sample(self, run_id: int) -> int:
        """Drops sample calls with all their history once real calls are kept; returns how many."""
        with self._writing() as connection:
            runs.hold(connection, run_id)
            sample = calls.c.source == Source.SAMPLE.value
            names = connection.execute(select(calls.c.identifier).where(sample)).scalars().all()
            if not names or connection.execute(select(calls.c.identifier).where(~sample).limit(1)).first() is None:
                return 0
            drop(connection, names)
            _grow_revision(connection)
            return len(names)

    # Reading

    def calls(self, *, identifiers: Iterable[str] | None = None) -> Iterator[Call]:
        """Every call, or those of these identifiers (in any case), in the order of identifiers."""
        with self._reading() as connection:
            yield from (
                reading.all_calls(connection) if identifiers is None else reading.calls_named(connection, identifiers)
            )

    def call(self, identifier: str) -> Call | None:
        """One call, its identifier in any case; None when it is not kept."""
        return next(iter(list(self.calls(identifiers=[identifier]))), None)

    def counts(self) -> dict[Source, int]:
        """How many calls are kept, by source; sources without any are left out."""
        with self._reading() as connection:
            return {Source(name): count for name, count in reading.count_calls(connection).items()}

    def versions(self, identifier: str) -> list[tuple[datetime, Call]]:
        """Every version of a call with the time it was first seen, oldest first."""
        with self._reading() as connection:
            return reading.versions_of(connection, identifier)

    def changes(
        self, *, identifier: str | None = None, since: datetime | None = None, limit: int | None = None
    ) -> list[Change]:
        """Changes told, newest first; `since` is inclusive."""
        with self._reading() as connection:
            return reading.changes_of(connection, identifier, since, limit)

    def first_seen(self) -> Mapping[str, datetime]:
        """When each call was first seen."""
        with self._reading() as connection:
            return reading.first_seen(connection)

    def raw(self, identifier: str) -> bytes | None:
        """The newest raw row kept of a call, as the portal sent it (canonical JSON); None when there is none."""
        with self._reading() as connection:
            return reading.raw_of(connection, identifier)

    def set_aside(self, run_id: int | None = None, limit: int = 1000) -> list[SetAsideRecord]:
        """Rows set aside, newest first, of one run or of all."""
        with self._reading() as connection:
            return reading.set_aside_of(connection, run_id, limit)

    # Small facts

    def get_value(self, key: str) -> str | None:
        """A small fact kept beside the calls (the bulk file's ETag, the listing's origin)."""
        with self._reading() as connection:
            return reading.fact(connection, f"value:{key}")

    def set_value(self, key: str, value: str | None) -> None:
        """Keeps a small fact; None forgets it."""
        with self._writing() as connection:
            if value is None:
                connection.execute(delete(facts).where(facts.c.key == f"value:{key}"))
            else:
                upsert(connection, facts, [{"key": f"value:{key}", "value": value}], replace=True)

    # Outbox

    def queue_mail(self, mail: Mail, items: Sequence[Told], *, now: datetime, run_id: int | None = None) -> bool:
        """Queues a mail with what it tells, which counts as told from now on, unless the mail fails for good.

        False, and nothing is written, when the outbox has that mail already, or another one of the same kind,
        subscriber and day (notices are told apart by their Message-ID alone). RunLost when a `run_id` is given and the
        run lost its lock.
        """
        with self._writing() as connection:
            if run_id is not None:
                runs.hold(connection, run_id)
            return outbox.queue(connection, mail, items, now)

    def due_mails(self, now: datetime, limit: int = 500) -> list[QueuedMail]:
        """Queued mails whose time has come, to addresses that are not paused; those that wait longest first."""
        with self._reading() as connection:
            return outbox.due(connection, now, limit)

    def claim_mail(self, message_id: str, now: datetime) -> QueuedMail | None:
        """Takes a queued mail for this process and counts an attempt; None when another one was faster."""
        with self._writing() as connection:
            return outbox.claim(connection, message_id, now)

    def mark_sent(self, message_id: str, now: datetime) -> None:
        """The mail was accepted; refusals of its address are forgotten."""
        with self._writing() as connection:
            outbox.sent(connection, message_id, now)

    def mark_retry(self, message_id: str, now: datetime, next_attempt: datetime, error: str) -> None:
        """The mail waits until `next_attempt`; like the next two, it does nothing once this process lost its claim."""
        with self._writing() as connection:
            outbox.retry(connection, message_id, now, next_attempt, error)

    def release_claim(self, message_id: str, next_attempt: datetime) -> None:
        """The mail waits until `next_attempt`, and its attempt is not counted."""
        with self._writing() as connection:
            outbox.give_back(connection, message_id, next_attempt)

    def mark_failed(self, message_id: str, now: datetime, error: str, *, blame: bool) -> int:
        """The mail is given up, and what it told counts as untold.

        `blame` tells that it was the address that was refused; returns how often in a row that was so.
        """
        with self._writing() as connection:
            return outbox.failed(connection, message_id, now, error, blame=blame)

    def requeue_mail(self, message_id: str, now: datetime) -> bool:
        """Queues a mail that was sent or has failed once more; False when there is none such."""
        with self._writing() as connection:
            return outbox.requeue(connection, message_id, now)

    def release_stale_claims(self, now: datetime, before: datetime) -> list[QueuedMail]:
        """Queues mails again whose process is gone from this machine or that were claimed before a time.

        Returns them as they were: each may have been accepted by the server already.
        """
        with self._writing() as connection:
            return outbox.release(connection, now, before)

    def mail(self, message_id: str) -> QueuedMail | None:
        """A mail of the outbox; None when there is none of that Message-ID."""
        with self._reading() as connection:
            return outbox.find(connection, message_id)

    def mails(
        self,
        state: MailState | None = None,
        limit: int = 100,
        *,
        subscriber: str | None = None,
        day: date | None = None,
    ) -> list[QueuedMail]:
        """Mails, newest first, of all or of a state, subscriber or day."""
        with self._reading() as connection:
            return outbox.listed(connection, state, subscriber, day, limit)

    def mail_counts(self) -> Mapping[MailState, int]:
        """How many mails are in each state; states without any are left out."""
        with self._reading() as connection:
            return outbox.counts(connection)

    def next_attempts(self) -> list[datetime]:
        """When each queued mail is tried next, soonest first; mails to paused addresses are left out."""
        with self._reading() as connection:
            return outbox.next_attempts(connection)

    def pause_address(self, address: str, reason: str, now: datetime) -> bool:
        """Holds back every mail to an address until `unpause_address`; False when it was paused before."""
        with self._writing() as connection:
            return outbox.pause(connection, address, reason, now)

    def unpause_address(self, address: str) -> bool:
        """Forgets refusals and pause of an address; False when there was nothing to forget."""
        with self._writing() as connection:
            return outbox.unpause(connection, address)

    def addresses(self) -> list[AddressRecord]:
        """Addresses that refused mail in a row or are paused, by address."""
        with self._reading() as connection:
            return outbox.refusing(connection)

    # Told and dismissed

    def delivered(self, subscriber: str, *, before: date | None = None) -> Mapping[str, Delivered]:
        """What a subscriber was told, by call identifier; `before` leaves out mails of that day and later."""
        with self._reading() as connection:
            return told.delivered(connection, subscriber, before)

    def seen_by_anyone(self, *, before: date | None = None) -> set[str]:
        """The calls that any subscriber was told of."""
        with self._reading() as connection:
            return told.seen_by_anyone(connection, before)

    def last_mail_day(self, subscriber: str, *, before: date | None = None) -> date | None:
        """The day of a subscriber's last mail that did not fail for good; None when there was none."""
        with self._reading() as connection:
            return told.last_day(connection, subscriber, before)

    def dismissed(self, subscriber: str) -> Mapping[str, datetime]:
        """The calls that a subscriber dismissed, and when."""
        with self._reading() as connection:
            return told.dismissed(connection, subscriber)

    def dismiss(self, subscriber: str, call: str, now: datetime) -> None:
        """The call stays away from this subscriber's mails."""
        with self._writing() as connection:
            told.dismiss(connection, subscriber, call, now)

    def recall(self, subscriber: str, call: str) -> bool:
        """Takes a dismissal back; False when there was none."""
        with self._writing() as connection:
            return told.recall(connection, subscriber, call)

    # Upkeep

    def clean(self, *, run_id: int, before: datetime) -> Cleaned:
        """Forgets what is older than `before` and may be forgotten (see `store.cleaning`), in one transaction."""
        with self._writing() as connection:
            runs.hold(connection, run_id)
            return maintenance.clean(connection, before)

    def forget_values(self, prefix: str, before: date) -> int:
        """Forgets the small facts whose key begins so and whose value is an earlier day; returns how many."""
        with self._writing() as connection:
            return maintenance.forget_values(connection, prefix, before)

    def compact(self) -> None:
        """Gives space that was freed back to the disk."""
        with translated(self._where):
            maintenance.compact(self._engine)

    def check(self) -> list[str]:
        """What is wrong with what is kept, one sentence each; empty when all is well."""
        with self._reading() as connection:
            return maintenance.check(connection)

    def copy_to(self, target: Store) -> Mapping[str, int]:
        """Copies everything into another, empty store, of either kind; returns the rows of each table."""
        with translated(self._where):
            return maintenance.copy(self._engine, target._engine, target._where)

    def back_up(self, file: Path) -> None:
        """Keeps a consistent copy as a SQLite file, from whichever database; a writer need not stop.

        An earlier backup of that name is replaced once the new one is complete; any other file is refused.
        """
        with translated(self._where):
            if self._engine.dialect.name == "sqlite":
                maintenance.back_up_file(Path(self._where), file)
            else:
                maintenance.replace_whole(file, self._copy_into)

    def _copy_into(self, file: Path) -> None:
        with Store.open(f"sqlite:///{file}") as target:
            self.copy_to(target)

    # Transactions

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._read_only:
            raise StoreError(f"The database {self._where} was opened for reading only.")
        with translated(self._where), writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _saving(self, run_id: int, now: datetime) -> Iterator[Save]:
        with self._writing() as connection:
            runs.hold(connection, run_id)
            save = Save(connection, run_id, now)
            yield save
            save.write()
            if save.wrote:
                _grow_revision(connection)


def _keep_set_aside(connection: Connection, items: list[SetAside], run_id: int) -> None:
    if not items:
        return
    kept = [raw_row(item.raw) for item in items]
    upsert(connection, raw_rows, list({row["digest"]: row for row in kept}.values()), replace=False)
    rows = [
        {"run_id": run_id, "key": item.key, "reason": item.reason, "raw": row["digest"]}
        for item, row in zip(items, kept, strict=True)
    ]
    connection.execute(insert(set_aside), rows)


def _grow_revision(connection: Connection) -> None:
    revision = int(reading.fact(connection, _REVISION) or 0) + 1
    upsert(connection, facts, [{"key": _REVISION, "value": str(revision)}], replace=True)
