"""Whole days, from the portal to the mailbox: a real portal's quirks on one side, a real mail server on the other."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from matcher.app.decisions.deciding import dismiss_for_reader
from matcher.app.mails.mailing import Mailing
from matcher.app.operation.daily import run_day
from matcher.app.operation.health import status
from matcher.app.run_context import Observer
from matcher.errors import ConfigError
from tests.helpers.flow import EUROPE, EVERYBODY, LETI, MAIL, MINES, OPS, Flow, Inbox, name, photonics, read


def test_three_days(flow, server, serve):
    portal = serve([photonics(1), photonics(2)])
    flow.place.portal = portal.url
    inbox = Inbox(server)

    first = flow.run()
    assert (first.exit_code, first.outcome, first.problems) == (0, "ok", ())
    assert flow.fates(first) == dict.fromkeys(("leti", "mines", "network"), "sent")
    mails = inbox.new()
    assert set(mails) == {LETI, MINES, EUROPE}
    assert sorted(mails[LETI].calls) == sorted(mails[MINES].calls) == [name(1), name(2)]
    assert "CEA-Leti" in mails[LETI].subject
    assert "(fr)" not in mails[MINES].subject
    assert "Bruxelles" in mails[MINES].text

    again = flow.run()
    assert flow.fates(again) == dict.fromkeys(("leti", "mines", "network"), "already")
    assert inbox.new() == {}

    flow.later(days=1)
    moved = photonics(2, date(2027, 2, 20), esDA_IngestDate=["2026-06-16T05:00:00.000+0200"])
    portal.index.replace([photonics(1), moved, photonics(3)])
    assert flow.run().exit_code == 0
    mails = inbox.new()
    assert sorted(mails[LETI].calls) == [name(2), name(3)]
    assert "15 January 2027" in mails[LETI].text
    assert "20 February 2027" in mails[LETI].text

    flow.later(days=1)
    portal.close()
    down = flow.run()
    assert (down.exit_code, down.outcome) == (4, "failed")
    assert flow.fates(down) == {"leti": "nothing new", "mines": "nothing new", "network": "sent"}
    mails = inbox.new()
    assert set(mails) == {EUROPE, OPS}  # an empty mail every day is noise; the network's always says how things are
    assert "could not be reached" in mails[EUROPE].text
    assert "127.0.0.1" not in mails[EUROPE].text
    assert mails[OPS].subject == "matcher: the portal could not be read"
    assert "could not be reached" in mails[OPS].text
    assert flow.run().exit_code == 4
    assert inbox.new() == {}  # one notice a day

    flow.later(days=3)
    everyday = "{id: leti, address: leti@example.org, institutes: [cea-leti], frequency: daily, send_empty: true}"
    flow.subscribe(f"subscribers: [{everyday}]")
    flow.run()
    assert "portail" in inbox.new()[LETI].subject  # stale: the fault comes first


@pytest.mark.parametrize("day", ["2026-06-10", "2026-06-15", "2026-06-16", "2026-06-20"])
def test_a_portal_that_failed_is_told_in_the_reader_s_words_whatever_day_is_replayed(flow, server, serve, day):
    portal = serve([photonics(1)])
    flow.place.portal = portal.url
    flow.run()
    Inbox(server).new()
    flow.later(days=1)
    portal.close()
    flow.subscribe(EVERYBODY.replace("id: ", "send_empty: true, id: second-"))
    inbox = Inbox(server)
    inbox.new()
    run_day(flow.app, as_of=date.fromisoformat(day), observer=Observer(sleep=lambda _: None))
    mails = inbox.new()
    for address, warning in ((MINES, "a rencontré des problèmes|peut-être dû à une panne"), (EUROPE, "may be")):
        text = " ".join(mails[address].text.split())
        assert re.search(warning, text), text
        assert "127.0.0.1" not in text + mails[address].html
        assert ("could not be reached" in text) is (address == EUROPE), text


def test_calls_that_a_mail_has_no_room_for_come_in_the_next_ones(flow, server, serve):
    """With `most` as high as one likes, a mail stays short enough for mail readers; nothing is lost by that."""
    everything = [photonics(number) for number in range(120)]
    flow.place.portal = serve(everything).url
    inbox = Inbox(server)
    mails = []
    for _ in range(2):
        flow.run()
        mails.append(inbox.new()[LETI].calls)
        flow.later(days=1)
    assert all(0 < len(calls) < len(everything) for calls in mails)
    assert sorted(call for calls in mails for call in calls) == [name(number) for number in range(120)]


def test_a_run_is_kept_with_what_it_did(flow, serve):
    flow.place.portal = serve([photonics(1)]).url
    flow.run()
    fetch, whole = status(flow.app).runs  # the fetch is a part, kept when it ended
    assert (whole.kind, whole.outcome, fetch.kind, fetch.outcome) == ("run", "ok", "fetch", "ok")
    assert whole.detail["digests"] == {"sent": 3}
    assert whole.detail["delivery"] == {"sent": 3, "retried": 0, "failed": 0}
    assert whole.detail["report"]["new"] == 1
    assert json.dumps(dict(whole.detail))


def test_a_mail_server_that_is_down_costs_time_only(flow, server, serve):
    flow.place.portal = serve([photonics(1)]).url
    inbox = Inbox(server)
    working, flow.smtp = flow.smtp, "smtp://127.0.0.1:9"
    down = flow.run()
    assert (down.exit_code, down.outcome) == (3, "partial")
    assert set(flow.fates(down).values()) == {"queued"}
    assert "all mails stay queued" in down.problems[0]
    assert Mailing(flow.app).status().queue.queued == 4  # three digests, and the notice
    flow.later(hours=1)
    flow.smtp = working
    up = flow.run()
    assert up.exit_code == 0
    mails = inbox.new()
    assert set(mails) == {LETI, MINES, EUROPE, OPS}
    assert mails[OPS].subject == "matcher: mails were not delivered"
    assert mails[LETI].calls == [name(1)]
    flow.later(days=1)
    flow.run()
    assert set(inbox.new()) == {EUROPE}


def test_an_address_that_is_refused_costs_the_others_nothing(flow, server, serve):
    flow.place.portal = serve([photonics(1)]).url
    server.script.always_rcpt[LETI] = "550 5.1.1 no such user"
    inbox = Inbox(server)
    outcome = flow.run()
    assert (outcome.exit_code, outcome.outcome) == (3, "partial")
    assert flow.fates(outcome) == {"leti": "failed", "mines": "sent", "network": "sent"}
    mails = inbox.new()
    assert set(mails) == {MINES, EUROPE, OPS}  # the operator hears of it at once
    assert "no such user" in mails[OPS].text
    server.script.always_rcpt.clear()
    flow.later(days=1)
    flow.run()
    assert inbox.new()[LETI].calls == [name(1)]  # what failed counts as untold


def test_a_listing_read_in_part_is_told(flow, server, serve):
    from tests.helpers.portal.failures import Fault, Faults

    flow.place.portal = serve([photonics(n) for n in range(150)], faults=Faults(pages={2: Fault.HTML})).url
    inbox = Inbox(server)
    outcome = flow.run()
    assert (outcome.exit_code, outcome.outcome) == (3, "partial")
    mails = inbox.new()
    assert "Page 2" in mails[LETI].text
    assert mails[OPS].subject == "matcher: the listing was read in part"


def test_without_a_server_mails_are_files(place, serve):
    flow = Flow(place)
    flow.place.portal = serve([photonics(1)]).url
    assert set(flow.fates(flow.run()).values()) == {"sent"}
    flow.run()
    folder = place.home / "outbox" / "2026-06-15"
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        f"{who}.{suffix}" for who in ("leti", "mines", "network") for suffix in ("eml", "html")
    )
    assert read((folder / "leti.eml").read_bytes()).calls == [name(1)]
    assert all(p.stat().st_mode & 0o077 == 0 for p in (folder, *folder.iterdir()))


def test_where_nobody_is_subscribed_lists_are_written(place, serve):
    flow = Flow(place)
    flow.subscribe("subscribers:\n")
    flow.place.portal = serve([photonics(1)]).url
    outcome = flow.run()
    assert outcome.sending is None
    assert len(list((place.home / "lists" / "2026-06-15").iterdir())) == 6
    assert not (place.home / "outbox").exists()


def test_a_notice_that_cannot_be_sent_is_a_problem_too(place):
    flow = Flow(place, "smtp://127.0.0.1:9")
    flow.subscribe("subscribers:\n")
    outcome = flow.run()
    assert (outcome.exit_code, outcome.sending) == (3, None)
    assert "all mails stay queued" in outcome.problems[0]


def test_a_subscriber_added_midway_a_dismissed_call_and_a_missed_week(flow, server, serve):
    portal = serve([photonics(1), photonics(2)])
    flow.place.portal = portal.url
    inbox = Inbox(server)
    flow.run()
    inbox.new()
    dismiss_for_reader(flow.app, "leti", name(2))
    flow.later(days=9)
    moved = {"esDA_IngestDate": ["2026-06-24T05:00:00.000+0200"]}
    portal.index.replace([*(photonics(n, date(2027, 3, 1), **moved) for n in (1, 2)), photonics(3)])
    late = "  - {id: late, address: late@example.org, institutes: [cea-leti], frequency: daily, threshold: 0}\n"
    flow.subscribe(EVERYBODY + late)
    flow.run()
    mails = inbox.new()
    assert sorted(mails[LETI].calls) == [name(1), name(3)]
    assert sorted(mails[MINES].calls) == sorted(mails["late@example.org"].calls) == [name(1), name(2), name(3)]


def test_with_subscribers_no_lists(flow, serve):
    flow.place.portal = serve([photonics(1)]).url
    outcome = flow.run()
    assert (outcome.folder, outcome.lines) == (None, ())
    assert not (flow.place.home / "lists").exists()


def test_the_sample_is_mailed_to_nobody_by_the_daily_run(flow, server, serve):
    inbox = Inbox(server)
    outcome = flow.run()
    assert (outcome.exit_code, outcome.outcome, outcome.sending) == (4, "failed", None)
    assert set(inbox.new()) == {OPS}
    assert list((flow.place.home / "lists").rglob("*.txt"))
    assert Mailing(flow.app).send().delivery.sent == 3  # asked for by hand, it goes out, and says what it is
    assert "Packaged sample" in inbox.new()[LETI].text
    flow.place.portal = serve([photonics(1)]).url
    flow.later(days=1)
    flow.run()
    assert inbox.new()[LETI].calls == [name(1)]


def test_mistakes_stop_the_run_before_anything_is_done(flow, serve):
    portal = serve([photonics(1)])
    flow.place.portal = portal.url
    flow.subscribe("subscribers: [{address: nobody, institutes: [cea-lety]}]")
    with pytest.raises(ConfigError, match="an address such as"):
        flow.run()
    flow.subscribe("subscribers: [{address: a@example.org, institutes: [cea-leti]}]")
    flow.smtp = "smtp://mail.example.org"
    with pytest.raises(ConfigError, match="for this machine only"):
        flow.run()
    assert portal.requests == []
    assert not flow.place.home.exists()


def test_an_empty_portal_on_the_first_day_is_a_failed_run(flow, server, serve):
    from matcher.errors import IndexMissing

    flow.place.portal = serve([]).url
    with pytest.raises(IndexMissing):
        flow.run()
    assert [(run.kind, run.outcome) for run in status(flow.app).runs] == [("fetch", "partial"), ("run", "failed")]
    assert Inbox(server).new()[OPS].subject == "matcher: the daily run failed"


def test_a_digest_that_cannot_be_composed_costs_the_others_nothing(flow, server, serve):
    flow.place.portal = serve([photonics(1)]).url
    flow.set(MAIL + 'unsubscribe_mailto = "calls@example.org"\n')
    flow.subscribe(
        "subscribers:\n"
        "  - {id: odd, address: odd@example.org, institutes: [cea-leti], threshold: 0, language: en}\n"
        "  - {id: mines, address: mines@example.org, institutes: [mines], threshold: 0, frequency: daily}\n"
    )
    app = flow.app
    app.__dict__["subscribers"] = tuple(
        s if s.identifier != "odd" else _replaced(s, address="no address") for s in app.subscribers
    )
    outcome = run_day(app, observer=Observer(say=flow.said.append, sleep=lambda _seconds: None))
    assert flow.fates(outcome) == {"odd": "failed", "mines": "sent"}
    assert outcome.exit_code == 3
    assert "The digest of odd could not be composed" in outcome.problems[0]


def _replaced(subscriber, **fields):
    from dataclasses import replace

    return replace(subscriber, **fields)


def test_hostile_titles_do_no_harm(flow, server, serve):
    hostile = [
        photonics(1, title=["<script>alert(1)</script> silicon photonics sensors"]),
        photonics(2, title=["Photonics\r\nBcc: thief@example.org\r\n\r\nsensors"]),
        photonics(3, title=["Photonics \u202egnp.exe sensors"]),
        photonics(4, title=["Silicon photonics sensors " * 4000]),
        photonics(5, title=['=HYPERLINK("http://example.org","photonics")']),
    ]
    flow.place.portal = serve(hostile).url
    assert flow.run().exit_code == 0
    assert {address for accepted in server.accepted for address in accepted.recipients} == {LETI, MINES, EUROPE}
    for accepted in server.accepted:
        mail = read(accepted.body)
        assert b"thief" not in accepted.body.partition(b"\r\n\r\n")[0]
        assert "<script" not in mail.html
        assert "\u202e" not in mail.html + mail.text + mail.subject
        assert len(mail.html.encode()) < 102_000
    assert len(set(Inbox(server).new()[LETI].calls)) == 5


def test_what_was_sent_can_be_replayed(flow, server, serve):
    portal = serve([photonics(1)])
    flow.place.portal = portal.url
    inbox = Inbox(server)
    flow.run()
    sent = inbox.new()
    flow.later(days=1)
    portal.index.replace([photonics(1), photonics(2)])
    flow.run()
    for subscriber, address in (("leti", LETI), ("mines", MINES)):
        replayed = Mailing(flow.app).preview(subscriber, as_of=date(2026, 6, 15))
        assert replayed.digest.items[0].call.identifier == name(1)
        assert replayed.mail.message_id == sent[address].message_id
    assert inbox.new()[LETI].calls == [name(2)]
    assert inbox.new() == {}
