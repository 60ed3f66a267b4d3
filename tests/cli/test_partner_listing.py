"""`matcher partners`, and the same in Python: who is ranked, why, and what is asked for."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import matcher
from matcher.errors import UsageError
from matcher.ranking.network.partners import LIKE
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, PHOTONIC, Place, fetch_into, make_config, some_rows
from tests.helpers.portal.server import LocalPortal
from tests.helpers.terminal import too_long

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

BRGM, CEA, NEAR, FRIEND, FAR, LEFT, AFFILIATE, GROWN = (
    "999993662", "999992401", "100000001", "100000002", "100000003", "100000004", "100000005", "100000006",
)  # fmt: skip


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The twelve topics, with BRGM and CEA-Leti."""
    folder = tmp_path_factory.mktemp("listed")
    place = Place(folder / "home", make_config(folder / "config", ("brgm", "cea-leti")))
    with LocalPortal(some_rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    return place


@pytest.fixture
def bare(listed: Place, tmp_path: Path) -> Place:
    shutil.copytree(listed.home, tmp_path / "home")
    return Place(tmp_path / "home", listed.config)


@pytest.fixture
def place(run: Run, bare: Place, tmp_path: Path) -> Place:
    """Three hundred projects on barley, five on photonics; a friend, one who is near the call, one who is far."""
    projects = [project(n, topics=f"HORIZON-CL6-2021-X-{n % 40}", objective=f"Barley number {n}.") for n in range(300)]
    for n in range(5):
        projects[n] |= {
            "title": "Photonic chips",
            "objective": "Photonics, chips and lasers.",
            "keywords": "photonics; barley beer",
        }
    parts = [participation(n, FAR, name="FAR AWAY", country="DE") for n in range(200, 300)]
    parts += [participation(n, NEAR, name="NEAR IT", country="IT", role="coordinator") for n in range(5)]
    parts += [participation(n, FRIEND, name="A FRIEND", activityType="HES") for n in (10, 11)]
    parts += [participation(n, BRGM, name="BRGM", order="2") for n in (10, 11)]
    parts += [participation(12, LEFT, name="LEFT IT", endOfParticipation="true", activityType="PRC", SME="true")]
    parts += [
        participation(n, GROWN, name="GROWN", activityType="PRC", SME=said) for n, said in ((14, "true"), (15, "false"))
    ]
    parts += [participation(13, AFFILIATE, name="AFFILIATED", role="thirdParty")]
    parts += [participation(299, CEA, name="CEA", order="2")]
    dump = zipped(tmp_path / "c.zip", tables(projects, parts))
    assert run(bare, "fetch", "--projects", str(dump)).code == 0
    return bare


def asked(run: Run, place: Place, *words: str) -> list[dict[str, Any]]:
    answer = run(place, "partners", PHOTONIC, "--for", "brgm", "--as-of", DAY, *words, "--json")
    assert answer.code == 0, answer.err
    found: list[dict[str, Any]] = json.loads(answer.out)["partners"]
    return found


def test_who_did_what_the_call_asks_for_comes_first_and_says_why(run: Run, place: Place) -> None:
    found = asked(run, place)
    assert found[0]["name"] == "NEAR IT"
    assert "5 projects like the call, 5 of them as coordinator" in found[0]["reasons"]
    assert found[0]["projects"][0] == "PROJ0"
    assert found[0]["coordinated"] == 5
    by_name = {one["name"]: one for one in found}
    assert by_name["A FRIEND"]["together"] == 2
    assert any(reason.startswith("2 projects with us, the last of 2022") for reason in by_name["A FRIEND"]["reasons"])
    assert by_name["A FRIEND"]["type"] == "university"
    assert "BRGM" not in by_name
    assert "LEFT IT" in by_name
    assert "AFFILIATED" not in by_name


def test_only_the_projects_nearest_to_a_call_are_said_to_be_like_it(run: Run, bare: Place, tmp_path: Path) -> None:
    projects = [project(n, topics="HORIZON-CL6-2021-X-1", objective=f"Barley number {n}.") for n in range(300)]
    for n in range(150):
        projects[n] |= {"title": "Photonic chips", "objective": f"Photonics, chips, lasers and barley number {n}."}
    parts = [participation(n, NEAR, name="IN MANY") for n in range(150)]
    parts += [participation(n, FAR, name="OF BARLEY") for n in range(150, 300)]
    assert run(bare, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(projects, parts)))).code == 0
    reasons = {one["name"]: one["reasons"] for one in asked(run, bare)}
    assert f"{LIKE} projects like the call" in reasons["IN MANY"]
    assert not any("like the call" in reason for reason in reasons["OF BARLEY"])


def test_they_can_be_asked_for_by_country_and_type(run: Run, place: Place) -> None:
    assert [one["name"] for one in asked(run, place, "--country", "de")] == ["FAR AWAY"]
    assert [one["name"] for one in asked(run, place, "--type", "university")] == ["A FRIEND"]
    assert [one["name"] for one in asked(run, place, "--type", "SME")] == ["LEFT IT"]
    assert [one["name"] for one in asked(run, place, "--type", "large")] == ["GROWN"]
    assert {one["type"] for one in asked(run, place, "--type", "company")} == {"SME", "large"}
    assert asked(run, place, "--leaders", "--top", "1")[0]["name"] == "NEAR IT"
    text = run(place, "partners", PHOTONIC, "--for", "brgm", "--as-of", DAY, "--top", "1").out
    assert too_long(text) == []
    assert "NEAR IT   IT, RTO" in text
    assert run(place, "partners", PHOTONIC, "--for", "brgm", "--as-of", DAY, "--country", "XX").out.count("Nobody") == 1


def test_why_is_told_in_the_readers_language(run: Run, place: Place) -> None:
    text = run(place, "--lang", "fr", "partners", PHOTONIC, "--for", "brgm", "--as-of", DAY).out
    assert "5 projets proches de l’appel" in text
    assert "avec nous" in text
    assert "NEAR IT   IT, organisme de recherche" in text
    assert "\u202f; " in text
    assert " RTO" not in text
    assert "like the call" not in text


def test_what_was_signed_later_does_not_count(run: Run, place: Place) -> None:
    answer = run(place, "partners", PHOTONIC, "--for", "brgm", "--as-of", "2022-01-01", "--json")
    assert json.loads(answer.out)["partners"] == []


def test_an_institute_of_a_host_is_known_by_its_host(run: Run, place: Place) -> None:
    answer = run(place, "partners", PHOTONIC, "--for", "cea-leti", "--as-of", DAY, "--json")
    found = json.loads(answer.out)["partners"]
    assert found[0]["name"] == "NEAR IT"
    told = {one["name"]: one["reasons"] for one in found}
    assert any("with our legal entity" in reason for reason in told["FAR AWAY"])


def test_in_python(place: Place) -> None:
    with matcher.open(home=place.home, config=place.config, as_of=DAY) as session:
        frame = session.partners(PHOTONIC, "brgm", top=2, kind="RTO")
        assert frame["name"][0] == "NEAR IT"
        with pytest.raises(UsageError, match="RTO"):
            session.partners(PHOTONIC, "brgm", kind="shop")


def test_without_projects_it_says_how_to_get_them(run: Run, bare: Place) -> None:
    answer = run(bare, "partners", PHOTONIC, "--for", "brgm", "--as-of", DAY)
    assert answer.code == 2
    assert "matcher fetch --projects" in answer.err
