from __future__ import annotations

import json
import tracemalloc
from datetime import date

import pytest

from matcher.errors import PortalError, UsageError
from matcher.model.call import Action, Deadline, Kind, Source, Status
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal.bulk import parse_item
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import bulk_item, bulk_json


def archive(portal):
    return f"{portal.data_url}/referenceData/grantsTenders.json"


def test_an_item_becomes_a_call():
    parsed = parse_item(bulk_item(1))
    found = parsed.call
    assert parsed.key == "grantsTenders|40000001|H2020-TEST-00001"
    assert (found.identifier, found.title) == ("H2020-TEST-00001", "Archived topic 1")
    assert (found.programme, found.call_id, found.kind) == ("H2020", "H2020-TEST", Kind.TOPIC)
    assert (found.source, found.status) == (Source.BULK, Status.CLOSED)
    assert found.opening == date(2017, 11, 7)
    assert found.deadlines == (Deadline(date(2018, 3, 20), 1, "single-stage"),)
    assert found.actions == (Action("RIA", "Research and Innovation action"),)
    assert found.keywords == ("Heat pumps",)
    assert (found.budget_eur, found.sections, found.ingested) == (None, (), None)


@pytest.mark.parametrize(
    "typed", ["H2020 -TEST-00001", "H2020\N{EN DASH}TEST-00001", "H2020-TEST\N{NON-BREAKING HYPHEN}00001 "]
)
def test_an_identifier_is_read_as_the_listing_reads_it(typed):
    assert parse_item(bulk_item(1, identifier=typed)).call.identifier == "H2020-TEST-00001"


def test_deadlines_in_words_serve_where_the_numbers_are_missing():
    found = parse_item(bulk_item(1, deadlineDatesLong=[], plannedOpeningDateLong=None)).call
    assert [d.date for d in found.deadlines] == [date(2018, 3, 20)]
    assert found.opening is None


def test_an_unknown_programme_keeps_what_the_file_calls_it():
    item = bulk_item(1, frameworkProgramme={"id": 99, "abbreviation": "NEWPROG"})
    assert parse_item(item).call.programme == "NEWPROG"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (7, "the item is not an object"),
        (bulk_item(1, title=""), "no `title`"),
        (bulk_item(1, type=6), "`type` '6' is not a grant call"),
    ],
)
def test_a_bad_item_is_set_aside_with_the_reason(item, reason):
    found = parse_item(item)
    assert isinstance(found, SetAside)
    assert found.reason == reason


def test_a_file_is_read_item_by_item_without_tenders_and_repeats(connect, serve, tmp_path):
    items = [bulk_item(1), bulk_item(1), bulk_item(2, type=0), bulk_item(3, title=None), "nonsense", bulk_item(4)]
    path = tmp_path / "grantsTenders.json"
    path.write_bytes(bulk_json(items))
    with connect(serve([])).open_bulk(str(path)) as file:
        found = list(file)
    assert [row.call.identifier for row in found if isinstance(row, ParsedRow)] == [
        "H2020-TEST-00001",
        "H2020-TEST-00004",
    ]
    assert [row.reason for row in found if isinstance(row, SetAside)] == ["no `title`", "the item is not an object"]


def test_an_unchanged_file_is_not_read_again(connect, serve, tmp_path):
    path = tmp_path / "grantsTenders.json"
    path.write_bytes(bulk_json([bulk_item(1)]))
    client = connect(serve([]))
    with client.open_bulk(str(path)) as file:
        etag = file.etag
    assert client.open_bulk(str(path), etag) is None
    path.write_bytes(bulk_json([bulk_item(1), bulk_item(2)]))
    with client.open_bulk(str(path), etag) as file:
        assert len(list(file)) == 2


def test_an_unchanged_archive_is_not_fetched_again(connect, serve):
    portal = serve([], archive=bulk_json([bulk_item(n) for n in range(20)]))
    client = connect(portal)
    with client.open_bulk(archive(portal)) as file:
        assert len(list(file)) == 20
        etag = file.etag
    assert client.open_bulk(archive(portal), etag) is None
    portal.archive = bulk_json([bulk_item(99)])
    with client.open_bulk(archive(portal), etag) as file:
        assert [row.call.identifier for row in file] == ["H2020-TEST-00099"]


def test_the_request_for_an_archive_is_tried_again(connect, serve):
    portal = serve([], archive=bulk_json([bulk_item(1)]), faults=Faults(at={1: Fault.UNAVAILABLE, 2: Fault.RESET}))
    with connect(portal).open_bulk(archive(portal)) as file:
        assert len(list(file)) == 1


def test_what_came_before_an_archive_breaks_off_stands(connect, serve, tmp_path):
    path = tmp_path / "broken.json"
    path.write_bytes(bulk_json([bulk_item(n) for n in range(500)])[:-100])
    found = []
    with connect(serve([])).open_bulk(str(path)) as file, pytest.raises(PortalError, match=r"after 499 items"):
        found.extend(file)
    assert len(found) == 499


def test_an_archive_that_breaks_off_on_the_way_is_an_error(connect, serve):
    portal = serve([], faults=Faults(always=Fault.TRUNCATED), archive=b"{}")
    with connect(portal).open_bulk(archive(portal)) as file, pytest.raises(PortalError, match="broke off"):
        list(file)


def test_another_json_file_is_no_archive(connect, serve, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"calls": []}))
    with connect(serve([])).open_bulk(str(path)) as file, pytest.raises(PortalError, match="holds no items"):
        list(file)
    path.write_text("<html>")
    with connect(serve([])).open_bulk(str(path)) as file, pytest.raises(PortalError, match="not the portal's archive"):
        list(file)


@pytest.mark.parametrize("source", ["missing.json", "ftp://example.org/x.json", "http://example.org/x.json"])
def test_a_source_that_cannot_be_read_is_a_mistake_of_the_user(connect, serve, source):
    with pytest.raises(UsageError):
        connect(serve([])).open_bulk(source)


@has_a_long_form
def test_memory_does_not_grow_with_the_archive(connect, serve, tmp_path):
    # 130 MB may take 200 MB; this file takes a small part of its own size, because one item is held at a time
    items = either(short=1500, long=3000)
    path = tmp_path / "grantsTenders.json"
    padding = "x" * 10_000
    with path.open("wb") as out:
        out.write(b'{"fundingData":{"GrantTenderObj":[')
        for number in range(items):
            out.write((b"," if number else b"") + json.dumps(bulk_item(number, description=padding)).encode())
        out.write(b"]}}")
    assert path.stat().st_size > 10_000 * items
    with connect(serve([])).open_bulk(str(path)) as file:
        tracemalloc.start()
        count = sum(isinstance(row, ParsedRow) for row in file)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == items
    assert peak < 5_000_000


@pytest.mark.parametrize("end", [b"", b"]" * 20_000 + b"}]}}"], ids=["broken off", "well-formed"])
def test_a_file_nested_without_end_is_refused_before_it_is_built(connect, serve, tmp_path, end):
    path = tmp_path / "nested.json"
    path.write_bytes(b'{"fundingData":{"GrantTenderObj":[{"a":' + b"[" * 20_000 + end)
    with connect(serve([])).open_bulk(str(path)) as file, pytest.raises(PortalError, match="lists within one another"):
        list(file)


@pytest.mark.parametrize(
    "number", ["9" * 5_000, "-" + "9" * 5_000, "1" * 19, "1e400", "1e99999999999999999999", "1." + "9" * 5_000]
)
def test_a_number_that_nothing_can_hold_costs_no_other_item(connect, serve, tmp_path, number):
    """Nor its own item, where the number says nothing that a call needs."""
    items = bulk_json([bulk_item(1), bulk_item(2, ccm2Id="@"), bulk_item(3, title="@"), bulk_item(4)])
    path = tmp_path / "grantsTenders.json"
    path.write_bytes(items.replace(b'"@"', number.encode()))
    with connect(serve([])).open_bulk(str(path)) as file:
        found = list(file)
    assert [row.call.identifier[-1] for row in found if isinstance(row, ParsedRow)] == ["1", "2", "4"]
    assert [row.reason for row in found if isinstance(row, SetAside)] == ["no `title`"]


def test_digits_in_a_title_are_no_number(connect, serve, tmp_path):
    title = 'Grant \\" 1234567890123456789012345 \\\\'
    path = tmp_path / "grantsTenders.json"
    path.write_bytes(bulk_json([bulk_item(1, title=title, ccm2Id=10**30)]))
    with connect(serve([])).open_bulk(str(path)) as file:
        (row,) = file
    assert row.call.title == title
