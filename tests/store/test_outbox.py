"""The outbox and what it makes told, on every database."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest

from matcher.errors import StoreError
from matcher.model.subscription import Delivered, Mail, MailState, Told
from matcher.store import engines
from matcher.store.database import Store
from tests.helpers.listings import DAY, NOW

TODAY = NOW.date()
HOUR = timedelta(hours=1)
DEADLINE = date(2026, 9, 15)


def mail(name: str = "ana", day: date = TODAY, kind: str = "digest", key: str = "") -> Mail:
    message_id = f"<{kind}.{name}.{day}{key}@example.org>"
    return Mail(message_id, name, f"{name}@example.org", day, "Appels é", b"body \xff" * 50, "<p>é</p>" * 50, kind)


def told(call: str = "A", **fields: object) -> Told:
    return Told(call, {"budget_eur": 5}, ((DEADLINE, 30),), NOW, **fields)


def queued(store: Store, item: Mail, *items: Told, now=NOW) -> str:
    assert store.outbox.queue(item, items, now=now)
    return item.message_id


class TestQueue:
    def test_a_mail_comes_back_as_it_was(self, store: Store) -> None:
        key = queued(store, mail())
        found = store.outbox.get(key)
        assert found.mail == mail()
        assert (found.state, found.attempts, found.next_attempt, found.created) == (MailState.QUEUED, 0, NOW, NOW)
        assert store.outbox.listed() == store.outbox.listed(MailState.QUEUED) == [found]
        assert store.outbox.listed(MailState.SENT) == []
        assert store.outbox.get("<none@example.org>") is None

    def test_one_mail_a_kind_subscriber_and_day(self, store: Store) -> None:
        queued(store, mail())
        assert not store.outbox.queue(mail(), [told()], now=NOW)
        assert not store.outbox.queue(mail(key="x"), [told()], now=NOW)
        assert store.told.delivered("ana") == {}
        for other in (mail("bea"), mail(day=TODAY + DAY), mail(kind="network")):
            queued(store, other)

    def test_notices_are_told_apart_by_message_id(self, store: Store) -> None:
        queued(store, mail(kind="notice", key="1"))
        queued(store, mail(kind="notice", key="2"))
        assert not store.outbox.queue(mail(kind="notice", key="2"), [], now=NOW)
        assert store.told.last_day("ana") is None


class TestSending:
    def test_a_mail_timed_by_a_clock_that_was_set_back_waits_no_longer_than_any(self, store: Store) -> None:
        queued(store, mail(), now=NOW + 3 * DAY)
        assert len(store.outbox.due(NOW)) == 1
        assert store.outbox.due(NOW + 2 * DAY) == []
        assert len(store.outbox.due(NOW + 3 * DAY)) == 1

    def test_due_in_the_order_of_waiting(self, store: Store) -> None:
        late, early = queued(store, mail("late"), now=NOW + HOUR), queued(store, mail("early"))
        assert store.outbox.due(NOW) == [early]
        assert store.outbox.due(NOW + HOUR) == [early, late]
        assert store.outbox.due(NOW + HOUR, limit=1) == [early]

    def test_only_one_claims(self, store: Store) -> None:
        key = queued(store, mail())
        claimed = store.outbox.claim(key, NOW)
        assert (claimed.state, claimed.attempts, claimed.claimed_at) == (MailState.SENDING, 1, NOW)
        assert store.outbox.claim(key, NOW) is None
        assert store.outbox.due(NOW) == []

    def test_sent_is_for_good(self, store: Store) -> None:
        key = queued(store, mail())
        store.outbox.claim(key, NOW)
        store.outbox.sent(key, NOW + HOUR)
        found = store.outbox.get(key)
        assert (found.state, found.sent_at, found.claimed_at) == (MailState.SENT, NOW + HOUR, None)
        assert store.outbox.due(NOW + DAY) == []
        assert store.outbox.claim(key, NOW) is None

    def test_retry_waits(self, store: Store) -> None:
        key = queued(store, mail())
        store.outbox.claim(key, NOW)
        store.outbox.retry(key, NOW, NOW + HOUR, "421 busy")
        found = store.outbox.get(key)
        assert (found.state, found.attempts, found.last_error) == (MailState.QUEUED, 1, "421 busy")
        assert store.outbox.due(NOW) == []
        assert store.outbox.claim(key, NOW + HOUR).attempts == 2

    def test_a_released_claim_costs_no_attempt(self, store: Store) -> None:
        key = queued(store, mail())
        store.outbox.claim(key, NOW)
        store.outbox.give_back(key, NOW + HOUR)
        assert store.outbox.get(key).attempts == 0
        assert store.outbox.due(NOW) == []

    def test_an_old_claim_is_released_a_fresh_one_is_not(self, store: Store) -> None:
        key = queued(store, mail())
        store.outbox.claim(key, NOW)
        assert store.outbox.release(NOW + HOUR, NOW) == []
        (stale,) = store.outbox.release(NOW + HOUR, NOW + HOUR)
        assert (stale.mail.message_id, stale.state) == (key, MailState.SENDING)
        assert store.outbox.claim(key, NOW + HOUR).attempts == 2

    def test_the_claim_of_a_dead_process_is_released_at_once(self, store: Store, store_url: str) -> None:
        key = queued(store, mail())
        code = (
            "import sys; from datetime import datetime; from matcher.store.database import Store; "
            "Store.open(sys.argv[1]).outbox.claim(sys.argv[2], datetime.fromisoformat(sys.argv[3]))"
        )
        subprocess.run([sys.executable, "-c", code, store_url, key, NOW.isoformat()], check=True)
        assert store.outbox.get(key).state is MailState.SENDING
        assert [m.mail.message_id for m in store.outbox.release(NOW, NOW - HOUR)] == [key]

    @pytest.mark.parametrize("end", ["sent", "failed"])
    def test_what_is_over_can_be_sent_again(self, store: Store, end: str) -> None:
        key = queued(store, mail())
        assert not store.outbox.requeue(key, NOW)
        store.outbox.claim(key, NOW)
        store.outbox.sent(key, NOW) if end == "sent" else store.outbox.failed(key, NOW, "550", blame=False)
        assert store.outbox.requeue(key, NOW + HOUR)
        assert store.outbox.claim(key, NOW + HOUR).attempts == 1


class TestAddresses:
    def refuse(self, store: Store, day: int, *, blame: bool = True) -> int:
        key = queued(store, mail(day=TODAY + day * DAY))
        store.outbox.claim(key, NOW)
        return store.outbox.failed(key, NOW, "550 no mailbox", blame=blame)

    def test_refusals_in_a_row_are_counted(self, store: Store) -> None:
        assert [self.refuse(store, 1), self.refuse(store, 2), self.refuse(store, 3, blame=False)] == [1, 2, 2]
        key = queued(store, mail(day=TODAY + 4 * DAY))
        store.outbox.sent(key, NOW)
        assert store.outbox.refusing() == []
        assert self.refuse(store, 5) == 1

    def test_a_paused_address_gets_nothing_until_taken_up_again(self, store: Store) -> None:
        self.refuse(store, 1)
        key = queued(store, mail(day=TODAY + 2 * DAY))
        other = queued(store, mail("bea"))
        assert store.outbox.pause("ana@example.org", "550 no mailbox", NOW)
        assert not store.outbox.pause("ana@example.org", "again", NOW + DAY)
        (record,) = store.outbox.refusing()
        assert (record.refusals, record.paused_at, record.reason) == (1, NOW, "550 no mailbox")
        assert store.outbox.due(NOW) == [other]
        assert store.outbox.unpause("ana@example.org")
        assert not store.outbox.unpause("ana@example.org")
        assert set(store.outbox.due(NOW)) == {key, other}


class TestTold:
    def test_queued_counts_as_told_and_failed_as_untold(self, store: Store) -> None:
        key = queued(store, mail(), told())
        expected = Delivered("A", TODAY, TODAY, {"budget_eur": 5}, frozenset({(DEADLINE, 30)}), NOW)
        assert store.told.delivered("ana") == {"A": expected}
        assert store.told.delivered("bea") == {}
        assert (store.told.seen_by_anyone(), store.told.last_day("ana")) == ({"A"}, TODAY)
        store.outbox.claim(key, NOW)
        store.outbox.failed(key, NOW, "550", blame=True)
        assert store.told.delivered("ana") == {}
        assert (store.told.seen_by_anyone(), store.told.last_day("ana")) == (set(), None)

    def test_later_mails_add_up(self, store: Store) -> None:
        queued(store, mail(), told())
        again = Told("A", {"budget_eur": 7}, ((DEADLINE, 14),), NOW + DAY)
        store.outbox.sent(queued(store, mail(day=TODAY + DAY), again, told("B")), NOW)
        found = store.told.delivered("ana")
        assert found["A"] == Delivered(
            "A", TODAY, TODAY + DAY, {"budget_eur": 7}, frozenset({(DEADLINE, 30), (DEADLINE, 14)}), NOW + DAY
        )
        assert found["B"].first == TODAY + DAY
        assert store.told.seen_by_anyone() == {"A", "B"}

    def test_a_past_day_is_replayed_as_it_was(self, store: Store) -> None:
        queued(store, mail(), told())
        queued(store, mail(day=TODAY + DAY), told("B"))
        assert store.told.delivered("ana", before=TODAY) == {}
        assert set(store.told.delivered("ana", before=TODAY + DAY)) == {"A"}
        assert store.told.seen_by_anyone(before=TODAY + DAY) == {"A"}
        assert store.told.last_day("ana", before=TODAY + DAY) == TODAY


def test_a_store_of_the_first_schema_is_brought_up_to_date(empty_url: str) -> None:
    engine = engines.make_engine(engines.parse_url(empty_url), read_only=False, wait=5)
    with engines.writing(engine) as connection:
        engines._upgrade(connection, "0001")
    engine.dispose()
    with Store.open(empty_url) as upgraded:
        assert queued(upgraded, mail(), told())


class TestRounds:
    """Mails of joint bids: all of a round or none, one round a day."""

    def test_all_or_none(self, store: Store) -> None:
        round_of = [(mail(name, kind="bids"), [told("A")]) for name in ("ana", "ana")]  # the second is refused
        with pytest.raises(StoreError):
            store.outbox.queue_round(round_of, day=TODAY, now=NOW)
        assert store.outbox.listed() == []
        assert store.told.joint_bids(before=TODAY + DAY) == (set(), None)

    def test_one_round_a_day(self, store: Store) -> None:
        first, second = ([(mail(name, kind="bids"), [told("A")])] for name in ("ana", "bea"))
        assert store.outbox.queue_round(first, day=TODAY, now=NOW)
        assert not store.outbox.queue_round(second, day=TODAY, now=NOW)
        assert store.told.joint_bids(before=TODAY) == (set(), None)
        assert store.told.joint_bids(before=TODAY + DAY) == ({"A"}, TODAY)

    def test_what_others_are_told_is_missed_until_a_mail_tells_it(self, store: Store) -> None:
        def missed(name: str, days: int) -> set[str]:
            return store.told.missed_bids(name, before=TODAY + days * DAY)

        first = [(mail("ana", kind="bids"), [told("A")]), (mail("bea", kind="bids"), [told("A"), told("B")])]
        assert store.outbox.queue_round(first, day=TODAY, now=NOW, missing=["ida"])
        assert (missed("ida", 0), missed("ida", 1), missed("ana", 1)) == (set(), {"A", "B"}, set())
        store.outbox.claim(first[1][0].message_id, NOW)
        store.outbox.failed(first[1][0].message_id, NOW, "refused", blame=False)
        assert missed("bea", 1) == {"A", "B"}  # a mail that failed for good told nothing
        again = [(mail(name, kind="bids", day=TODAY + 7 * DAY), [told("A")]) for name in ("ida", "bea")]
        assert store.outbox.queue_round(again, day=TODAY + 7 * DAY, now=NOW)
        assert (missed("ida", 7), missed("ida", 8), missed("bea", 8)) == ({"A", "B"}, {"B"}, {"B"})

    def test_it_is_no_digest(self, store: Store) -> None:
        store.outbox.queue_round([(mail("ana", kind="bids"), [told("A")])], day=TODAY, now=NOW)
        assert store.told.delivered("ana") == {}
        assert store.told.last_day("ana") is None
        assert store.told.newest() == {}
        assert store.told.seen_by_anyone() == {"A"}
        queued(store, mail("ana"))
