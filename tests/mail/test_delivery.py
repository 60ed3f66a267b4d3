"""From the outbox to a real server and back to the marks: retries, refusals, trouble, doubt, two processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from matcher.mail.delivery import BACK_OFF, PAUSE_AFTER, deliver, queue_status, resend
from matcher.mail.smtp import SmtpTransport, parse_smtp_url
from matcher.mail.transport import FileTransport
from matcher.model.subscription import DeliveryReport, MailState
from matcher.store.database import Store
from tests.helpers.mail.plain import DAY, a_mail
from tests.helpers.mail.smtp_server import DROP, DROP_AFTER, LocalSmtp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matcher.mail.transport import Transport

START = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)


class Clock:
    """A time that stands still unless one sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'matcher.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[LocalSmtp]:
    with LocalSmtp(silent_for=3.0) as server:
        yield server


def queue(store: Store, *numbers: int, address: str = "") -> list[str]:
    mails = [a_mail(number, address or f"person{number}@example.org") for number in numbers]
    for mail in mails:
        assert store.outbox.queue(mail, (), now=START)
    return [mail.message_id for mail in mails]


def transport_to(server: LocalSmtp) -> SmtpTransport:
    return SmtpTransport(parse_smtp_url(server.url), timeout=2.0, answer_timeout=2.0)


def round_of(store: Store, server: LocalSmtp | Transport, clock: Clock, rate: float | None = None) -> DeliveryReport:
    transport = transport_to(server) if isinstance(server, LocalSmtp) else server
    return deliver(store, transport, clock=clock, sleep=clock.sleep, rate=rate)


def state(store: Store, message_id: str) -> MailState:
    queued = store.outbox.get(message_id)
    assert queued is not None
    return queued.state


def test_what_is_queued_is_sent_once_in_one_connection(store: Store, server: LocalSmtp, clock: Clock) -> None:
    ids = queue(store, *range(5))
    assert round_of(store, server, clock) == DeliveryReport(sent=5)
    assert round_of(store, server, clock) == DeliveryReport()
    assert server.counts() == Counter(ids)
    assert server.connections == 1
    assert {state(store, name) for name in ids} == {MailState.SENT}


def test_more_mails_than_are_read_at_a_time(store: Store, server: LocalSmtp, clock: Clock) -> None:
    ids = queue(store, *range(120))
    assert round_of(store, server, clock).sent == 120
    assert server.counts() == Counter(ids)


def test_nothing_due_makes_no_connection(store: Store, server: LocalSmtp, clock: Clock) -> None:
    assert round_of(store, server, clock) == DeliveryReport()
    assert server.connections == 0


def test_no_more_mails_a_second_than_allowed(store: Store, server: LocalSmtp, clock: Clock) -> None:
    queue(store, *range(4))
    round_of(store, server, clock, rate=2.0)
    assert clock.slept == [0.0, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("reply", ["450 4.2.0 greylisted", "421 4.3.2 closing", DROP])
def test_a_mail_that_has_to_wait_does_so_and_arrives_once(
    reply: str, store: Store, server: LocalSmtp, clock: Clock
) -> None:
    first, second = queue(store, 1, 2)
    server.script.at_rcpt("person1@example.org", reply)
    report = round_of(store, server, clock)
    assert (report.sent, report.retried, report.failed, report.duplicates_possible) == (1, 1, 0, ())
    assert server.counts() == {second: 1}
    clock.now += BACK_OFF[0] - timedelta(seconds=1)
    assert round_of(store, server, clock) == DeliveryReport()
    clock.now += timedelta(seconds=1)
    assert round_of(store, server, clock) == DeliveryReport(sent=1)
    assert server.counts() == {first: 1, second: 1}


def test_waits_grow_to_two_days_and_then_the_mail_is_given_up_without_blame(
    store: Store, server: LocalSmtp, clock: Clock
) -> None:
    [name] = queue(store, 1)
    server.script.always_rcpt["person1@example.org"] = "451 4.7.1 later"
    attempts = []
    while state(store, name) is not MailState.FAILED:
        queued = store.outbox.get(name)
        assert queued is not None
        clock.now = queued.next_attempt
        attempts.append(clock.now - START)
        report = round_of(store, server, clock)
    waits = [after - before for before, after in pairwise(attempts)]
    assert waits == list(BACK_OFF)
    assert timedelta(hours=40) < attempts[-1] < timedelta(days=3)
    assert report.failed == 1
    assert "given up after 8 attempts" in report.problems[0]
    assert store.outbox.refusing() == []


def test_a_refused_address_is_paused_after_three_in_a_row(store: Store, server: LocalSmtp, clock: Clock) -> None:
    address = "gone@example.org"
    server.script.always_rcpt[address] = "550 5.1.1 no such user"
    for number in range(1, PAUSE_AFTER + 1):
        queue(store, number, address=address)
        report = round_of(store, server, clock)
        assert report.failed == 1
        assert "no such user" in report.problems[0]
        assert report.paused == ((address,) if number == PAUSE_AFTER else ())
    queue(store, 9, address=address)
    assert round_of(store, server, clock) == DeliveryReport()  # held back
    assert queue_status(store, clock.now).paused == (address,)
    server.script.always_rcpt.clear()
    assert store.outbox.unpause(address)
    assert round_of(store, server, clock).sent == 1


def test_a_mail_that_arrives_in_between_forgives(store: Store, server: LocalSmtp, clock: Clock) -> None:
    address = "full@example.org"
    for number, reply in enumerate(["550 no", "550 no", None, "550 no", "550 no"]):
        if reply:
            server.script.at_rcpt(address, reply)
        queue(store, number, address=address)
        assert round_of(store, server, clock).paused == ()


def test_a_mail_refused_for_its_content_fails_without_blame(store: Store, server: LocalSmtp, clock: Clock) -> None:
    [name] = queue(store, 1)
    server.script.at_data("person1@example.org", "554 5.6.0 not this")
    report = round_of(store, server, clock)
    assert (report.failed, report.paused) == (1, ())
    assert state(store, name) is MailState.FAILED
    assert store.outbox.refusing() == []


@pytest.mark.parametrize("reply", ["550 5.7.1 you may not send", "451 4.3.0 busy", "421 closing"])
def test_trouble_with_the_sender_keeps_every_mail_queued(
    reply: str, store: Store, server: LocalSmtp, clock: Clock
) -> None:
    ids = queue(store, 1, 2, 3)
    for _ in range(12):  # however often: no mail is given up for the server's trouble
        server.script.mail.append(reply)
        report = round_of(store, server, clock)
        assert (report.sent, report.retried, report.failed) == (0, 0, 0)
        assert "stay queued" in report.problems[-1]
        assert queue_status(store, clock.now).due == 3
    assert store.outbox.refusing() == []
    assert round_of(store, server, clock).sent == 3
    assert server.counts() == Counter(ids)


def test_a_server_that_is_away_keeps_every_mail_queued(store: Store, clock: Clock) -> None:
    queue(store, 1, 2)
    with LocalSmtp() as gone:
        away = transport_to(gone)
    report = round_of(store, away, clock)
    assert (report.sent, report.retried, report.failed) == (0, 0, 0)
    assert "cannot be reached" in report.problems[0]
    status = queue_status(store, clock.now)
    assert (status.queued, status.due, status.sending, status.failed) == (2, 2, 0, 0)


def test_a_server_that_drops_every_connection_is_given_a_rest(store: Store, server: LocalSmtp, clock: Clock) -> None:
    queue(store, *range(10))
    for number in range(10):
        server.script.at_rcpt(f"person{number}@example.org", DROP)
    report = round_of(store, server, clock)
    assert (report.retried, server.connections, len(report.problems)) == (0, 3, 1)
    assert "3 connections in a row were lost" in report.problems[0]
    assert "stay queued" in report.problems[0]
    assert queue_status(store, clock.now).due == 10
    assert {queued.attempts for queued in store.outbox.listed()} == {0}


def test_a_set_up_that_no_mail_passes_puts_none_off(store: Store, server: LocalSmtp, clock: Clock) -> None:
    ids = queue(store, *range(5))
    for number in range(5):
        server.script.always_rcpt[f"person{number}@example.org"] = "554 5.7.1 relay access denied"
    report = round_of(store, server, clock)
    assert (report.retried, report.failed) == (0, 0)
    assert "relay access denied" in report.problems[0]
    assert queue_status(store, clock.now).due == 5
    server.script.always_rcpt.clear()
    assert round_of(store, server, clock) == DeliveryReport(sent=5)
    assert server.counts() == Counter(ids)


def test_a_policy_against_some_addresses_is_no_fault_of_the_server(
    store: Store, server: LocalSmtp, clock: Clock
) -> None:
    queue(store, *range(6))
    for number in range(1, 5):
        server.script.always_rcpt[f"person{number}@example.org"] = "550 5.7.1 not from you"
    report = round_of(store, server, clock)
    assert (report.sent, report.retried) == (2, 4)
    assert queue_status(store, clock.now).due == 0


def test_a_server_with_a_limit_for_each_connection_gets_all_mails(
    store: Store, server: LocalSmtp, clock: Clock
) -> None:
    ids = queue(store, *range(45))
    server.script.most = 10
    assert round_of(store, server, clock) == DeliveryReport(sent=45)
    assert server.counts() == Counter(ids)
    assert server.connections == 5


def test_what_waits_can_be_sent_at_once(store: Store, server: LocalSmtp, clock: Clock) -> None:
    ids = queue(store, 1, 2, 3)
    store.outbox.pause("person3@example.org", "asked for", clock.now)
    server.script.at_rcpt("person1@example.org", "450 4.2.0 greylisted")
    assert round_of(store, server, clock).retried == 1
    store.outbox.hurry(clock.now)
    assert round_of(store, server, clock) == DeliveryReport(sent=1)
    assert server.counts() == Counter(ids[:2])


def test_a_lost_answer_is_reported_and_the_second_copy_is_the_same(
    store: Store, server: LocalSmtp, clock: Clock
) -> None:
    [name] = queue(store, 1)
    server.script.at_data("person1@example.org", DROP_AFTER)
    report = round_of(store, server, clock)
    assert report.duplicates_possible == (name,)
    assert name in report.problems[0]
    clock.now += BACK_OFF[0]
    assert round_of(store, server, clock).sent == 1
    first, second = server.accepted
    assert (first.message_id, first.body) == (second.message_id, second.body)


def test_a_claim_of_a_dead_process_is_taken_back_and_reported(
    url: str, store: Store, server: LocalSmtp, clock: Clock
) -> None:
    [name] = queue(store, 1)
    _in_a_process(_claim_and_die, url, name)
    assert state(store, name) is MailState.SENDING
    assert queue_status(store, clock.now).sending == 1
    report = round_of(store, server, clock)
    assert report.duplicates_possible == (name,)
    assert report.sent == 1


def test_a_claim_of_a_living_process_is_respected_until_it_is_too_old(
    store: Store, server: LocalSmtp, clock: Clock
) -> None:
    [name] = queue(store, 1)
    assert store.outbox.claim(name, clock.now)  # by this process, which lives
    assert round_of(store, server, clock) == DeliveryReport()
    clock.now += timedelta(minutes=31)
    assert round_of(store, server, clock).duplicates_possible == (name,)
    store.outbox.retry(name, clock.now, clock.now, "woken from a long sleep, its connection is gone")
    store.outbox.failed(name, clock.now, "and this is late too", blame=True)
    assert round_of(store, server, clock) == DeliveryReport()
    assert store.outbox.refusing() == []
    assert server.counts() == {name: 1}


def test_two_processes_at_once_send_no_mail_twice(url: str, store: Store, tmp_path: Path) -> None:
    ids = queue(store, *range(40))
    with LocalSmtp(pace=(0.0, 0.003)) as server:
        context = multiprocessing.get_context("spawn")
        go = context.Event()
        results = [tmp_path / f"{number}.json" for number in range(2)]
        senders = [context.Process(target=_send_all, args=(url, server.url, go, path)) for path in results]
        for sender in senders:
            sender.start()
        go.set()
        for sender in senders:
            sender.join(60)
            assert sender.exitcode == 0
        assert server.counts() == Counter(ids)
    assert sum(json.loads(path.read_text()) for path in results) == 40


def test_without_a_server_mails_become_files_and_are_marked(store: Store, clock: Clock, tmp_path: Path) -> None:
    ids = queue(store, 1, 2)
    assert round_of(store, FileTransport(tmp_path / "outbox"), clock).sent == 2
    assert len(list((tmp_path / "outbox" / DAY.isoformat()).glob("*.eml"))) == 2
    assert {state(store, name) for name in ids} == {MailState.SENT}


def test_status_tells_where_the_mails_stand(store: Store, server: LocalSmtp, clock: Clock) -> None:
    assert queue_status(store, clock.now).next_attempt is None
    queue(store, 1, 2, 3)
    server.script.at_rcpt("person2@example.org", "450 later")
    server.script.at_rcpt("person3@example.org", "550 never")
    round_of(store, server, clock)
    status = queue_status(store, clock.now)
    assert (status.queued, status.due, status.sending, status.sent, status.failed) == (1, 0, 0, 1, 1)
    assert status.next_attempt == START + BACK_OFF[0]
    assert queue_status(store, START + BACK_OFF[0]).due == 1


def test_resending_sends_the_same_mail_again(store: Store, server: LocalSmtp, clock: Clock) -> None:
    [name] = queue(store, 1)
    assert resend(store, "s1", DAY, clock.now) == ()  # it is queued as it is
    round_of(store, server, clock)
    assert resend(store, "s1", DAY, clock.now) == (name,)
    assert resend(store, "s1", DAY + timedelta(days=1), clock.now) == ()
    assert resend(store, "nobody", DAY, clock.now) == ()
    assert round_of(store, server, clock).sent == 1
    assert server.counts() == {name: 2}


def test_a_mail_that_cannot_be_sent_does_not_stop_the_others(store: Store, server: LocalSmtp, clock: Clock) -> None:
    bad = replace(a_mail(1), address="two words@example.org")
    store.outbox.queue(bad, (), now=START)
    queue(store, 2)
    report = round_of(store, server, clock)
    assert (report.sent, report.failed) == (1, 1)


def _send_all(url: str, server_url: str, go: multiprocessing.synchronize.Event, result: Path) -> None:
    with Store.open(url) as store, closing(SmtpTransport(parse_smtp_url(server_url))) as transport:
        go.wait()
        report = deliver(store, transport, clock=lambda: START, sleep=time.sleep, rate=None)
    result.write_text(json.dumps(report.sent))


def _claim_and_die(url: str, message_id: str) -> None:
    with Store.open(url) as store:
        store.outbox.claim(message_id, START)
        os.kill(os.getpid(), signal.SIGKILL)


def _in_a_process(target: object, *arguments: object) -> None:
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    process.join(60)
