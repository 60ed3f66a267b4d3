"""The local portal itself: it must have the quirks that the tests rely on (PROTOCOL.md)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import requests

from tests.helpers.paths import ROOT
from tests.helpers.portal.rows import CLOSED, DIGITAL, bulk_item, bulk_json, external, listing, topic

JSON = "application/json"


def post(portal, *, path="/search", parts=None, content_type=JSON, **params):
    asked = {"apiKey": "SEDIA", "text": "***", "pageSize": "100", "pageNumber": "1"} | params
    chosen = {"languages": ["en"]} if parts is None else parts
    files = {name: ("blob", json.dumps(value), content_type) for name, value in chosen.items()}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(portal.url + path, params={k: v for k, v in asked.items() if v}, files=files, timeout=5)


def get(url, **headers):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=5)


def found(response):
    return [row["reference"] for row in response.json()["results"]]


def must(*clauses, **others):
    return {"query": {"bool": {"must": list(clauses), **others}}, "languages": ["en"]}


def test_what_is_refused(serve):
    portal = serve(listing(3))
    refused = post(portal, content_type="text/plain")
    assert (refused.status_code, refused.json()) == (500, {"type": "throwable"})
    assert post(portal, text="").status_code == 400
    assert get(f"{portal.url}/search").status_code == 405
    for word in ("wildcard", "match"):
        answer = post(portal, parts=must({word: {"identifier": "H*"}}))
        assert (answer.status_code, answer.json()["type"]) == (400, "businessError")
    assert post(portal, path="/facet", parts={"sort": {}}).status_code == 500


def test_a_query_in_the_address_is_ignored(serve):
    assert len(found(post(serve(listing(3)), query='{"term":{"type":"9"}}'))) == 3


def test_pages_are_capped_and_the_window_ends(serve):
    portal = serve(listing(230))
    assert len(found(post(portal, pageSize="500"))) == 100
    assert len(found(post(portal, pageNumber="3"))) == 30
    assert found(post(portal, pageNumber="101")) == []


def test_without_a_sort_pages_lose_and_double_rows_and_with_one_they_do_not(serve):
    portal = serve(listing(600), seed=1)
    pages = [reference for page in range(1, 7) for reference in found(post(portal, pageNumber=str(page)))]
    assert len(pages) == 600
    assert len(set(pages)) < 590
    sort = {"languages": ["en"], "sort": {"field": "identifier", "order": "ASC"}}
    pages = [row for page in range(1, 7) for row in found(post(portal, parts=sort, pageNumber=str(page)))]
    assert len(set(pages)) == 600


def test_queries_filter(serve):
    rows = [topic(1), topic(2, status=[CLOSED]), topic(3, frameworkProgramme=[DIGITAL], startDate=[]), external(4)]
    portal = serve(rows)
    assert found(post(portal, parts=must({"term": {"status": CLOSED}}))) == [rows[1]["reference"]]
    assert len(found(post(portal, parts=must({"terms": {"type": ["1", "2"]}})))) == 4
    kept = must({"term": {"type": "1"}}, must_not=[{"terms": {"frameworkProgramme": [DIGITAL]}}])
    assert len(found(post(portal, parts=kept))) == 2
    long = {"gte": "2026-09-03T00:00:00.000+0000", "lte": "2026-12-31T23:59:59.999+0000"}
    assert found(post(portal, parts=must({"range": {"startDate": long}}))) == [rows[1]["reference"]]
    bare = {"gte": "2026-09-03"}
    assert len(found(post(portal, parts=must({"range": {"startDate": bare}})))) == 3


def test_languages_are_honoured_and_everything_comes_without_them(serve):
    portal = serve([topic(1), topic(1, language="fr")])
    assert len(found(post(portal))) == 1
    assert len(found(post(portal, parts=must() | {"languages": None}))) == 2


def test_facets_count(serve):
    answer = post(serve([topic(1), topic(2), topic(3, frameworkProgramme=[DIGITAL])]), path="/facet").json()
    spread = {f["rawName"]: {v["rawValue"]: v["count"] for v in f["values"]} for f in answer["facets"]}
    assert spread["frameworkProgramme"] == {"43108390": 2, DIGITAL: 1}


def test_static_files(serve):
    portal = serve([], details={"x-1": {"TopicDetails": {}}}, archive=bulk_json([bulk_item(1)]))
    assert get(f"{portal.data_url}/topicDetails/x-1.json").status_code == 200
    assert get(f"{portal.data_url}/topicDetails/X-1.json").status_code == 404
    url = f"{portal.data_url}/referenceData/grantsTenders.json"
    whole = get(url)
    assert get(url, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = get(url, Range="bytes=5-9")
    assert (part.status_code, part.content) == (206, whole.content[5:10])


def test_it_serves_a_folder_by_hand(tmp_path):
    (tmp_path / "page-1.json").write_text(json.dumps({"results": listing(3)}))
    command = [sys.executable, "-m", "tests.helpers.portal.server", "--rows", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("3 rows on MATCHER_PORTAL_URL=http://127.0.0.1:")
            url = line.split()[3].partition("=")[2]
            assert get(f"{url}/search").status_code == 405
        finally:
            process.terminate()


@pytest.mark.parametrize("page", ["1", "2"])
def test_the_recorded_rows_are_served_as_they_are(serve, recorded, page):
    answer = post(serve(recorded), pageNumber=page).json()
    assert answer["totalResults"] == 592
    assert all(row in recorded for row in answer["results"][:5])
