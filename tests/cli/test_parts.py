"""Parts of programmes on the command line: asked for, listed, shown, and what has no name."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.home import DAY, Place, some_rows
from tests.helpers.portal.rows import topic


def asked(run, place: Place, *arguments: str, code: int = 0):
    answer = run(place, *arguments, "--as-of", DAY, "--json")
    assert answer.code == code, answer.err
    return json.loads(answer.out)


def test_a_part_is_accepted_wherever_a_programme_is(run, recorded_once):
    day = ("--as-of", "2026-05-07", "--json")
    for command in (
        ("calls",),
        ("rank", "brgm", "--top", "500", "--min-fit", "0"),
        ("export", "calls", "--format", "json"),
    ):
        arguments = (*command, "--programme", "EIC path finder", "--as-of", "2026-05-07")
        arguments = arguments if command[0] == "export" else (*arguments, "--json")
        answer = run(recorded_once, *arguments)
        assert answer.code == 0, answer.err
        body = json.loads(answer.out)
        calls = {one["call"] for one in body.get("calls") or body.get("matches")}
        assert calls, command
        assert all("PATHFINDER" in call for call in calls)
    refused = run(recorded_once, "calls", "--programme", "cluster 9", *day)
    assert refused.code == 2
    assert "did you mean Cluster" in refused.err


def test_every_live_call_of_the_recorded_listing_has_its_programme_by_name(run, recorded_once):
    answer = run(recorded_once, "calls", "--as-of", "2026-05-07", "--json")
    calls = json.loads(answer.out)["calls"]
    assert len(calls) > 400
    assert [call["call"] for call in calls if not call["parts"] or not call["programme"]] == []
    assert not [call for call in calls if call["programme"].isdigit()]


def test_programmes_are_listed_with_their_live_calls(run, recorded_once):
    answer = run(recorded_once, "programmes", "--as-of", "2026-05-07", "--json")
    listed = {part["part"]: part for part in json.loads(answer.out)["programmes"]}
    live = json.loads(run(recorded_once, "calls", "--as-of", "2026-05-07", "--json").out)["calls"]
    assert listed["HORIZON"]["live"] == sum(call["programme"] == "HORIZON" for call in live)
    assert listed["EIC-PATHFINDER"]["live"] == sum("EIC Pathfinder" in call["parts"] for call in live)
    assert listed["EIC"]["live"] == listed["EIC"]["open"] + listed["EIC"]["forthcoming"]
    assert "H2020-SC1" not in listed
    shown = run(recorded_once, "programmes", "pôle", "5", "--as-of", "2026-05-07")
    assert "Cluster 5: Climate, Energy and Mobility is also called" in shown.out
    assert "LIFE is also called LIFE environment" in run(recorded_once, "programmes", "LIFE").out
    assert "Renewable and decarbonised energy supply" in shown.out


def test_a_call_shows_its_parts(run, recorded_once):
    shown = run(recorded_once, "show", "HORIZON-EIC-2026-PATHFINDEROPEN", "--as-of", "2026-05-07")
    told = " ".join(shown.out.split())
    assert "Pillar III: Innovative Europe › European Innovation Council (EIC) › EIC Pathfinder ›" in told


def test_a_programme_without_a_name_is_shown_without_one_and_told_once(run, place, serve):
    place.portal = serve([*some_rows(), topic(99, frameworkProgramme=["49999999"], identifier=["XX-2031-1"])]).url
    first = asked(run, place, "fetch", code=3)
    assert [problem for problem in first["problems"] if "49999999" in problem and "parts.yaml" in problem]
    assert asked(run, place, "fetch")["problems"] == []
    (call,) = (one for one in asked(run, place, "calls")["calls"] if one["call"] == "XX-2031-1")
    assert (call["programme"], call["parts"]) == (None, [])
    assert "49999999" not in run(place, "show", "XX-2031-1", "--as-of", DAY).out


@pytest.fixture
def edited(fetched: Place, tmp_path: Path) -> Place:
    """A fetched home with a configuration of its own, which may be spoilt."""
    return replace(
        fetched, home=copy(fetched.home, tmp_path / "my-home"), config=copy(fetched.config, tmp_path / "my-config")
    )


def copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to))


def test_a_configuration_s_own_part_is_asked_for_at_once(run, edited):
    fetched = edited
    call = asked(run, fetched, "calls")["calls"][0]["call"]
    assert run(fetched, "calls", "--programme", "our favourites", "--as-of", DAY).code == 2
    (fetched.config / "parts.yaml").write_text(
        f"OURS: {{kind: scheme, within: [HORIZON], en: Our favourites, fr: Les nôtres, calls: ['{call}']}}\n"
    )
    found = asked(run, fetched, "calls", "--programme", "our favourites")["calls"]
    assert [one["call"] for one in found] == [call]


def test_a_subscriber_asks_for_parts_and_a_mistake_is_told(run, edited):
    fetched = edited
    file = fetched.config / "subscribers.yaml"
    text = 'subscribers: [{address: a@example.org, institutes: [calym], programmes: ["soil mission", LIFE]}]\n'
    file.write_text(text)
    (one,) = asked_plain(run, fetched, "subscribers")["subscribers"]
    assert one["programmes"] == ["MISS-SOIL", "LIFE"]
    file.write_text(text.replace("soil mission", "cluster 9"))
    refused = run(fetched, "subscribers")
    assert refused.code == 2
    assert "subscribers.1.programmes.1: No programme, and no part of one, is called 'cluster 9'" in refused.err


def asked_plain(run, place: Place, *arguments: str):
    answer = run(place, *arguments, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("clean aviation", "Clean Aviation"),
        ("EIC pathfinder", "EIC Pathfinder"),
        ("cluster 4", "Cluster 4: Digital, Industry and Space"),
        ("soil mission", "Mission A Soil Deal for Europe"),
        ("chips JU", "Chips Joint Undertaking"),
        ("MSCA doctoral networks", "MSCA Doctoral Networks"),
        ("réseaux doctoraux", "MSCA Doctoral Networks"),
    ],
)
def test_words_that_name_a_part_find_all_its_calls_and_first(run, recorded_once, words: str, part: str):
    answer = run(recorded_once, "calls", *words.split(), "--limit", "500", "--as-of", "2026-05-07", "--json")
    found = json.loads(answer.out)["calls"]
    listed = run(recorded_once, "calls", "--programme", words, "--as-of", "2026-05-07", "--json")
    inside = {call["call"] for call in json.loads(listed.out)["calls"]}
    assert inside
    assert {call["call"] for call in found[: len(inside)]} == inside
    assert all(part in call["parts"] for call in found[: len(inside)])


def test_a_pot_that_topics_share_is_told_wherever_a_call_is_listed_or_shown(run, recorded_once):
    call = "HORIZON-JU-CLEAN-AVIATION-2026-04-FTA-07"
    for command in (
        ("show", call),
        ("calls", call),
        ("calls", "--programme", "clean aviation"),
        ("rank", "mines", "--programme", "clean aviation", "--min-fit", "0"),
    ):
        answer = run(recorded_once, *command, "--as-of", "2026-05-07")
        assert "shared by 18 topics" in " ".join(answer.out.split()), command
    listed = run(recorded_once, "export", "calls", "--format", "csv", "--as-of", "2026-05-07").out
    assert "budget_eur,budget_shared_by" in listed


@pytest.mark.parametrize(
    ("words", "part"),
    [("clean hydrogen ju", "Clean Hydrogen"), ("IHI vaccines", "Innovative Health"), ("cluster 5 hydrogen", None)],
)
def test_where_a_part_that_is_searched_for_has_no_call_it_is_said(run, recorded_once, words: str, part: str | None):
    asked = ("calls", *words.split(), "--as-of", "2026-05-07")
    told = json.loads(run(recorded_once, *asked, "--json").out)["none_in"]
    assert (told is not None and told.startswith(part)) if part else told is None
    assert ("No call of" in run(recorded_once, *asked).out) is (part is not None)
    if part:
        assert "Aucun appel de" in run(recorded_once, "--lang", "fr", *asked).out
