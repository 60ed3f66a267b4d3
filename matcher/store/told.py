"""What subscribers were told, folded from the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select

from matcher.model.subscription import Delivered, MailKind, MailState, Standing
from matcher.store.missed_bids import missed_by
from matcher.store.outbox import DIGESTS
from matcher.store.schema import deliveries, outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.store.engines import Transactions


def _counts(before: date | None) -> ColumnElement[bool]:
    """Whether a mail did not fail for good, of those of days before one."""
    told = outbox.c.state != MailState.FAILED.value
    return told if before is None else told & (outbox.c.day < before)


def _digest_of(subscriber: str, before: date | None) -> ColumnElement[bool]:
    return (outbox.c.subscriber == subscriber) & outbox.c.kind.in_(DIGESTS) & _counts(before)


_with_mail = deliveries.join(outbox, outbox.c.message_id == deliveries.c.message_id)


def _standing(row: Mapping[str, Any]) -> Standing:
    network = row.get("network")
    return Standing(
        known=datetime.fromisoformat(row["known"]),
        institutes=tuple(row["institutes"]),
        threshold=row["threshold"],
        waiting=frozenset(row["waiting"]),
        passed=frozenset(row["passed"]),
        searches=tuple(row.get("searches", ())),  # none where it was kept before there were such
        network=None if network is None else {call: frozenset(marks) for call, marks in network.items()},
    )


class ToldCalls:
    """What each subscriber was told."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def delivered(self, subscriber: str, *, before: date | None = None) -> Mapping[str, Delivered]:
        """What a subscriber's digests told him, by call identifier; `before` leaves out mails of that day and later."""
        with self._transactions.reading() as connection:
            query = (
                select(deliveries, outbox.c.day)
                .select_from(_with_mail)
                .where(_digest_of(subscriber, before))
                .order_by(outbox.c.day, outbox.c.created)
            )
            found: dict[str, Delivered] = {}
            for row in connection.execute(query):
                reminders = frozenset((date.fromisoformat(day), days) for day, days in row.reminders)
                kept = found.get(row.call)
                if kept is None:
                    found[row.call] = Delivered(row.call, row.day, row.day, row.facts, reminders, row.known)
                    continue
                found[row.call] = replace(
                    kept,
                    last=row.day,
                    facts=row.facts,
                    reminders=kept.reminders | reminders,
                    known=max(filter(None, (kept.known, row.known)), default=None),
                )
            return found

    def seen_by_anyone(self, *, before: date | None = None) -> set[str]:
        """The calls that any subscriber was told of."""
        with self._transactions.reading() as connection:
            query = select(deliveries.c.call).distinct().select_from(_with_mail).where(_counts(before))
            return set(connection.execute(query).scalars())

    def last_day(self, subscriber: str, *, before: date | None = None) -> date | None:
        """The day of a subscriber's last digest that did not fail for good; None when there was none."""
        with self._transactions.reading() as connection:
            query = select(func.max(outbox.c.day)).where(_digest_of(subscriber, before))
            found: date | None = connection.execute(query).scalar()
            return found

    def joint_bids(self, *, before: date | None = None) -> tuple[set[str], date | None]:
        """The calls that mails of joint bids told, and the day of the last round; `before` as in `delivered`."""
        with self._transactions.reading() as connection:
            joint = (outbox.c.kind == MailKind.JOINT.value) & _counts(before)
            calls = select(deliveries.c.call).distinct().select_from(_with_mail).where(joint)
            last = select(func.max(outbox.c.day)).where(joint)
            return set(connection.execute(calls).scalars()), connection.execute(last).scalar()

    def missed_bids(self, subscriber: str, *, before: date) -> set[str]:
        """The calls that mails of joint bids told others before a day, while his could not be made or delivered."""
        with self._transactions.reading() as connection:
            return missed_by(connection, subscriber, before)

    def newest(self) -> Mapping[tuple[str, MailState], date]:
        """The day of the newest digest of each subscriber in each state."""
        with self._transactions.reading() as connection:
            query = select(outbox.c.subscriber, outbox.c.state, func.max(outbox.c.day)).where(
                outbox.c.kind.in_(DIGESTS)
            )
            rows = connection.execute(query.group_by(outbox.c.subscriber, outbox.c.state))
            return {(subscriber, MailState(state)): day for subscriber, state, day in rows}

    def standing(self, subscriber: str, *, before: date | None = None) -> Standing | None:
        """What a subscriber's last digest that did not fail for good left untold; None where it does not say."""
        with self._transactions.reading() as connection:
            query = (
                select(outbox.c.standing)
                .where(_digest_of(subscriber, before))
                .order_by(outbox.c.day.desc(), outbox.c.created.desc())
                .limit(1)
            )
            row = connection.execute(query).scalar()
        return None if row is None else _standing(row)
