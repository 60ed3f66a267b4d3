from __future__ import annotations

import random
from itertools import count

import pytest

from matcher.config.addresses import address_mistake
from matcher.errors import PortalError, PortalUnreachable, UsageError
from matcher.model.call import Kind
from matcher.portal import listing as reading
from matcher.portal import splitting
from matcher.portal.search import PAGE_SIZE, WINDOW, Query
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.portal import index
from tests.helpers.portal.failures import EVERY_FAULT, Fault, Faults
from tests.helpers.portal.rows import CLOSED, DIGITAL, LIFE, OPEN, cascade, external, listing, small, topic

ALL_KINDS = Query(kinds=(Kind.TOPIC, Kind.EXTERNAL))


def names(found):
    return [row.call.identifier for row in found.rows]


def identifiers(rows):
    return sorted((row["metadata"]["identifier"][0] for row in rows), key=str.casefold)


def test_a_listing_brings_every_call_once(serve, connect):
    rows = listing(250)
    portal = serve(rows)
    seen = []
    found = connect(portal).listing(Query(), lambda done, total: seen.append((done, total)))
    assert names(found) == identifiers(rows)
    assert (found.seen, found.distinct, found.counted, found.requests, found.retries) == (250, 250, 250, 3, 0)
    assert (found.passes, found.complete, found.problems) == (1, True, ())
    assert seen == [(100, 250), (200, 250), (250, 250)]


def test_what_is_asked(serve, connect):
    portal = serve([topic(1), topic(2, frameworkProgramme=[DIGITAL]), topic(3, status=[CLOSED]), external(4)])
    client = connect(portal)
    assert len(client.listing(Query()).rows) == 2
    assert len(client.listing(Query(programmes=("digital", "LIFE"))).rows) == 1
    assert len(client.listing(Query(full=True)).rows) == 3
    assert len(client.listing(ALL_KINDS).rows) == 3
    method, path, parts = portal.requests[1]
    assert method == "POST"
    assert "apiKey=SEDIA" in path
    assert parts == {
        "query": {
            "bool": {
                "must": [
                    {"terms": {"type": ["1"]}},
                    {"terms": {"status": ["31094501", "31094502"]}},
                    {"terms": {"frameworkProgramme": [DIGITAL, LIFE, "31107710"]}},
                ]
            }
        },
        "languages": ["en"],
        "sort": {"field": "identifier", "order": "ASC"},
    }
    assert portal.headers[0]["User-Agent"].startswith("matcher/")


def test_an_unknown_programme_is_a_mistake_of_the_user(serve, connect):
    with pytest.raises(UsageError, match="HORIZONT"):
        connect(serve([])).listing(Query(programmes=("HORIZONT",)))


def test_plain_http_is_for_this_machine_only():
    assert "expected https" in str(address_mistake("http://portal.example.org/rest"))
    assert "expected an https address" in str(address_mistake("ftp://x"))
    assert address_mistake("http://localhost:8000/rest") is None
    assert address_mistake("http://[::1]/data") is None


@has_a_long_form
@pytest.mark.parametrize("seed", range(either(short=2, long=10)))
def test_the_recorded_listing_is_complete_whatever_the_order_and_the_failures(serve, connect, recorded, seed):
    """Every failure comes in one of the first orders, at every second request, and others by chance."""
    shares = either(short=2, long=5)
    certain = dict(zip(count(1, 2), EVERY_FAULT[seed % shares :: shares], strict=False))
    portal = serve(recorded, seed=seed, faults=Faults(0.2, seed=seed, at=certain), retry_after="1")
    found = connect(portal, attempts=8, timeout=0.25).listing(ALL_KINDS)
    assert names(found) == identifiers(recorded)
    assert (found.distinct, found.counted, found.complete, found.problems) == (592, 592, True, ())
    assert found.requests == 6 + found.retries
    assert found.retries >= 2


@pytest.mark.parametrize("fault", EVERY_FAULT)
def test_each_failure_is_tried_again(serve, connect, fault):
    rows = listing(150)
    portal = serve(rows, faults=Faults(at={1: fault, 3: fault}))
    found = connect(portal, timeout=0.25).listing(Query())
    assert names(found) == identifiers(rows)
    assert found.complete
    assert found.requests == 2 + found.retries
    assert found.retries >= 2


@has_a_long_form
@pytest.mark.parametrize("seed", range(either(short=2, long=10)))
def test_rows_that_share_an_identifier_are_found_although_their_order_is_unstable(serve, connect, seed):
    # copies of one call stand together in the order, and which of them a page border cuts off is drawn anew each time
    rows = [row for number in range(80) for row in copies(number)]
    random.Random(seed).shuffle(rows)
    found = connect(serve(rows, seed=seed), max_passes=12).listing(Query())
    assert (found.distinct, found.complete, found.problems) == (240, True, ())
    assert len(found.rows) == 80
    assert found.stale_copies == 160
    assert {row.ingested.year for row in found.rows} == {2026}


def copies(number):
    fresh = topic(number)
    stale = topic(number, datasource="SEDIA_PRD_CENTRICITY", esDA_IngestDate=["2023-04-13T00:23:15.964+0200"])
    old = topic(number, esDA_IngestDate=["2022-04-13T00:23:15.964+0200"]) | {"url": "https://ec.europa.eu/old.json"}
    return [fresh, stale, old]


def test_rows_twice_in_the_index_explain_a_shortfall(serve, connect):
    rows = listing(150)
    twice = [dict(row) for row in rows[:3]]
    found = connect(serve([*rows, *twice])).listing(Query())
    assert (found.counted, found.distinct, found.complete, found.problems) == (153, 150, True, ())
    assert found.passes == 2


@has_a_long_form
@pytest.mark.parametrize("seed", range(either(short=2, long=10)))
def test_rows_that_an_unstable_order_lost_are_never_explained_away(serve, connect, seed):
    portal = serve(listing(300), seed=seed)
    honest = portal.index.page
    portal.index.page = lambda query, languages, _sort, *place: honest(query, languages, None, *place)
    found = connect(portal, max_passes=1 + seed % 4).listing(Query())
    assert found.complete == (found.distinct == 300)
    assert found.complete or "counts 300 rows" in found.problems[0]


def test_a_shortfall_that_stays_is_reported(serve, connect):
    portal = serve(listing(150))
    honest = portal.index.page
    portal.index.page = lambda *asked: (honest(*asked)[0] + 5, honest(*asked)[1])
    found = connect(portal).listing(Query())
    assert (found.counted, found.distinct, found.passes, found.complete) == (155, 150, 4, False)
    assert "counts 155 rows" in found.problems[0]


@pytest.mark.parametrize("claimed", [0, 60, 100, 200, 249])
def test_more_rows_than_are_counted_are_told_and_read_on(serve, connect, claimed):
    rows = listing(250)
    portal = serve(rows)
    portal.index.claimed = claimed
    found = connect(portal).listing(Query())
    assert names(found) == identifiers(rows)
    assert (found.counted, found.complete) == (claimed, False)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"The portal counts {claimed} rows in the listing, but sends more: 250 ")


def test_a_full_last_page_is_looked_behind(serve, connect):
    portal = serve(listing(200))
    found = connect(portal).listing(Query())
    assert (found.distinct, found.requests, found.complete, found.problems) == (200, 3, True, ())


def test_a_portal_that_counts_the_same_whatever_is_asked_is_told_at_once(serve, connect):
    portal = serve([*listing(150), *(topic(n, frameworkProgramme=[DIGITAL]) for n in range(200, 350))])
    portal.index.claimed = 400_000
    found = connect(portal).listing(Query())
    assert not found.complete
    assert len(found.problems) == 1
    assert "it ignores part of what is asked, and nothing more is read" in found.problems[0]
    assert found.requests <= 6


def test_language_copies_give_way_and_a_call_in_another_language_only_is_kept(serve, connect):
    rows = [topic(1), topic(1, language="fr"), topic(1, language="de"), topic(2, language="fr")]
    portal = serve(rows)
    portal.index.filtered = lambda *_: rows  # a portal that does not honour `languages`
    found = connect(portal).listing(Query())
    assert [(row.call.identifier[-2:], row.language) for row in found.rows] == [("01", "en"), ("02", "fr")]
    assert (found.language_copies, found.stale_copies) == (2, 0)


def test_a_bad_page_is_reported_and_the_rest_is_kept(serve, connect):
    rows = listing(350)
    found = connect(serve(rows, faults=Faults(pages={2: Fault.ERROR})), attempts=2).listing(Query())
    assert names(found) == identifiers(rows)[:100] + identifiers(rows)[200:]
    assert not found.complete
    assert len(found.problems) == 1
    assert found.problems[0].startswith("Page 2 of the listing stayed bad")
    assert "HTTP 500" in found.problems[0]


def test_a_bad_first_page_does_not_lose_the_others(serve, connect):
    found = connect(serve(listing(350), faults=Faults(pages={1: Fault.HTML})), attempts=2).listing(Query())
    assert found.distinct == 250
    assert found.problems[0].startswith("Page 1 of the listing stayed bad")


def test_a_page_that_is_bad_for_a_while_is_fetched_in_the_next_pass(serve, connect):
    portal = serve(listing(350), faults=Faults(at={2: Fault.RESET, 3: Fault.RESET}))
    found = connect(portal, attempts=2).listing(Query())
    assert (found.distinct, found.passes, found.complete, found.problems) == (350, 2, True, ())
    assert found.requests == 6


def test_a_portal_that_stops_answering_is_not_asked_for_every_page(serve, connect):
    portal = serve(listing(2000), faults=Faults(at=dict.fromkeys(range(3, 500), Fault.UNAVAILABLE)))
    found = connect(portal, attempts=2).listing(Query())
    assert found.distinct == 200
    assert not found.complete
    assert found.requests == 2 + 3 * 2
    assert any("stopped answering" in problem for problem in found.problems)


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.HTML, Fault.NO_ANSWER])
def test_a_portal_without_a_usable_answer_is_unreachable(serve, connect, fault):
    portal = serve(listing(5), faults=Faults(always=fault))
    with pytest.raises(PortalUnreachable, match="could not be reached") as caught:
        connect(portal, attempts=2, timeout=0.1).listing(Query())
    assert caught.value.exit_code == 4


def test_a_portal_that_is_not_there_is_unreachable(serve, connect):
    portal = serve([])
    portal.close()
    with pytest.raises(PortalUnreachable, match="no connection"):
        connect(portal, attempts=2).listing(Query())


@has_a_long_form
def test_more_rows_than_the_portal_shows_are_split(serve, connect, monkeypatch):
    """It shows ten thousand; in the short form both sides take it to show a thousand."""
    shown = either(short=1_000, long=WINDOW)
    for module in (reading, splitting, index):
        monkeypatch.setattr(module, "WINDOW", shown)
    monkeypatch.setattr(reading, "LAST_PAGE", shown // PAGE_SIZE)
    rows = [small(n, start=f"2026-{1 + n % 12:02d}-{1 + n % 28:02d}T00:00:00.000+0000") for n in range(shown + 400)]
    rows += [small(n, programme=DIGITAL, start="2026-05-01T00:00:00.000+0000") for n in range(20_000, 20_150)]
    rows += [small(n) for n in range(30_000, 30_120)]  # without a date
    rows.append(small(40_000, start="2026-05-01T00:00:00.000+0000"))
    rows[-1]["metadata"]["frameworkProgramme"] = []  # without a programme
    portal = serve(rows)
    found = connect(portal).listing(Query())
    assert (found.distinct, found.counted) == (len(rows), len(rows))
    assert found.complete
    assert found.problems == ()
    assert len(found.rows) == len(rows)


def test_an_unknown_status_is_an_alarm_that_names_the_field(serve, connect):
    rows = listing(30)
    portal = serve([*rows, topic(31, status=["31094577"])])
    found = connect(portal).listing(Query(full=True))
    assert len(found.rows) == 31
    assert found.problems == (
        "Unknown code 31094577 in field `status` of 1 row: the portal may have changed its statuses.",
    )
    quiet = connect(serve([*rows, topic(31, status=["310945031"])])).listing(Query(full=True))
    assert quiet.problems == ()


@pytest.mark.parametrize("field", ["frameworkProgramme", "DATASOURCE", "descriptionByte", "budgetOverview"])
def test_a_field_that_is_gone_is_an_alarm_that_names_it(serve, connect, field):
    found = connect(serve(listing(30, **{field: None}))).listing(Query())
    assert len(found.rows) == 30
    assert any(f"`{field}`" in problem for problem in found.problems)


def test_deadlines_that_are_no_dates_are_counted_and_told(serve, connect):
    rows = [*listing(30), topic(40, deadlineDate=["2026-13-45"]), topic(41, deadlineDate=["soon"])]
    found = connect(serve(rows)).listing(Query())
    assert found.complete
    assert len(found.problems) == 1
    assert found.problems[0].startswith(
        "Deadlines of 2 calls cannot be read as dates (HORIZON-TEST-2027-0004-00 “2026-"
    )


def test_many_rows_set_aside_are_an_alarm_and_few_are_not(serve, connect):
    few = connect(serve([*listing(97), *(topic(n, title=None) for n in (200, 201, 202))])).listing(Query())
    assert (len(few.rows), len(few.set_aside), few.problems) == (97, 3, ())
    many = connect(serve([*listing(96), *(topic(n, title=None) for n in range(200, 204))])).listing(Query())
    assert "4 of 100 rows (4 %) were set aside, 4 of them because: no `title`." in many.problems
    assert "Field `title` is missing in 4 of 100 rows: the portal may have renamed it." in many.problems


def test_an_empty_listing_is_an_alarm_unless_a_programme_was_asked_for(serve, connect):
    client = connect(serve([topic(1)]))
    assert client.listing(Query(programmes=("LIFE",))).complete
    empty = connect(serve([])).listing(Query())
    assert not empty.complete
    assert "no calls at all" in empty.problems[0]


def test_lookup_reads_on_behind_what_is_counted_and_notices_that_it_is_ignored(serve, connect):
    rows = [topic(1) | {"url": f"https://ec.europa.eu/{number}"} for number in range(150)]
    rows[-1]["metadata"] = topic(1, esDA_IngestDate=["2026-06-30T09:00:00.000+0200"])["metadata"]
    portal = serve(rows)
    portal.index.claimed = 60
    (found,) = connect(portal).lookup([rows[0]["metadata"]["identifier"][0]])
    assert found.ingested.day == 30
    portal.index.claimed = 400_000
    with pytest.raises(PortalError, match="ignores what is asked"):
        connect(portal).lookup(["NONE"])


def test_lookup_finds_calls_whatever_their_status(serve, connect):
    parent = topic(3)["metadata"]["identifier"][0]
    rows = [topic(1, status=[CLOSED]), topic(2, status=[OPEN]), topic(3), cascade(8, parent), external(99), *copies(50)]
    client = connect(serve(rows))
    wanted = [topic(1)["metadata"]["identifier"][0], f"{parent}/8COMPETITIVE_CALL", "EuropeAid/99/DD/ACT/XX", "NONE"]
    found = {row.call.identifier: row for row in client.lookup([*wanted, topic(50)["metadata"]["identifier"][0]])}
    assert set(found) == {*wanted[:3], topic(50)["metadata"]["identifier"][0]}
    assert found[topic(50)["metadata"]["identifier"][0]].ingested.year == 2026
