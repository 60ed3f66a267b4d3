"""A row that nobody can read is set aside, on both databases: the others are read as if it were not there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from matcher.model.decision import Act, Entry, Owner
from tests.helpers.listings import DAY, call, row

if TYPE_CHECKING:
    from matcher.store.database import Store

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
A, B = call("HORIZON-CL4-2027-01"), call("HORIZON-CL4-2027-02")
BRGM = Owner("brgm")


def tamper(url: str, statement: str) -> None:
    """As a bad disk, a hand or a newer release leaves a row."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount == 1
    engine.dispose()


@pytest.mark.parametrize(
    ("act", "spoilt"),
    [
        (Act.KEEP, "act = 'praise'"),
        (Act.DISMISS, "value = 'not amused'"),
        (Act.STATE, "value = 'dreaming'"),
        (Act.STATE, "value = NULL"),
        (Act.NOTE, "decided_at = 'infinity'"),
    ],
)
def test_an_act_that_nobody_knows_costs_the_others_nothing(store: Store, store_url: str, act: Act, spoilt: str) -> None:
    values = {Act.DISMISS: "too late", Act.STATE: "won", Act.NOTE: "a note"}
    store.decisions.add([Entry(BRGM, "A", Act.KEEP, NOW), Entry(BRGM, "A", act, NOW, values.get(act))])
    store.decisions.add([Entry(BRGM, "B", Act.ASSIGN, NOW, "ana")])
    assert store.decisions.unread() == []
    tamper(store_url, f"UPDATE decisions SET {spoilt} WHERE id = 2")
    assert [entry.number for entry in store.decisions.history()] == [1, 3]
    assert [entry.number for entry in store.decisions.history(BRGM, "A")] == [1]
    seen: list[Entry] = []
    store.decisions.of_institutes(seen.extend)
    assert [entry.number for entry in seen] == [1, 3]
    assert store.decisions.unread() == [2]
    store.decisions.add([Entry(BRGM, "A", Act.DISMISS, NOW)])
    assert [entry.number for entry in store.decisions.history()] == [1, 3, 4]


SPOILT = {
    "postgresql": ["seen_at = 'infinity'"],
    "sqlite": [
        "seen_at = 'infinity'",
        "old = 'no JSON'",
        "new = CAST(x'ff41' AS TEXT)",
        "new = x'ff'",
        "ratio = 'a lot'",
    ],
}


def test_a_change_that_cannot_be_read_costs_the_others_nothing(store: Store, store_url: str, fetch) -> None:
    kind = store_url.partition(":")[0].partition("+")[0]
    fetch([row(A), row(B)], NOW)
    moved = [row(call(one.identifier, grants=3), NOW + DAY) for one in (A, B)]
    fetch(moved, NOW + DAY)
    whole = store.calls.changes()
    assert len(whole) == 4
    assert store.calls.unread_changes() == []
    for spoilt in SPOILT[kind]:
        tamper(store_url, f"UPDATE changes SET {spoilt} WHERE id = 3")
        assert store.calls.unread_changes() == [3], spoilt
        assert store.calls.changes() == [one for one in whole if (one.call, one.field) != (A.identifier, "grants")]
        assert len(store.calls.changes(identifier=A.identifier)) == 1
        assert len(store.calls.changes(limit=3)) >= 2
    again = [row(call(one.identifier, grants=4), NOW + 2 * DAY) for one in (A, B)]
    fetch(again, NOW + 2 * DAY)
    assert [(one.call, one.new) for one in store.calls.changes()[:2]] == [(B.identifier, 4), (A.identifier, 4)]
