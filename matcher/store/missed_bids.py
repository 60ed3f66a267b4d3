"""Joint bids that a round of mails told others and a reader missed, whose mail could not be made or not be delivered.

They are kept apart from the outbox, where every mail can be sent; a later mail that tells them makes up for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from matcher.model.subscription import MailKind, MailState
from matcher.store.engines import upsert
from matcher.store.schema import deliveries, facts, outbox

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

MISSED = "joint.missed:"
"""What the names of such facts begin with; the value begins with the day, as `Facts.forget` asks for."""


def keep_missed(connection: Connection, subscribers: Collection[str], calls: Collection[str], day: date) -> None:
    """Keep that these subscribers had no mail of a day's round, which told these calls."""
    if subscribers and calls:
        value = f"{day.isoformat()} {json.dumps(sorted(calls))}"
        rows = [{"key": f"value:{MISSED}{day.isoformat()}:{name}", "value": value} for name in sorted(subscribers)]
        upsert(connection, facts, rows, replace=True)


def missed_by(connection: Connection, subscriber: str, before: date) -> set[str]:
    """The calls that rounds before a day told others, and no mail told a subscriber since."""
    kept = facts.c.key.startswith(f"value:{MISSED}", autoescape=True)
    missed: set[str] = set()
    for row in connection.execute(select(facts).where(kept)):
        name = row.key.removeprefix(f"value:{MISSED}").partition(":")[2]
        day, _, calls = row.value.partition(" ")
        if name == subscriber and day < before.isoformat():
            missed.update(json.loads(calls))
    rows = connection.execute(
        select(deliveries.c.call, outbox.c.state)
        .select_from(deliveries.join(outbox, outbox.c.message_id == deliveries.c.message_id))
        .where(outbox.c.kind == MailKind.JOINT.value, outbox.c.subscriber == subscriber, outbox.c.day < before)
    ).all()
    failed = MailState.FAILED.value
    return (missed | {row.call for row in rows if row.state == failed}) - {
        row.call for row in rows if row.state != failed
    }
