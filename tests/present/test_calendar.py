"""The deadlines as a calendar, read back by icalendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

from icalendar import Calendar

from matcher.digest.render import render
from matcher.model.call import Call, Deadline, Status
from matcher.model.changes import Change
from matcher.model.language import Language
from matcher.model.match import Match
from matcher.present import calendar
from tests.helpers.mail import digests

FIRST, SECOND = date(2027, 3, 18), date(2027, 9, 22)
CALL = Call(
    "HORIZON-CL5-2027-07-D3-28",
    "Geothermal heat, stored and shared",
    programme="HORIZON",
    opening=date(2026, 12, 1),
    deadlines=(Deadline(FIRST, 1, "two-stage"), Deadline(SECOND, 2, "two-stage")),
    url="https://ec.europa.eu/info/funding-tenders/x",
)


def events(call: Call, *changes: Change, now: datetime = digests.NOW, language: Language = Language.EN) -> list:
    match = Match(1, call, 1.0, 90)
    data = calendar.institute_calendar([match], "BRGM", language, now=now, changes=changes)
    assert b"\r\n" in data
    return list(Calendar.from_ical(data).walk("VEVENT"))


def moved(old: date, seen: datetime) -> Change:
    before = [{"date": day.isoformat(), "stage": n, "model": None} for n, day in ((1, old), (2, SECOND))]
    return Change(CALL.identifier, "deadlines", "moved", before, before, seen)


def test_each_stage_is_an_event_at_17_in_brussels() -> None:
    first, second = events(CALL)
    assert first["UID"] == "horizon-cl5-2027-07-d3-28.1@deadlines.matcher"
    assert second["UID"] == "horizon-cl5-2027-07-d3-28.2@deadlines.matcher"
    assert first.end.astimezone(UTC) == datetime(2027, 3, 18, 16, tzinfo=UTC)
    assert second.end.astimezone(UTC) == datetime(2027, 9, 22, 15, tzinfo=UTC)
    assert first["DTEND"].params["TZID"] == "Europe/Brussels"
    assert first["SUMMARY"] == "Deadline: Geothermal heat, stored and shared (stage 1 of 2)"
    assert first["URL"] == CALL.url
    assert first["CATEGORIES"].to_ical() == b"HORIZON,Carnot Europe"
    alarms = [first.end - (first.start + alarm["TRIGGER"].dt) for alarm in first.walk("VALARM")]
    assert alarms == [timedelta(days=14), timedelta(days=3)]


def test_the_file_says_what_it_is() -> None:
    data = calendar.institute_calendar([Match(1, CALL, 1.0, 90)], "BRGM", Language.FR, now=digests.NOW)
    whole = Calendar.from_ical(data)
    assert whole["METHOD"] == "PUBLISH"
    assert whole["VERSION"] == "2.0"
    assert [str(zone["TZID"]) for zone in whole.walk("VTIMEZONE")] == ["Europe/Brussels"]
    assert whole["X-WR-CALNAME"] == "Appels européens\u202f: BRGM"
    assert max(map(len, data.split(b"\r\n"))) <= 75


def test_a_moved_deadline_supersedes_the_event_that_is_held() -> None:
    (before, _), seen = events(CALL), datetime(2027, 1, 10, 5, tzinfo=UTC)
    once = events(CALL, moved(date(2027, 2, 2), seen))[0]
    twice = events(CALL, moved(date(2027, 2, 2), seen), moved(date(2027, 2, 9), seen + timedelta(days=2)))[0]
    assert before["UID"] == once["UID"] == twice["UID"]
    assert int(before["SEQUENCE"]) == 0 < int(once["SEQUENCE"]) < int(twice["SEQUENCE"]) < 2**31
    assert once["LAST-MODIFIED"].dt == seen < twice["LAST-MODIFIED"].dt


def test_changes_of_other_calls_do_not_count() -> None:
    other = replace(moved(date(2027, 2, 2), digests.NOW), call="OTHER")
    assert int(events(CALL, other)[0]["SEQUENCE"]) == 0


def test_a_stage_that_is_gone_is_cancelled() -> None:
    single = replace(CALL, deadlines=(Deadline(FIRST, 1, "single-stage"),))
    kept, gone = events(single, moved(date(2027, 2, 2), digests.NOW))
    assert (kept["STATUS"], gone["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert gone["UID"] == "horizon-cl5-2027-07-d3-28.2@deadlines.matcher"
    assert not gone.walk("VALARM")


def test_a_withdrawn_call_is_cancelled() -> None:
    withdrawn = replace(CALL, gone=date(2027, 1, 10), status=Status.OPEN)
    assert {str(event["STATUS"]) for event in events(withdrawn)} == {"CANCELLED"}


def test_past_deadlines_are_no_events() -> None:
    assert len(events(CALL, now=datetime(2027, 4, 1, tzinfo=UTC))) == 1


def test_hostile_titles_stay_in_their_line() -> None:
    title = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil;,\\" + "y" * 100_000
    evil = replace(CALL, title=title, url="javascript:1")
    first, _ = events(evil)
    assert "\n" not in first["SUMMARY"]
    assert len(first["SUMMARY"]) < 300
    assert "URL" not in first


def test_the_mail_carries_the_deadlines_of_its_calls() -> None:
    digest = digests.normal(Language.EN)
    message = message_from_bytes(render(digest, digests.SETTINGS, now=digests.NOW).body, policy=default)
    (part,) = (p for p in message.walk() if p.get_content_type() == "text/calendar")
    found = {str(event["UID"]) for event in Calendar.from_ical(part.get_content()).walk("VEVENT")}
    assert found == {
        calendar.uid(item.call.identifier, deadline.stage)
        for item in digest.items
        for deadline in item.call.deadlines
        if deadline.date >= digest.day
    }


def test_a_change_of_another_shape_costs_the_calendar_nothing() -> None:
    for odd in ("2027-03-18", {"date": "2027-03-18"}, [3], [{"stage": 1}], [{"stage": "one", "date": "soon"}], 7):
        change = Change(CALL.identifier, "deadlines", "moved", odd, None, digests.NOW)
        assert [event["UID"] for event in events(CALL, change)] == [event["UID"] for event in events(CALL)]
