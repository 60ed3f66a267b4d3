"""The outbox: mails with what they tell, and the states that sending takes them through.

Every function is part of one writing transaction, and those are alone in the database: what is read here stays true
until the end. What a mail tells is kept with it, so that it counts as told from the moment of queueing, and as untold
again when the mail has failed for good, without a second write that could be lost.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from matcher.model.subscription import AddressRecord, Mail, MailKind, MailState, QueuedMail, Standing, Told
from matcher.store.engines import Transactions, upsert
from matcher.store.maintenance import FORGOTTEN
from matcher.store.missed_bids import keep_missed
from matcher.store.runs import Process, hold
from matcher.store.schema import addresses, deliveries, outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

LONGEST_WAIT = timedelta(hours=25)  # a bit more than the last pause of `matcher.mail.delivery`
DIGESTS = (MailKind.DIGEST.value, MailKind.NETWORK.value)
"""The kinds of mails that tell a subscriber what is new to him."""

_NO_CLAIM = {"claim_host": None, "claim_pid": None, "claim_start": None, "claimed_at": None}


def _same(mail: Mail) -> Any:
    same = outbox.c.message_id == mail.message_id
    if mail.kind == MailKind.NOTICE:
        return same
    of_the_day = (outbox.c.kind == mail.kind) & (outbox.c.subscriber == mail.subscriber) & (outbox.c.day == mail.day)
    return same | of_the_day


def _told_row(message_id: str, told: Told) -> dict[str, Any]:
    reminders = [[deadline.isoformat(), days] for deadline, days in told.reminders]
    facts = dict(told.facts)
    return {"message_id": message_id, "call": told.call, "facts": facts, "reminders": reminders, "known": told.known}


def _standing_row(standing: Standing) -> dict[str, Any]:
    return {
        "known": standing.known.isoformat(),
        "institutes": list(standing.institutes),
        "threshold": standing.threshold,
        "waiting": sorted(standing.waiting),
        "passed": sorted(standing.passed),
        "searches": list(standing.searches),
        "network": None if standing.network is None else {c: sorted(m) for c, m in sorted(standing.network.items())},
    }


def _put(
    connection: Connection, mail: Mail, items: Sequence[Told], now: datetime, standing: Standing | None = None
) -> None:
    connection.execute(
        insert(outbox).values(
            message_id=mail.message_id,
            kind=str(mail.kind),
            subscriber=mail.subscriber,
            address=mail.address,
            day=mail.day,
            subject=mail.subject,
            body=zlib.compress(mail.body),
            html=zlib.compress(mail.html.encode()),
            state=MailState.QUEUED.value,
            attempts=0,
            next_attempt=now,
            created=now,
            standing=_standing_row(standing) if standing else None,
        )
    )
    if items:
        connection.execute(insert(deliveries), [_told_row(mail.message_id, told) for told in items])


def _get(connection: Connection, message_id: str) -> QueuedMail | None:
    row = connection.execute(select(outbox).where(outbox.c.message_id == message_id)).one_or_none()
    return _queued(row) if row else None


def _is_mine(connection: Connection, message_id: str) -> bool:
    """Whether this process still holds the claim: after a long sleep another one may have sent the mail already."""
    me = Process.current()
    claim = (outbox.c.claim_host == me.host) & (outbox.c.claim_pid == me.pid) & (outbox.c.claim_start == me.start)
    query = select(outbox.c.message_id).where(outbox.c.message_id == message_id, claim)
    return connection.execute(query).first() is not None


def _not_paused() -> ColumnElement[bool]:
    return outbox.c.address.not_in(select(addresses.c.address).where(addresses.c.paused_at.is_not(None)))


def _move(connection: Connection, message_id: str, **values: Any) -> None:
    connection.execute(update(outbox).where(outbox.c.message_id == message_id).values({**_NO_CLAIM, **values}))


def _address(connection: Connection, message_id: str) -> str:
    address: str = connection.execute(select(outbox.c.address).where(outbox.c.message_id == message_id)).scalar_one()
    return address


def _forgive(connection: Connection, address: str) -> bool:
    return bool(connection.execute(delete(addresses).where(addresses.c.address == address)).rowcount)


def _record(connection: Connection, address: str) -> AddressRecord:
    row = connection.execute(select(addresses).where(addresses.c.address == address)).one_or_none()
    return AddressRecord(row.address, row.refusals, row.paused_at, row.reason) if row else AddressRecord(address, 0)


def _queued(row: Row[Any]) -> QueuedMail:
    mail = Mail(
        message_id=row.message_id,
        subscriber=row.subscriber,
        address=row.address,
        day=row.day,
        subject=row.subject,
        body=zlib.decompress(row.body),
        html=zlib.decompress(row.html).decode(),
        kind=row.kind,
    )
    return QueuedMail(
        mail,
        MailState(row.state),
        row.attempts,
        row.next_attempt,
        row.created,
        row.claimed_at,
        row.tried_at,
        row.sent_at,
        row.last_error,
    )


class Outbox:
    """The mails that wait, are on their way, or went."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def queue(
        self,
        mail: Mail,
        items: Sequence[Told],
        *,
        now: datetime,
        run_id: int | None = None,
        standing: Standing | None = None,
    ) -> bool:
        """Queues a mail with what it tells, which counts as told from now on, unless the mail fails for good.

        `standing` is what it leaves untold. False, and nothing is written, when the outbox has that mail already, or
        another one of the same kind, subscriber and day (notices are told apart by their Message-ID alone). RunLost
        when a `run_id` is given and the run lost its lock.
        """
        with self._transactions.writing() as connection:
            if run_id is not None:
                hold(connection, run_id)
            if connection.execute(select(outbox.c.message_id).where(_same(mail)).limit(1)).first() is not None:
                return False
            _put(connection, mail, items, now, standing)
            return True

    def queue_round(
        self,
        mails: Sequence[tuple[Mail, Sequence[Told]]],
        *,
        day: date,
        now: datetime,
        run_id: int | None = None,
        missing: Collection[str] = (),
    ) -> bool:
        """Queues the mails of joint bids of a day, all of them or none: whoever is killed has told all or nobody.

        What they tell is missed by the subscribers that are `missing`, as their mails could not be made. False, and
        nothing is written, when the outbox has a round of that day already. RunLost as in `queue`.
        """
        with self._transactions.writing() as connection:
            if run_id is not None:
                hold(connection, run_id)
            same = (outbox.c.kind == MailKind.JOINT.value) & (outbox.c.day == day)
            if connection.execute(select(outbox.c.message_id).where(same).limit(1)).first() is not None:
                return False
            for mail, items in mails:
                _put(connection, mail, items, now)
            keep_missed(connection, missing, {told.call for _, items in mails for told in items}, day)
            return True

    def due(self, now: datetime, limit: int = 500) -> list[str]:
        """The queued mails whose time has come, to addresses that are not paused; those that wait longest first."""
        with self._transactions.reading() as connection:
            its_time = (outbox.c.next_attempt <= now) | (outbox.c.next_attempt > now + LONGEST_WAIT)
            query = (
                select(outbox.c.message_id)
                .where(outbox.c.state == MailState.QUEUED.value, its_time, _not_paused())
                .order_by(outbox.c.next_attempt, outbox.c.created, outbox.c.message_id)
            )
            return list(connection.execute(query.limit(limit)).scalars())

    def claim(self, message_id: str, now: datetime) -> QueuedMail | None:
        """Takes a queued mail for this process and counts an attempt; None when another one was faster."""
        with self._transactions.writing() as connection:
            me = Process.current()
            taken = connection.execute(
                update(outbox)
                .where(outbox.c.message_id == message_id, outbox.c.state == MailState.QUEUED.value)
                .values(
                    state=MailState.SENDING.value,
                    attempts=outbox.c.attempts + 1,
                    claim_host=me.host,
                    claim_pid=me.pid,
                    claim_start=me.start,
                    claimed_at=now,
                )
            )
            return _get(connection, message_id) if taken.rowcount else None

    def sent(self, message_id: str, now: datetime) -> None:
        """The mail was accepted; refusals of its address are forgotten."""
        with self._transactions.writing() as connection:
            _move(connection, message_id, state=MailState.SENT.value, sent_at=now, tried_at=now, last_error=None)
            _forgive(connection, _address(connection, message_id))

    def retry(self, message_id: str, now: datetime, next_attempt: datetime, error: str) -> None:
        """The mail waits until `next_attempt`; like the next two, it does nothing once this process lost its claim."""
        with self._transactions.writing() as connection:
            queued = MailState.QUEUED.value
            if _is_mine(connection, message_id):
                _move(connection, message_id, state=queued, tried_at=now, next_attempt=next_attempt, last_error=error)

    def give_back(self, message_id: str, next_attempt: datetime) -> None:
        """The mail is queued again as of `next_attempt`, and its attempt is not counted."""
        with self._transactions.writing() as connection:
            queued = MailState.QUEUED.value
            if _is_mine(connection, message_id):
                _move(connection, message_id, state=queued, attempts=outbox.c.attempts - 1, next_attempt=next_attempt)

    def spare(self, message_ids: Collection[str], now: datetime) -> None:
        """Mails that wait are due again, and their last attempt is not counted: it failed for no fault of theirs."""
        with self._transactions.writing() as connection:
            waiting = outbox.c.message_id.in_(message_ids) & (outbox.c.state == MailState.QUEUED.value)
            values = {"attempts": outbox.c.attempts - 1, "next_attempt": now, "last_error": None}
            connection.execute(update(outbox).where(waiting).values(values))

    def hurry(self, now: datetime) -> None:
        """Every mail that waits is due, but those to paused addresses."""
        with self._transactions.writing() as connection:
            waiting = (outbox.c.state == MailState.QUEUED.value) & (outbox.c.next_attempt > now) & _not_paused()
            connection.execute(update(outbox).where(waiting).values(next_attempt=now))

    def failed(self, message_id: str, now: datetime, error: str, *, blame: bool) -> int:
        """The mail is given up, and what it told counts as untold.

        `blame` tells that it was the address that was refused; returns how often in a row that was so.
        """
        with self._transactions.writing() as connection:
            record = _record(connection, _address(connection, message_id))
            if not _is_mine(connection, message_id):
                return record.refusals
            _move(connection, message_id, state=MailState.FAILED.value, tried_at=now, last_error=error)
            if blame:
                record = replace(record, refusals=record.refusals + 1)
                upsert(connection, addresses, [asdict(record)], replace=True)
            return record.refusals

    def lose(self, message_id: str, now: datetime, error: str) -> None:
        """A queued mail that cannot be read is given up, without its text; what it told counts as untold."""
        with self._transactions.writing() as connection:
            state = {"state": MailState.FAILED.value, "body": FORGOTTEN, "html": FORGOTTEN}
            _move(connection, message_id, tried_at=now, last_error=error, **state)

    def requeue(self, message_id: str, now: datetime) -> bool:
        """Queues a mail that was sent or has failed once more; False when there is none such."""
        with self._transactions.writing() as connection:
            over = outbox.c.state.in_([MailState.SENT.value, MailState.FAILED.value]) & (outbox.c.body != FORGOTTEN)
            fresh = {"state": MailState.QUEUED.value, "attempts": 0, "next_attempt": now, "sent_at": None}
            taken = connection.execute(update(outbox).where(outbox.c.message_id == message_id, over).values(fresh))
            return bool(taken.rowcount)

    def release(self, now: datetime, before: datetime) -> list[QueuedMail]:
        """Queues mails again whose process is gone from this machine or that were claimed before a time.

        Returns them as they were: each may have been accepted by the server already.
        """
        with self._transactions.writing() as connection:
            query = select(outbox).where(outbox.c.state == MailState.SENDING.value).order_by(outbox.c.message_id)
            stale = []
            for row in connection.execute(query).all():
                owner = Process(row.claim_host, row.claim_pid, row.claim_start)
                if row.claimed_at < before or not owner.may_live():
                    stale.append(_queued(row))
                    _move(connection, row.message_id, state=MailState.QUEUED.value, next_attempt=now)
            return stale

    def get(self, message_id: str) -> QueuedMail | None:
        """A mail of the outbox; None when there is none of that Message-ID."""
        with self._transactions.reading() as connection:
            return _get(connection, message_id)

    def listed(
        self,
        state: MailState | None = None,
        limit: int = 100,
        *,
        subscriber: str | None = None,
        day: date | None = None,
    ) -> list[QueuedMail]:
        """Mails, newest first, of all or of a state, subscriber or day."""
        with self._transactions.reading() as connection:
            query = select(outbox).order_by(outbox.c.created.desc(), outbox.c.message_id).limit(limit)
            wanted = {outbox.c.state: state and state.value, outbox.c.subscriber: subscriber, outbox.c.day: day}
            for column, value in wanted.items():
                if value is not None:
                    query = query.where(column == value)
            return [_queued(row) for row in connection.execute(query)]

    def counts(self) -> Mapping[MailState, int]:
        """How many mails are in each state; states without any are left out."""
        with self._transactions.reading() as connection:
            query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
            return {MailState(state): count for state, count in connection.execute(query)}

    def next_attempts(self) -> list[datetime]:
        """When each queued mail is tried next, soonest first; mails to paused addresses are left out."""
        with self._transactions.reading() as connection:
            query = select(outbox.c.next_attempt).where(outbox.c.state == MailState.QUEUED.value, _not_paused())
            return list(connection.execute(query.order_by(outbox.c.next_attempt)).scalars())

    def pause(self, address: str, reason: str, now: datetime) -> bool:
        """Holds back every mail to an address until `unpause_address`; False when it was paused before."""
        with self._transactions.writing() as connection:
            record = _record(connection, address)
            if record.paused_at is None:
                upsert(connection, addresses, [asdict(replace(record, paused_at=now, reason=reason))], replace=True)
            return record.paused_at is None

    def unpause(self, address: str) -> bool:
        """Forgets refusals and pause of an address; False when there was nothing to forget."""
        with self._transactions.writing() as connection:
            return _forgive(connection, address)

    def refusing(self) -> list[AddressRecord]:
        """Addresses that refused mail in a row or are paused, by address."""
        with self._transactions.reading() as connection:
            query = select(addresses).order_by(addresses.c.address)
            return [
                AddressRecord(row.address, row.refusals, row.paused_at, row.reason) for row in connection.execute(query)
            ]
