"""Whole answers of the portal: pages of the search API, its facets, topicDetails; a gzip body is read bounded."""

from __future__ import annotations

import io
import json
import zlib

import urllib3
from hypothesis import strategies as st

from matcher.http import READ_ERRORS, Body, BodyTooLongError, _checked, _TransientError
from matcher.model.call import Section
from matcher.portal.client import parse_details
from matcher.portal.parsing import parse_rows
from matcher.portal.search import SearchPage, _counts, _page
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, short
from tests.helpers.fuzz.mutations import bytes_like, changed, changes, dumped
from tests.helpers.portal.rows import description, topic

PAGE = {"apiVersion": "2", "totalResults": 2, "pageNumber": 1, "results": [topic(1), topic(2)]}
FACETS = {"facets": [{"name": "status", "rawName": "status", "values": [{"rawValue": "31094501", "count": 4}]}]}
DETAILS = {"TopicDetails": {"description": description(1), "actions": [], "budgetOverviewJSONItem": {}}}


def like(tree):
    valid = json.dumps(tree).encode()
    return st.builds(lambda edits: dumped(changed(tree, edits)).encode(), changes) | bytes_like(valid)


def answered(body, check):
    try:
        return _checked(body, check)
    except _TransientError as error:
        short(error, 200)
        return None


def check_page(body):
    page = answered(body, _page)
    if page is not None:
        assert isinstance(page, SearchPage)
        parse_rows(page.rows)


def check_facets(body):
    counts = answered(body, lambda answer: _counts(answer, "status"))
    assert counts is None or all(isinstance(n, int) for n in counts.values())


def check_details(body):
    found = answered(body, parse_details)
    assert found is None or all(isinstance(section, Section) for section in found)


LIMIT = 2_000_000


def check_body(body):
    raw = urllib3.HTTPResponse(io.BytesIO(body), headers={"Content-Encoding": "gzip"}, preload_content=False)
    response = type("Response", (), {"raw": raw})()
    try:
        read = Body(response, LIMIT).read_all()
    except (*READ_ERRORS, BodyTooLongError):
        return
    assert len(read) <= LIMIT


def gzipped(data, times):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(data) for _ in range(times)), packer.flush()])


BOMB = gzipped(bytes(1_000_000), 50)
PAGES = Target("search pages", like(PAGE), check_page)
COUNTS = Target("search facets", like(FACETS), check_facets)
TOPIC_DETAILS = Target("topicDetails", like(DETAILS), check_details)
GZIP = Target("gzip bodies", bytes_like(BOMB, gzipped(b"{}", 1), gzipped(BOMB, 1)), check_body)


@has_a_long_form
def test_pages():
    PAGES.run()


@has_a_long_form
def test_facets():
    COUNTS.run()


@has_a_long_form
def test_topic_details():
    TOPIC_DETAILS.run()


@has_a_long_form
def test_gzip_bodies():
    GZIP.run()
