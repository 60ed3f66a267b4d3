"""What breaks for one reader, institute, search or call is told, and costs the others nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import matcher
from matcher.app.mails import day_inputs
from matcher.app.mails.mailing import Mailing
from matcher.app.mails.reader_choices import revert
from matcher.app.operation.health import status
from matcher.errors import MatcherError
from matcher.export.reader_content import reader_content
from matcher.model.decision import Act, Entry, Owner
from tests.helpers.flow import EUROPE, EVERYBODY, LETI, MINES, OPS, Flow, Inbox, name, photonics
from tests.helpers.home import DAY
from tests.helpers.spoilt import spoil_index, tamper

SENT = dict.fromkeys(("leti", "mines", "network"), "sent")


@pytest.fixture
def portal(flow, serve):
    portal = serve([photonics(1), photonics(2)])
    flow.place.portal = portal.url
    return portal


def next_day(flow: Flow, portal, *numbers: int) -> None:
    flow.later(days=1)
    portal.index.replace([photonics(number) for number in numbers])


def test_what_a_reader_chose_and_nobody_can_read_costs_the_others_nothing(flow, server, portal):
    inbox = Inbox(server)
    assert flow.fates(flow.run()) == SENT
    inbox.new()
    with flow.app.open_store() as store:
        store.facts.set("reader-choice:leti", '{"frequency": "now and th')
    next_day(flow, portal, 1, 2, 3)
    outcome = flow.run()
    assert flow.fates(outcome) == SENT | {"leti": "failed"}
    assert (outcome.exit_code, outcome.outcome) == (3, "partial")
    assert next(run.outcome for run in status(flow.app).runs if run.kind == "run") == "partial"
    assert len(outcome.problems) == 1
    assert "leti" in outcome.problems[0]
    mails = inbox.new()
    assert set(mails) == {MINES, EUROPE, OPS}
    assert "matcher digest revert leti" in " ".join(mails[OPS].text.split())

    assert Mailing(flow.app).listed()[0].chosen
    assert revert(flow.app, "leti") == "leti"
    assert flow.fates(flow.run())["leti"] == "sent"
    assert inbox.new()[LETI].calls == [name(3)]


def test_what_a_reader_was_told_and_nobody_can_read_costs_the_others_nothing(flow, server, portal):
    flow.run()
    tamper(
        flow,
        "UPDATE deliveries SET reminders = ? WHERE message_id IN (SELECT message_id FROM outbox WHERE subscriber = ?)",
        json.dumps([["no day", 3]]),
        "leti",
    )
    inbox = Inbox(server)
    inbox.new()
    next_day(flow, portal, 1, 2, 3)
    outcome = flow.run()
    assert flow.fates(outcome) == SENT | {"leti": "failed"}
    assert outcome.exit_code == 3
    mails = inbox.new()
    assert set(mails) == {MINES, EUROPE, OPS}
    assert "The digest of leti could not be composed" in " ".join(mails[OPS].text.split())


def test_a_mail_of_the_outbox_that_cannot_be_read_is_given_up_and_the_others_go(flow, server, portal):
    down = flow.smtp
    flow.smtp = "smtp://127.0.0.1:9"
    flow.run()
    tamper(flow, "UPDATE outbox SET body = ? WHERE subscriber = ?", b"no mail", "leti")
    flow.smtp = down
    flow.later(hours=12)
    outcome = flow.run()
    assert outcome.exit_code == 3
    assert any("cannot be read" in problem for problem in outcome.problems)
    mails = Inbox(server).new()
    assert set(mails) == {MINES, EUROPE, OPS}
    assert {mail.state.value for mail in Mailing(flow.app).status().mails if mail.mail.subscriber == "leti"} == {
        "failed"
    }
    flow.later(days=1)
    inbox = Inbox(server)
    inbox.new()
    flow.run()
    assert sorted(inbox.new()[LETI].calls) == [name(1), name(2)]


def test_a_dismissed_call_whose_versions_cannot_be_read_stays_dismissed(flow, server, portal):
    flow.run()
    with flow.app.open_store() as store:
        store.decisions.add([Entry(Owner("mines"), name(1), Act.DISMISS, flow.now, by="mia")])
    flow.later(days=1)
    portal.index.replace([photonics(1, title=["Sensors of silicon photonics"]), photonics(2)])
    inbox = Inbox(server)
    inbox.new()
    flow.run()
    tamper(flow, "UPDATE versions SET body = ? WHERE identifier = ? AND number = 1", b"nothing", name(1))
    inbox.new()
    flow.later(days=1)
    portal.index.replace([photonics(1, title=["Sensors of silicon photonics"]), photonics(2), photonics(3)])
    outcome = flow.run()
    assert flow.fates(outcome) == SENT
    assert outcome.exit_code == 3
    assert name(1) in outcome.problems[0]
    assert inbox.new()[MINES].calls == [name(3)]


@pytest.fixture
def _without_leti(monkeypatch):
    spoil_index(monkeypatch, "cea-leti")


@pytest.mark.usefixtures("_without_leti")
def test_an_institute_that_cannot_be_compared_costs_its_own_readers_their_mail(flow, server, portal):
    outcome = flow.run()
    assert flow.fates(outcome) == SENT | {"leti": "failed"}
    assert (outcome.exit_code, outcome.outcome) == (3, "partial")
    mails = Inbox(server).new()
    assert set(mails) == {MINES, EUROPE, OPS}
    assert "What suits CEA-Leti could not be worked out" in " ".join(mails[EUROPE].text.split())
    assert "index 7 is out of bounds" in " ".join(mails[OPS].text.split())
    with pytest.raises(MatcherError, match="cea-leti could not be worked out"):
        Mailing(flow.app).preview("leti")


@pytest.mark.usefixtures("_without_leti")
def test_the_lists_of_the_others_are_written(flow, server, portal):
    flow.subscribe("subscribers: []")
    outcome = flow.run()
    assert (outcome.exit_code, outcome.outcome) == (3, "partial")
    written = {path.stem for path in outcome.folder.glob("*.txt")}
    assert "cea-leti" not in written
    assert {line.institute for line in outcome.lines} == written
    assert [problem for problem in outcome.problems if "The list of cea-leti could not be made" in problem]


@pytest.mark.usefixtures("_without_leti")
@pytest.mark.parametrize("shape", [(), ("--json",), ("--csv",)], ids=("text", "json", "csv"))
@pytest.mark.parametrize(
    ("asked", "other"),
    [
        (("bids",), "inria"),
        (("rank", "cea-leti", "mines", "brgm"), "mines"),
        (("rank", "mines", "cea-leti", "--together"), "mines"),
    ],
    ids=("bids", "side by side", "together"),
)
def test_a_question_about_several_is_answered_for_the_others(run, recorded_once, asked, other, shape):
    answer = run(recorded_once, *asked, *shape, "--as-of", DAY)
    assert answer.code == 3
    assert other in answer.out
    assert "cea-leti" not in answer.out
    assert answer.err == (
        "problem: What suits cea-leti could not be worked out: "
        "IndexError: index 7 is out of bounds for axis 0 with size 7\n"
    )


@pytest.mark.usefixtures("_without_leti")
@pytest.mark.parametrize("thing", ["matches", "calls", "changes"])
def test_what_is_exported_of_several_has_the_others(run, recorded_once, thing):
    asked = ("export", thing, "--institute", "cea-leti", "--institute", "mines", "--format", "json", "--as-of", DAY)
    answer = run(recorded_once, *asked)
    assert answer.code == 3
    assert json.loads(answer.out)
    assert "What suits cea-leti could not be worked out" in answer.err


@pytest.mark.usefixtures("_without_leti")
def test_a_question_about_several_that_nobody_knows_is_refused_and_one_whose_all_fail_fails(run, recorded_once):
    unknown = run(recorded_once, "rank", "cea-leti", "nobody-knows", "mines", "--as-of", DAY)
    assert (unknown.code, unknown.out) == (2, "")
    lost = run(recorded_once, "rank", "cea-leti", "CEA-Leti", "--as-of", DAY)
    assert (lost.code, lost.out) == (1, "")
    assert "could not be worked out" in lost.err


@pytest.mark.usefixtures("_without_leti")
def test_a_notebook_is_warned_of_who_is_missing(recorded_once):
    home = recorded_once.home
    with matcher.open(home, config=recorded_once.config, as_of=DAY) as session:
        with pytest.warns(UserWarning, match="cea-leti could not be worked out"):
            ranked = session.rank(["cea-leti", "mines"], top=3)
        assert ranked.fits.columns.tolist() == ["mines"]
        with pytest.warns(UserWarning, match="cea-leti could not be worked out"):
            assert len(session.bids(top=3))


@pytest.mark.usefixtures("_without_leti")
def test_a_reader_s_calendar_fails_rather_than_lose_the_calls_of_one(flow, server, portal):
    flow.run()
    reader = replace(flow.app.subscriber("mines"), institutes=("cea-leti", "mines"))
    with pytest.raises(MatcherError, match="cea-leti could not be worked out"):
        reader_content(flow.app, reader)


def test_a_search_that_fails_costs_who_has_it_his_mail(flow, server, portal, monkeypatch):
    whole = day_inputs.matches_of

    def matches_of(index, search, told, day):
        if search.name == "odd":
            raise RecursionError("maximum recursion depth exceeded")
        return whole(index, search, told, day)

    monkeypatch.setattr(day_inputs, "matches_of", matches_of)
    flow.subscribe(
        EVERYBODY
        + "  - {id: odd, address: odd@example.org, frequency: daily, searches: [{words: wafers, name: odd}]}\n"
        "  - {id: even, address: even@example.org, frequency: daily, searches: [{words: wafers, name: even}]}\n"
    )
    outcome = flow.run()
    assert flow.fates(outcome) == SENT | {"odd": "failed", "even": "sent"}
    assert outcome.exit_code == 3
    assert any("odd" in problem and "RecursionError" in problem for problem in outcome.problems)
