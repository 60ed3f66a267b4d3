"""Whole days with decisions in them: what the daily run mails to whom, at a real mail server."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.deciding import decide, dismiss_for_reader
from matcher.app.mails.reader_choices import wish
from matcher.app.operation.doctor import examine
from matcher.model.decision import Act, Order
from matcher.model.mail_link import Wish
from tests.helpers.flow import Inbox, name, photonics
from tests.helpers.spoilt import tamper

if TYPE_CHECKING:
    from tests.helpers.flow import Arrived, Flow

ANA, BEA, CLEO = "ana@example.org", "bea@example.org", "cleo@example.org"

READERS = """
subscribers:
  - {id: ana, address: ana@example.org, institutes: [cea-leti], frequency: daily, language: en, threshold: 0}
  - {id: bea, address: bea@example.org, institutes: [cea-leti], frequency: daily, language: en, threshold: 100,
     programmes: [LIFE]}
  - {id: cleo, address: cleo@example.org, institutes: [mines], frequency: daily, language: en, threshold: 100,
     actions: [HORIZON-CSA]}
"""
"""Ana reads all that suits her institute; nothing passes the filters of Bea, her colleague, nor of Cleo elsewhere."""


@pytest.fixture
def portal(flow, serve):
    flow.subscribe(READERS)
    portal = serve([photonics(1), photonics(2)])
    flow.place.portal = portal.url
    return portal


def mails(flow: Flow, inbox: Inbox) -> dict[str, Arrived]:
    """What arrives of the next day's run."""
    flow.later(days=1)
    outcome = flow.run()
    assert outcome.exit_code == 0, outcome.problems
    return inbox.new()


def give(flow: Flow, number: int, who: str, institute: str = "cea-leti") -> None:
    decide(flow.app, institute, [name(number)], Order(Act.ASSIGN, who, by="ana"))


def test_the_assignee_gets_his_call_whatever_his_filters(flow, server, portal):
    inbox = Inbox(server)
    assert set(mails(flow, inbox)) == {ANA}
    give(flow, 1, "bea")
    give(flow, 2, "cleo")  # of another institute than the one that gives it
    arrived = mails(flow, inbox)
    assert set(arrived) == {BEA, CLEO}
    assert (arrived[BEA].calls, arrived[CLEO].calls) == ([name(1)], [name(2)])
    assert "assigned to bea" in arrived[BEA].text
    assert mails(flow, inbox) == {}
    moved = photonics(1, date(2027, 3, 1), esDA_IngestDate=["2026-06-24T05:00:00.000+0200"])
    portal.index.replace([moved, photonics(2)])
    assert mails(flow, inbox)[BEA].calls == [name(1)]


@pytest.mark.parametrize("way", ["pause", "stop", "off"])
def test_an_absent_assignee_s_calls_are_shown_to_the_institute_s_other_readers(flow, server, portal, way):
    inbox = Inbox(server)
    mails(flow, inbox)
    if way == "off":
        flow.subscribe(READERS.replace("frequency: daily", "frequency: off", 1))
    else:
        wish(flow.app, "ana", Wish(way))
    give(flow, 1, "ana")
    arrived = mails(flow, inbox)
    assert {address: mail.calls for address, mail in arrived.items()} == {BEA: [name(1)]}


def test_resurface_brings_back_only_what_the_reader_dismissed_himself(flow, server, portal):
    flow.subscribe(READERS.replace("threshold: 0}", "threshold: 0, resurface: true}"))
    portal.index.replace([photonics(1), photonics(2), photonics(3)])
    inbox = Inbox(server)
    assert sorted(mails(flow, inbox)[ANA].calls) == [name(1), name(2), name(3)]
    dismiss_for_reader(flow.app, "ana", name(1))
    decide(flow.app, "cea-leti", [name(2)], Order(Act.DISMISS, "no capacity", by="bea"))
    dismiss_for_reader(flow.app, "ana", name(3))
    decide(flow.app, "cea-leti", [name(3)], Order(Act.DISMISS, "no capacity", by="bea"))
    moved = {"esDA_IngestDate": ["2026-06-24T05:00:00.000+0200"]}
    portal.index.replace([photonics(n, date(2027, 3, 1), **moved) for n in (1, 2, 3)])
    assert {address: mail.calls for address, mail in mails(flow, inbox).items()} == {ANA: [name(1)]}


def test_after_a_pause_one_mail_catches_up_deadlines_first(flow, server, portal):
    inbox = Inbox(server)
    assert sorted(mails(flow, inbox)[ANA].calls) == [name(1), name(2)]
    decide(flow.app, "cea-leti", [name(2)], Order(Act.KEEP, by="bea"))
    paused = wish(flow.app, "ana", Wish.PAUSE)
    assert paused.identifier == "ana"
    soon = (flow.now + timedelta(days=20)).date()
    moved = {"esDA_IngestDate": ["2026-06-18T05:00:00.000+0200"]}
    portal.index.replace([photonics(1, soon, **moved), photonics(2, date(2027, 3, 1), **moved), photonics(3)])
    for _ in range(13):
        assert ANA not in mails(flow, inbox)
    arrived = [mail for _ in range(3) if (mail := mails(flow, inbox).get(ANA)) is not None]
    assert len(arrived) == 1  # one mail, with all of it
    (mail,) = arrived
    assert mail.calls == [name(2), name(1), name(3)]  # the kept one whose deadline moved, the one that closes, the new
    assert re.search(r"1 March 2027", mail.text)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE decisions SET act = 'praise' WHERE id = 1", "1 of the table decisions (id 1), 0 of the table changes"),
        ("UPDATE changes SET new = 'no JSON' WHERE id = 1", "0 of the table decisions, 1 of the table changes (id 1)"),
    ],
)
def test_a_row_that_nobody_can_read_costs_nobody_his_mail_and_is_told(flow, server, portal, statement, told):
    inbox = Inbox(server)
    mails(flow, inbox)
    decide(flow.app, "cea-leti", [name(1)], Order(Act.KEEP, by="bea"))
    assert _doctor(flow) == (True, "every decision and every change can be read")
    tamper(flow, statement)
    portal.index.replace([photonics(1), photonics(2), photonics(3)])
    flow.later(days=1)
    outcome = flow.run()
    assert outcome.exit_code == 3
    assert inbox.new()[ANA].calls == [name(3)]
    assert [told in problem for problem in outcome.problems] == [True]
    well, said = _doctor(flow)
    assert not well
    assert told in said


def _doctor(flow: Flow) -> tuple[bool, str]:
    return next((one.ok, one.detail) for one in examine(flow.app) if one.check == "rows")
