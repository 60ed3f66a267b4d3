"""Each format is read back by somebody else's reader: csv, openpyxl, pyarrow, icalendar, feedparser."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import feedparser
import openpyxl
import pandas as pd
import pytest
from icalendar import Calendar

from matcher.app.answering.questions import rank
from matcher.errors import UsageError
from matcher.export import atom, workbook
from matcher.export import content as contents
from matcher.export.content import Content, Portion, Thing
from matcher.export.formats import FORMATS
from matcher.model.call import Action, Call, Deadline
from matcher.model.changes import Change
from matcher.model.match import THRESHOLD, Match
from matcher.model.question import Question
from matcher.present import call_rows, frames
from matcher.present.records import call_record, match_record
from tests.export.conftest import DAY
from tests.helpers.home import BARE, INSTITUTES, ODD, PHOTONIC

FORMULA = '=HYPERLINK("http://example.org","Électronique, photonics")'
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
HALF = "half a character \ud83d of an emoji"

HOSTILE = Call(
    "=1+1",
    '@SUM(A1)\r\nUID:evil <b>"bold"</b> & \x0b\ufffe]]>',
    programme="+HORIZON",
    actions=(Action("-RIA"),),
    deadlines=(Deadline(date(2026, 9, 1)),),
    destination="\t=cmd|' /C calc'!A0",
    url="https://evil.example/internal:Sheet2!A1",
)


@pytest.fixture(scope="module")
def matches(app) -> Content:
    return contents.with_history(app, contents.matches(app, (), Question(min_fit=0, as_of=DAY)))


@pytest.fixture(scope="module")
def calls(app) -> Content:
    return contents.with_history(app, contents.calls(app, (), Question(as_of=DAY)))


@pytest.fixture(scope="module")
def changes(app) -> Content:
    return contents.with_history(app, contents.changes(app, (), Question(as_of=DAY)))


def of_calls(*calls: Call, sample: str | None = None) -> Content:
    return Content(Thing.CALLS, DAY, NOW, sample, (Portion(None, "Carnot Europe", calls=calls),))


def of_matches(*calls: Call) -> Content:
    found = tuple(Match(n, call, 0.5, 90) for n, call in enumerate(calls, 1))
    return Content(Thing.MATCHES, DAY, NOW, None, (Portion("brgm", "BRGM\r\nX-EVIL: 1", matches=found),))


def made(name: str, content: Content) -> bytes:
    return FORMATS[name].encode(content)


def csv_rows(content: Content) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made("csv", content).decode(), newline="")))


def sheets(content: Content) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made("xlsx", content)))


def sheet_rows(sheet) -> list[dict[str, object]]:
    names = [cell.value for cell in sheet[1]]
    return [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=2)]


def parsed_feed(content: Content):
    found = feedparser.parse(made("atom", content))
    assert not found.bozo, found.bozo_exception
    return found


# what is asked


def test_all_institutes_or_those_named(app, matches):
    assert [part.institute for part in matches.parts] == sorted(INSTITUTES)
    assert len(matches) == sum(len(part.matches) for part in matches.parts) > 12
    one = contents.matches(app, ["CEA-Leti", "cea-leti"], Question(top=2, min_fit=0, as_of=DAY))
    [part] = one.parts
    assert (part.institute, len(part.matches), part.matches[0].call.identifier) == ("cea-leti", 2, PHOTONIC)
    assert all(m.fit >= 20 for m in contents.matches(app, (), Question(min_fit=20, as_of=DAY)).parts[0].matches)


def test_calls_of_an_institute_are_among_its_best(app, calls):
    assert len(calls) == 13
    best = contents.calls(app, ["cea-leti"], Question(top=3, as_of=DAY))
    ranked = rank(app, Question(("cea-leti",), top=3, as_of=DAY))
    assert {c.identifier for c in best.calls} == {m.call.identifier for m in ranked.matches}
    with pytest.raises(UsageError, match="give --institute as well"):
        contents.calls(app, (), Question(top=3))


def test_changes_since_a_day_and_of_an_institute(app, changes):
    assert {c.kind for c in changes.changes} == {"new", "moved"}
    later = contents.changes(app, (), Question(as_of=DAY), since=DAY)
    assert {(c.call, c.kind) for c in later.changes} == {(PHOTONIC, "moved"), ("HORIZON-TEST-2027-0001-02", "new")}
    assert not len(contents.changes(app, (), Question(as_of=DAY + timedelta(days=1)), since=DAY + timedelta(days=1)))
    own = contents.changes(app, ["cea-leti", "calym"], Question(min_fit=20, as_of=DAY), since=DAY)
    assert PHOTONIC in {c.call for c in own.parts[0].changes}
    assert PHOTONIC not in {c.call for c in own.parts[1].changes}
    assert len(own) == len({(c.call, c.kind) for p in own.parts for c in p.changes})
    suiting = rank(app, Question(("mines",), top=99, min_fit=THRESHOLD, as_of=DAY)).matches
    good = contents.changes(app, ["mines"], Question(as_of=DAY))
    assert {c.call for c in good.changes} == {m.call.identifier for m in suiting}
    assert len(suiting) < len(contents.changes(app, ["mines"], Question(min_fit=0, as_of=DAY)).calls)
    with pytest.raises(UsageError, match="give --institute as well"):
        contents.changes(app, (), Question(min_fit=3))


# csv


def test_csv(matches, changes):
    rows = csv_rows(matches)
    assert list(rows[0]) == list(call_rows.MATCH_COLUMNS)
    assert {row["institute"] for row in rows} == set(INSTITUTES)
    first = next(row for row in rows if row["institute"] == "cea-leti")
    assert (first["call"], first["next_deadline"], first["budget_eur"]) == (PHOTONIC, "2027-02-10", "20000000")
    bare = next(row for row in rows if row["call"] == BARE)
    assert {bare[name] for name in ("budget_eur", "next_deadline", "days_left", "trl_min", "action")} == {""}
    assert {row["seen_at"] for row in csv_rows(changes)} == {"2026-06-10T10:00:00+00:00", "2026-06-15T10:00:00+00:00"}


def test_no_cell_of_a_csv_is_a_formula(calls):
    assert "'" + FORMULA in {row["title"] for row in csv_rows(calls)}
    text = made("csv", of_calls(HOSTILE)).decode()
    [row] = csv.reader(io.StringIO(text.split("\n", 1)[1], newline=""))
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert row[0] == "'=1+1"


# xlsx


def test_a_workbook_has_filters_a_frozen_header_and_values_of_their_kind(matches):
    book = sheets(matches)
    assert book.sheetnames == ["matches", "about"]
    sheet = book["matches"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert all(cell.font.bold for cell in sheet[1])
    groups = sheet.column_dimensions.values()
    widths = {place: group.width for group in groups for place in range(group.min, group.max + 1)}
    assert all(len(cell.value) < widths[cell.column] <= 61 for cell in sheet[1])
    row = next(r for r in sheet_rows(sheet) if r["call"].value == PHOTONIC)
    assert (str(row["next_deadline"].value), row["next_deadline"].is_date) == ("2027-02-10 00:00:00", True)
    assert row["next_deadline"].number_format == "yyyy-mm-dd"
    assert (row["budget_eur"].value, row["budget_eur"].number_format) == (20_000_000, '#,##0 "€"')
    assert row["url"].hyperlink.target == row["url"].value
    assert row["url"].value.startswith("https://ec.europa.eu/")
    assert isinstance(row["score"].value, float)
    about = {r["about"].value: r["value"].value for r in sheet_rows(book["about"])}
    assert (str(about["as of"]), about["rows"]) == ("2026-06-15 00:00:00", len(matches))
    assert "sample" not in about


def test_unknown_is_an_empty_cell(matches):
    bare = next(r for r in sheet_rows(sheets(matches)["matches"]) if r["call"].value == BARE)
    assert {bare[name].value for name in ("budget_eur", "opening", "next_deadline", "trl_min", "action")} == {None}


def test_no_cell_of_a_workbook_is_a_formula_and_no_foreign_address_a_link(calls):
    ours = next(r for r in sheet_rows(sheets(calls)["calls"]) if r["call"].value == ODD)
    assert (ours["title"].value, ours["title"].data_type) == (FORMULA, "s")
    plain = replace(HOSTILE, url="http://ec.europa.eu/plain")
    for row in sheet_rows(sheets(of_calls(HOSTILE, plain))["calls"]):
        assert {cell.data_type for cell in row.values() if cell.value is not None} <= {"s", "n", "d"}
        assert row["call"].value == "=1+1"
        assert row["url"].hyperlink is None


def test_moments_of_a_workbook_are_in_utc(changes):
    cells = [r["seen_at"] for r in sheet_rows(sheets(changes)["changes"])]
    assert str(cells[0].value) == "2026-06-15 10:00:00"
    assert "UTC" in cells[0].number_format
    assert str(cells[-1].value) == "2026-06-10 10:00:00"


def test_a_cell_takes_so_many_characters_and_a_sheet_so_many_rows(monkeypatch):
    long = of_calls(replace(HOSTILE, title="x" * 40_000))
    assert len(sheet_rows(sheets(long)["calls"])[0]["title"].value) == 32_767
    monkeypatch.setattr(workbook, "ROWS", 0)
    with pytest.raises(UsageError, match="ask for less, or for csv"):
        made("xlsx", long)


# json


def test_json_has_the_records_of_the_listings(matches, calls, changes):
    record = json.loads(made("json", matches))
    assert (record["schema"], record["as_of"]) == (1, "2026-06-15")
    first = record["institutes"][0]
    assert first["institute"] == "calym"
    expected = [match_record(m, DAY) for m in matches.parts[0].matches]
    assert first["matches"] == json.loads(json.dumps(expected))
    assert json.loads(made("json", calls))["calls"] == [call_record(c, DAY) for c in calls.calls]
    found = json.loads(made("json", changes))["changes"]
    assert found[0]["seen_at"] == "2026-06-15T10:00:00+00:00"


# parquet


@pytest.mark.parametrize("thing", ["matches", "calls", "changes"])
def test_parquet_keeps_every_dtype(thing, request):
    content = request.getfixturevalue(thing)
    back = pd.read_parquet(io.BytesIO(made("parquet", content)))
    columns = {
        "matches": call_rows.MATCH_COLUMNS,
        "calls": call_rows.LISTED_COLUMNS,
        "changes": frames.CHANGE_COLUMNS,
    }[thing]
    wanted = {name: dtype.replace("datetime64[s", "datetime64[ms") for name, dtype in columns.items()}
    assert {name: str(dtype) for name, dtype in back.dtypes.items()} == wanted
    assert len(back) == len(content)
    if thing != "changes":
        assert back.set_index("call").loc[[BARE], ["budget_eur", "next_deadline"]].isna().all(axis=None)


def test_parquet_without_pyarrow(calls, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'matcher\[parquet\]'"):
        made("parquet", calls)


# ics


def test_a_calendar_of_every_deadline_once(matches, calls):
    events = list(Calendar.from_ical(made("ics", matches)).walk("VEVENT"))
    assert len({event["UID"] for event in events}) == len(events)
    photonic = next(event for event in events if PHOTONIC.casefold() in event["UID"])
    assert photonic.end.astimezone(UTC) == datetime(2027, 2, 10, 16, tzinfo=UTC)
    assert photonic["SEQUENCE"] > 0  # it moved, so that a calendar program takes it for the newer one
    assert BARE.casefold() not in str([event["UID"] for event in events])
    assert len(list(Calendar.from_ical(made("ics", calls)).walk("VEVENT"))) == len(calls) - 1


def test_no_line_of_a_calendar_is_the_call_s_own():
    data = made("ics", of_matches(HOSTILE))
    assert b"\r\nUID:evil" not in data
    assert b"\r\nX-EVIL" not in data
    [event] = Calendar.from_ical(data).walk("VEVENT")
    assert "URL" not in event


def test_a_calendar_holds_no_changes(changes):
    with pytest.raises(UsageError, match="export matches or calls"):
        made("ics", changes)


# atom


def valid(found) -> bool:
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and each entry must have."""
    for element in (found.feed, *found.entries):
        assert element.id.startswith("urn:uuid:")
        assert element.title
        assert datetime.fromisoformat(element.updated).tzinfo
        assert all(link.href.startswith("https://ec.europa.eu/") for link in element.links)
    assert found.version == "atom10"
    assert found.feed.author_detail.name
    assert all([link.rel for link in entry.links] == ["alternate"] and entry.summary for entry in found.entries)
    ids = [entry.id for entry in found.entries]
    assert len(set(ids)) == len(ids)
    return True


def test_a_feed_for_each_institute(matches):
    feeds = {part.parts[0].institute: parsed_feed(part) for part in matches.split()}
    assert set(feeds) == set(INSTITUTES)
    assert all(valid(found) for found in feeds.values())
    every = [found.feed.id for found in feeds.values()] + [e.id for found in feeds.values() for e in found.entries]
    assert len(set(every)) == len(every)
    first = feeds["cea-leti"].entries[0]
    assert first.title == "Silicon photonics for sensors"
    assert first.updated == "2026-06-15T10:00:00+00:00"  # the deadline moved on that day
    assert re.search(r"Fit [2-9][0-9] of 100", first.summary)
    for words in ("Deadline: 10 Feb 2027, 17:00 Brussels", "photonics", PHOTONIC):
        assert words in first.summary
    assert {e.updated for e in feeds["cea-leti"].entries if ODD in e.summary} == {"2026-06-10T10:00:00+00:00"}


@pytest.mark.parametrize("thing", ["calls", "changes"])
def test_feeds_of_calls_and_changes(thing, request):
    content = request.getfixturevalue(thing)
    found = parsed_feed(content)
    assert valid(found)
    assert len(found.entries) == len(content)


def test_what_a_feed_says_of_a_change(changes):
    moved = next(e for e in parsed_feed(changes).entries if e.title.startswith("Moved"))
    assert moved.title == "Moved: Silicon photonics for sensors"
    assert "31 December 2026 → 10 February 2027" in moved.summary.replace("\xa0", " ")


def test_an_entry_keeps_its_id(app, matches):
    """From one day to the next, in whatever place, whatever the call says by then."""

    def ids(content: Content) -> dict[str, str]:
        [part] = content.parts
        entries = parsed_feed(contents.with_history(app, content)).entries
        return {m.call.identifier: e.id for m, e in zip(part.matches, entries, strict=True)}

    today = ids(contents.matches(app, ["mines"], Question(min_fit=0, as_of=DAY)))
    later = ids(contents.matches(app, ["mines"], Question(top=5, min_fit=0, as_of=DAY + timedelta(days=9))))
    assert later.items() <= today.items()
    assert len(later) == 5
    assert atom.urn("match", "mines", PHOTONIC.casefold()) == "urn:uuid:80a64bea-a69b-5c62-8bbe-7420703cc2ee"


def test_the_same_export_is_the_same_file(matches, changes):
    for content in (*matches.split(), changes):
        assert made("atom", content) == made("atom", content)


def test_a_feed_shows_hostile_text_as_text():
    [entry] = parsed_feed(of_matches(HOSTILE, replace(HOSTILE, identifier="2"))).entries[:1]
    assert entry.title == '@SUM(A1) UID:evil <b>"bold"</b> & ]]>'
    assert entry.link == atom.PORTAL
    raw = made("atom", of_matches(HOSTILE)).decode()
    assert "<b>" not in raw
    assert "evil.example" not in raw


def test_a_change_of_a_call_that_is_not_known_any_more():
    lost = Change("GONE-1", "call", "withdrawn", None, None, NOW)
    content = Content(Thing.CHANGES, DAY, NOW, None, (Portion(None, "Carnot Europe", changes=(lost, lost)),))
    found = parsed_feed(content)
    assert valid(found)
    assert [e.title for e in found.entries] == ["Withdrawn: GONE-1"]


# every format


def test_half_a_character_stops_no_format():
    for name in FORMATS:
        assert made(name, of_matches(replace(HOSTILE, title=HALF)))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_an_empty_file_that_is_valid(name):
    data = made(name, of_calls())
    readers = {
        "csv": lambda: csv.reader(data.decode().splitlines()),
        "xlsx": lambda: sheet_rows(openpyxl.load_workbook(io.BytesIO(data))["calls"]),
        "json": lambda: json.loads(data)["calls"],
        "parquet": lambda: pd.read_parquet(io.BytesIO(data)).index,
        "ics": lambda: Calendar.from_ical(data).walk("VEVENT"),
        "atom": lambda: feedparser.parse(data).entries,
    }
    rows = list(readers[name]())
    assert rows == ([list(call_rows.LISTED_COLUMNS)] if name == "csv" else [])
    if name == "atom":
        assert valid(parsed_feed(of_calls()))


@pytest.mark.parametrize("name", FORMATS)
def test_the_sample_is_labelled_in_every_format(name):
    note = "Packaged sample, not the live portal."
    data = made(name, of_calls(HOSTILE, sample=note))
    if name == "xlsx":
        about = {
            r["about"].value: r["value"].value for r in sheet_rows(sheets(of_calls(HOSTILE, sample=note))["about"])
        }
        assert about["sample"] == note
    elif name == "parquet":
        assert pd.read_parquet(io.BytesIO(data))["sample"].tolist() == [note]
    else:
        assert b"ackaged sample" in data
