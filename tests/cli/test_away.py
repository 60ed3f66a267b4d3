"""What an excluded or muted term keeps away, as people see it: lists, reasons, exports, previews, the network."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest

from tests.helpers.home import DAY, PHOTONIC, Place

MUTED = """
subscribers:
  - {id: leti, address: leti@example.org, institutes: [cea-leti], threshold: 0, mute: {terms: [photonique]}}
"""


@pytest.fixture
def place(fetched, tmp_path) -> Place:
    """The fetched home with a configuration of its own."""
    shutil.copytree(fetched.home, tmp_path / "own-home")
    shutil.copytree(fetched.config, tmp_path / "own-config")
    return Place(tmp_path / "own-home", tmp_path / "own-config")


def exclude(place: Place, term: str) -> None:
    path = place.config / "institutes" / "cea-leti.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"\nexclude: [{term}]\n", encoding="utf-8")


def record(run, place, *arguments):
    answer = run(place, *arguments, "--as-of", DAY, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_an_excluded_subject_leaves_every_list(run, place):
    assert PHOTONIC in {m["call"] for m in record(run, place, "rank", "cea-leti")["matches"]}
    exclude(place, "photonics")
    ranking = record(run, place, "rank", "cea-leti", "--min-fit", "0")
    assert PHOTONIC not in {match["call"] for match in ranking["matches"]}
    reason = record(run, place, "why", "cea-leti", PHOTONIC)
    assert (reason["away"], reason["recommended"], reason["rank"]) == ("photonics", False, 0)
    said = run(place, "why", "cea-leti", PHOTONIC, "--as-of", DAY).out
    assert "it is about “photonics”, which the profile excludes" in said
    exported = run(place, "export", "matches", "--institute", "cea-leti", "--as-of", DAY, "--format", "csv").out
    assert PHOTONIC not in {row["call"] for row in csv.DictReader(io.StringIO(exported))}
    network = record(run, place, "digest", "preview", "--institute", "*")["network"]
    named = {m["institute"] for line in (*network["joint"], *network["unseen"]) for m in line.get("institutes", ())}
    assert PHOTONIC not in json.dumps(network["unseen"]) or "cea-leti" not in named


def test_the_list_and_the_preview_say_how_many_went_and_why(run, place):
    settings = place.config / "matcher.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[digest]\nthreshold = 0\n", encoding="utf-8")
    exclude(place, "photonics")
    ranking = record(run, place, "rank", "cea-leti")
    assert {"term": "photonics", "by": "exclude"}.items() <= ranking["away"][0].items()
    assert PHOTONIC in {one["call"] for one in ranking["away"]}
    text = run(place, "rank", "cea-leti", "--as-of", DAY).out
    assert "kept away:" in text
    assert "is about “photonics”, which the profile excludes" in " ".join(text.split())
    preview = run(place, "digest", "preview", "--institute", "cea-leti", "--as-of", DAY)
    assert PHOTONIC not in preview.out
    assert "is about “photonics”, which the profile excludes" in " ".join(preview.err.split())


def test_a_muted_subject_stays_away_from_the_mail_and_the_preview_says_so(run, place):
    (place.config / "subscribers.yaml").write_text(MUTED, encoding="utf-8")
    preview = record(run, place, "digest", "preview", "leti")
    assert PHOTONIC not in {item["call"] for item in preview["items"]}
    assert {"term": "photonique", "by": "mute"}.items() <= preview["away"][0].items()
    said = run(place, "digest", "preview", "leti", "--as-of", DAY).err
    assert "which the reader muted" in " ".join(said.split())
