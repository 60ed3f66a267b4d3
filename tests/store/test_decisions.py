"""Decisions on both databases: nothing is lost, whoever writes at the same time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from matcher.model.decision import Act, Entry, Owner, standing
from matcher.store import engines
from matcher.store.database import Store
from tests.helpers.listings import call, row

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
A, B = call("HORIZON-CL4-2027-01"), call("HORIZON-CL4-2027-02")
BRGM = Owner("brgm")
ANA = Owner("ana", is_reader=True)


def test_acts_are_kept_in_their_order_with_the_version_decided_on(store: Store, fetch) -> None:
    fetch([row(A), row(B)], NOW)
    told = [
        Entry(BRGM, A.identifier, Act.DISMISS, NOW, "duplicate", B.identifier, "ana"),
        Entry(BRGM, A.identifier, Act.NOTE, NOW, "é\n<b>", None, "ana"),
        Entry(BRGM, A.identifier, Act.DISMISS, NOW, undone=True),
        Entry(ANA, B.identifier, Act.DISMISS, NOW, by="ana"),
    ]
    store.decisions.add(told)
    kept = store.decisions.history()
    assert [(e.owner, e.call, e.act, e.at, e.value, e.detail, e.by, e.undone) for e in kept] == [
        (e.owner, e.call, e.act, e.at, e.value, e.detail, e.by, e.undone) for e in told
    ]
    assert {entry.version for entry in kept} == {1}
    assert store.decisions.history(ANA) == kept[3:]
    assert store.decisions.history(call=A.identifier) == kept[:3]
    assert store.decisions.last() == kept[2].number


@pytest.mark.parametrize(
    ("act", "value"),
    [(Act.KEEP, None), (Act.DISMISS, "too late"), (Act.ASSIGN, "ana"), (Act.NOTE, "Ask"), (Act.STATE, "applied")],
)
def test_whatever_is_taken_back_is_read_and_stands_no_more(store: Store, act: Act, value: str | None) -> None:
    store.decisions.add([Entry(BRGM, "C-1", act, NOW, value), Entry(BRGM, "C-1", act, NOW, undone=True)])
    assert store.decisions.unread() == []
    assert [entry.undone for entry in store.decisions.history()] == [False, True]
    assert standing(store.decisions.history()) is None


def test_twenty_decide_at_once_and_nothing_is_lost(store: Store, store_url: str) -> None:
    start = threading.Barrier(20)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with Store.open(store_url) as own:
                start.wait()
                for turn in range(5):
                    act = Act.KEEP if (number + turn) % 2 else Act.DISMISS
                    own.decisions.add([Entry(BRGM, f"C-{turn}", act, NOW, by=f"p{number}")])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    kept = store.decisions.history()
    assert len(kept) == 100
    for turn in range(5):
        acts = [entry for entry in kept if entry.call == f"C-{turn}"]
        assert len({entry.by for entry in acts}) == 20
        assert standing(acts).by == max(acts, key=lambda entry: entry.number).by


def test_acts_are_kept_all_or_none(store: Store) -> None:
    with pytest.raises(RuntimeError):
        store.decisions.add([Entry(BRGM, "A", Act.KEEP, NOW)], before=_fails)
    assert store.decisions.history() == []


def _fails() -> None:
    raise RuntimeError


def test_a_person_is_forgotten_and_the_decision_stays(store: Store) -> None:
    store.decisions.add(
        [
            Entry(BRGM, "A", Act.ASSIGN, NOW, "ana-petit", None, "Bea"),
            Entry(BRGM, "A", Act.NOTE, NOW, "a note", None, "ana-petit"),
            Entry(BRGM, "B", Act.KEEP, NOW, None, None, "Ana-Petit"),
        ]
    )
    assert store.decisions.forget(["ana-petit"]) == 3
    assert [(e.value, e.by) for e in store.decisions.history()] == [
        ("(forgotten)", "Bea"),
        ("a note", None),
        (None, None),
    ]
    assert store.decisions.forget(["ana-petit"]) == 0


def test_what_readers_dismissed_before_is_migrated(empty_url: str) -> None:
    engine = engines.make_engine(engines.parse_url(empty_url), read_only=False, wait=5)
    with engines.writing(engine) as connection:
        engines._upgrade(connection, "0005")
        connection.execute(
            sa.text("INSERT INTO dismissals VALUES ('ana', 'A', :at)"),
            {"at": NOW if engine.dialect.name == "postgresql" else "2026-06-01 12:00:00.000000"},
        )
    engine.dispose()
    with Store.open(empty_url) as store:
        (entry,) = store.decisions.history(ANA)
        assert (entry.call, entry.act, entry.at, entry.by) == ("A", Act.DISMISS, NOW, "ana")
