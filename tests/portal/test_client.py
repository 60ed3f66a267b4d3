from __future__ import annotations

import ssl
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import trustme

from matcher.config.setting_sections import PortalSettings
from matcher.errors import PortalError, PortalUnreachable
from matcher.http import LONGEST_PAUSE, Pace, RequestFailedError
from matcher.portal import bulk
from matcher.portal.client import Portal
from matcher.portal.search import Query
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import listing
from tests.helpers.portal.server import LocalPortal


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def test_the_pace_keeps_requests_apart_start_to_start():
    time = Time()
    pace = Pace(2.0, sleep=time.sleep, clock=time.clock)
    starts = []
    for work in (0.0, 0.1, 0.7, 0.0):
        pace.wait()
        starts.append(time.now)
        time.now += work
    assert starts == pytest.approx([100.0, 100.5, 101.0, 101.7])
    assert time.slept == pytest.approx([0.5, 0.4])


def test_a_slow_moment_is_not_made_up_for_by_a_burst():
    time = Time()
    pace = Pace(1.0, sleep=time.sleep, clock=time.clock)
    pace.wait()
    time.now += 60
    for _ in range(3):
        pace.wait()
    assert time.slept == pytest.approx([1.0, 1.0])


def test_every_request_waits_its_turn_tries_again_included(serve, connect):
    pauses = []
    client = connect(serve(listing(250), faults=Faults(at={2: Fault.HTML})), rate=0.001, pauses=pauses)
    found = client.listing(Query())
    assert found.requests == 4
    assert sum(pause > 900 for pause in pauses) == 3


@pytest.mark.parametrize(("header", "pause"), [("7", 7.0), ("100000", LONGEST_PAUSE), ("soon", 0.25)])
def test_retry_after_is_honoured_within_reason(serve, connect, header, pause):
    pauses = []
    portal = serve(listing(5), faults=Faults(at={1: Fault.TOO_MANY}), retry_after=header)
    assert connect(portal, backoff=0.25, rate=1e6, pauses=pauses).listing(Query()).retries == 1
    assert max(pauses) == pytest.approx(pause)


def test_retry_after_may_be_a_date(serve, connect):
    pauses = []
    faults = Faults(at={1: Fault.TOO_MANY})
    portal = serve(listing(5), faults=faults, retry_after="Wed, 01 Jan 2098 00:00:00 GMT")
    portal.clock = lambda: datetime(2026, 6, 15, tzinfo=UTC)
    connect(portal, pauses=pauses).listing(Query())
    assert max(pauses) == LONGEST_PAUSE


def test_pauses_double(serve, connect):
    pauses = []
    portal = serve([], faults=Faults(always=Fault.BAD_GATEWAY))
    client = connect(portal, attempts=4, backoff=1.0, rate=1e6, pauses=pauses)
    with pytest.raises(RequestFailedError, match="no usable answer in 4 tries: HTTP 502"):
        client.details("X")
    assert [pause for pause in pauses if pause > 0.5] == [1.0, 2.0, 4.0]


def test_a_redirect_to_elsewhere_is_not_followed(serve, connect):
    other = serve(listing(5))
    portal = serve(listing(5))
    portal.redirect = f"{other.url}/search?text=1"
    with pytest.raises(PortalUnreachable, match="redirects to http://127"):
        connect(portal).listing(Query())
    assert other.requests == []


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.HEAD_DRIP])
def test_an_answer_that_drips_is_given_up(serve, connect, fault):
    # every byte comes well within the time-out, so only the limit on the whole answer can end it
    client = connect(serve([], faults=Faults(always=fault)), attempts=1, timeout=0.2)
    with pytest.raises(RequestFailedError, match="no answer in time"):
        client.details("X")


def test_a_fetch_has_a_bound_in_requests(serve, connect):
    portal = serve(listing(900))
    found = connect(portal, max_requests=3).listing(Query())
    assert (found.distinct, found.complete, len(portal.requests)) == (300, False, 3)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(
        "The fetch was ended, as 3 requests were sent (portal.max_requests), in the list"
    )


def test_a_fetch_has_a_bound_in_hours(serve):
    time, portal = Time(), serve(listing(900))
    settings = PortalSettings(url=portal.url, data_url=portal.data_url, rate=1 / 1200, max_hours=1)
    with Portal(settings, sleep=time.sleep, clock=time.clock) as client:
        found = client.listing(Query())
        assert (found.distinct, found.complete) == (400, False)
        assert "The fetch was ended, as 1 hours are over (portal.max_hours), in the listing" in found.problems[0]
        with pytest.raises(RequestFailedError, match="max_hours"):  # what follows shares it
            client.details("X")


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.HEAD_DRIP])
def test_an_archive_that_drips_is_given_up_within_the_same_hours(serve, connect, fault):
    portal = serve([], faults=Faults(always=fault))
    client = connect(portal, attempts=1, timeout=0.3, max_hours=0.6 / 3600)
    with pytest.raises(PortalError, match=r"no answer in time|broke off"):
        list(client.open_bulk(f"{portal.data_url}/any.json"))


def test_a_redirect_in_a_circle_ends(serve, connect):
    portal = serve(listing(5))
    portal.redirect = "/search-api/prod/rest/search?text=1"
    with pytest.raises(PortalUnreachable, match="circle"):
        connect(portal).listing(Query())
    assert 0 < len(portal.requests) <= 10


def test_a_refused_request_is_not_repeated(serve, connect):
    portal = serve(listing(5))
    portal.index.page = None  # never reached: the query is refused before
    client = connect(portal)
    with pytest.raises(RequestFailedError, match="HTTP 404"):
        client.open_bulk(f"{portal.data_url}/missing.json")
    assert len(portal.requests) == 1


def test_an_answer_that_inflates_without_end_is_given_up(serve, connect, monkeypatch):
    """What counts is what comes out of the compression, not the five kilobytes that came over the line."""
    monkeypatch.setattr(bulk, "_FILE_LIMIT", 1_000_000)
    portal = serve([], faults=Faults(always=Fault.INFLATED))
    client = connect(portal)
    monkeypatch.setattr(client._client, "_longest", 1_000_000)
    with pytest.raises(RequestFailedError, match="longer than any real one"):
        client.details("X")
    assert len(portal.requests) == 1  # it is not asked for again
    archive = client.open_bulk(f"{portal.data_url}/any.json")
    with archive, pytest.raises(PortalError, match="longer than any real archive"):
        list(archive)


def test_a_certificate_that_nobody_vouches_for_ends_it(connect):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    portal = LocalPortal(listing(5))
    portal._server.socket = context.wrap_socket(portal._server.socket, server_side=True)
    with portal:
        secure = SimpleNamespace(url=portal.url.replace("http:", "https:"), data_url=portal.data_url)
        with pytest.raises(PortalUnreachable, match="no secure connection"):
            connect(secure, attempts=1).listing(Query())
    assert portal.requests == []


@pytest.mark.parametrize(("year", "believed"), [(2100, False), (1, False), (2026, True)])
def test_a_date_of_another_century_says_nothing_of_this_clock(serve, connect, year, believed):
    portal = serve(listing(1), clock=lambda: datetime(year, 6, 15, 12, tzinfo=UTC))
    with connect(portal) as client:
        client.count(Query())
        assert (client.clock_ahead(datetime(2026, 6, 15, 12, tzinfo=UTC)) is not None) is believed
