"""Lists, mails and the network's view by parts of programmes."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.helpers.home import DAY, Place

DAYS = ("--as-of", DAY)


def asked(run, place, *arguments):
    answer = run(place, *arguments, *DAYS, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("rank", "cea-leti"), "matches"),
        (("rank", "cea-leti", "mines", "--together"), "matches"),
        (("calls",), "calls"),
        (("calls", "photonics"), "calls"),
    ],
)
def test_every_call_of_a_list_stands_in_one_group(run, fetched, command, key):
    record = asked(run, fetched, *command, "--group", "part")
    listed = [one["call"] for one in record[key]]
    grouped = [name for group in record["by_part"] for name in group["calls"]]
    assert sorted(grouped) == sorted(listed)
    parts = [group["part"] for group in record["by_part"]]
    assert len(parts) == len(set(parts))
    assert "by_part" not in asked(run, fetched, *command)
    english = run(fetched, *command, "--group", "part", *DAYS).out
    french = run(fetched, "--lang", "fr", *command, "--group", "part", *DAYS).out
    for group in record["by_part"]:
        if key == "calls":  # a ranking shows what suits under parts, and the rest apart
            assert group["name"] in english
            assert group["name_fr"] in french


def test_what_cannot_be_grouped_is_told(run, fetched):
    answer = run(fetched, "rank", "cea-leti", "mines", "--group", "part", *DAYS)
    assert (answer.code, "--together makes one list of them" in answer.err) == (2, True)
    assert run(fetched, "rank", "cea-leti", "--group", "cluster", *DAYS).code == 2


def test_a_reader_gets_his_mail_by_parts(run, fetched, tmp_path):
    config = tmp_path / "own"
    shutil.copytree(fetched.config, config)
    text = "subscribers:\n  - {address: a@example.org, institutes: [cea-leti], language: fr, threshold: 0, most: 99"
    path = config / "subscribers.yaml"
    path.write_text(text + ", group: part}\n", encoding="utf-8")
    place = Place(fetched.home, config)
    said = run(place, "digest", "preview", "a", *DAYS).out
    assert "\n~~ " in said
    path.write_text(text + "}\n", encoding="utf-8")
    plain = run(place, "digest", "preview", "a", *DAYS).out
    assert "\n~~ " not in plain
    path.write_text(text + ", group: cluster}\n", encoding="utf-8")
    assert "group: found 'cluster', expected 'part'" in run(place, "subscribers").err
