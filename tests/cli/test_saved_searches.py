"""Saved searches as a reader gets them, by commands on a home with calls."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest

from tests.helpers.home import DAY, PHOTONIC, Place

SEARCHES = """
subscribers:
  - id: light
    address: light@example.org
    language: en
    frequency: daily
    searches:
      - silicon photonics
      - {words: capteurs photonique, name: Capteurs}
      - {words: photonics, threshold: 100, name: Certain}
      - {words: photonics, part: LIFE, name: Elsewhere}
  - {id: both, address: both@example.org, frequency: {weekly: friday}, institutes: [cea-leti], searches: [photonics]}
"""


@pytest.fixture
def searching(fetched, tmp_path):
    config = tmp_path / "own"
    shutil.copytree(fetched.config, config)
    (config / "subscribers.yaml").write_text(SEARCHES, encoding="utf-8")
    return Place(fetched.home, config)


def asked(run, place, *arguments):
    answer = run(place, *arguments, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_a_preview_names_the_search_and_the_sentence(run, searching):
    record = asked(run, searching, "digest", "preview", "light", "--as-of", DAY)
    item = next(item for item in record["items"] if item["call"] == PHOTONIC)
    assert {one["search"] for one in item["searches"]} == {"silicon photonics", "Capteurs"}
    assert all("photonics" in one["sentence"] for one in item["searches"])
    assert set(item["searches"][0]) == {"search", "fit", "sentence"}
    assert item["institutes"] == []
    answer = run(searching, "digest", "preview", "light", "--as-of", DAY)
    assert "“silicon photonics”: fit" in answer.out
    assert "matcher · 4 searches" in answer.out


def test_a_search_finds_what_the_command_finds(run, searching):
    listed = asked(run, searching, "calls", "photonics", "--as-of", DAY)
    told = asked(run, searching, "digest", "preview", "both", "--as-of", DAY)["items"]
    by_search = {item["call"] for item in told if item["searches"]}
    assert by_search == {call["call"] for call in listed["calls"]}
    assert len(told) == len({item["call"] for item in told})


def test_what_was_told_is_not_told_again(run, searching):
    first = asked(run, searching, "digest", "send", "--as-of", DAY)["digests"]
    assert [(line["subscriber"], line["mail"]) for line in first] == [("light", "sent"), ("both", "not due")]
    assert first[0]["calls"] > 0
    again = asked(run, searching, "digest", "preview", "light", "--as-of", "2026-06-16")
    assert (again["items"], again["worth_sending"]) == ([], False)


def test_a_muted_and_a_dismissed_call_stay_away(run, searching):
    before = asked(run, searching, "digest", "preview", "light", "--as-of", DAY)["items"]
    assert PHOTONIC in {item["call"] for item in before}
    assert run(searching, "digest", "dismiss", "light", PHOTONIC).code == 0
    after = asked(run, searching, "digest", "preview", "light", "--as-of", "2027-01-01")["items"]
    assert PHOTONIC not in {item["call"] for item in after}


def test_subscribers_list_their_searches(run, searching):
    light, both = asked(run, searching, "subscribers")["subscribers"]
    assert (light["institutes"], both["institutes"]) == ([], ["cea-leti"])
    assert light["searches"][3] == {
        "name": "Elsewhere",
        "words": "photonics",
        "parts": ["LIFE"],
        "actions": [],
        "threshold": None,
    }
    assert "“silicon photonics”, “Capteurs”" in run(searching, "subscribers").out
    rows = list(csv.DictReader(io.StringIO(run(searching, "subscribers", "--csv").out)))
    assert rows[0]["searches"] == "silicon photonics; Capteurs; Certain; Elsewhere"
    preview = run(searching, "digest", "preview", "light", "--as-of", DAY, "--csv").out
    found = {row["call"]: row["searches"] for row in csv.DictReader(io.StringIO(preview))}
    assert set(found[PHOTONIC].split("; ")) == {"silicon photonics", "Capteurs"}


def test_doctor_says_what_each_search_finds(run, searching):
    path = searching.config / "subscribers.yaml"
    path.write_text(SEARCHES.replace("silicon photonics", "photonicss wafres"), encoding="utf-8")

    def told():
        record = json.loads(run(searching, "doctor", "--as-of", DAY, "--json").out)
        return next(check for check in record["checks"] if check["check"] == "searches")

    found = told()
    assert found["ok"] is True
    assert "light: “photonicss wafres” finds none: no call has photonicss (near: photonics), wafres" in found["detail"]
    assert "both: “photonics” finds " in found["detail"]
    path.write_text(SEARCHES.replace("part: LIFE", "action: RIO"), encoding="utf-8")
    assert told()["ok"] is False
    assert "No type of action is called 'RIO'" in told()["detail"]


def test_doctor_tells_of_each_type_of_action_that_no_call_has_and_of_the_others(run, searching):
    path = searching.config / "subscribers.yaml"
    wrong = SEARCHES.replace("part: LIFE", "action: RAI").replace("id: both,", "id: both, actions: [AI],")
    path.write_text(wrong, encoding="utf-8")
    checks = json.loads(run(searching, "doctor", "--as-of", DAY, "--json").out)["checks"]
    told = {check["check"]: check for check in checks}
    assert (told["mails"]["ok"], told["searches"]["ok"]) == (False, False)
    assert "both: No type of action is called 'AI'" in told["mails"]["detail"]
    assert "light: “Elsewhere” finds none: No type of action is called 'RAI'" in told["searches"]["detail"]
    assert "both: “photonics” finds" in told["searches"]["detail"]
