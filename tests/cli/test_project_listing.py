"""`matcher projects` and the same in Python: whose they are, which are found, one in full."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from matcher.present.project_records import PROJECT_FIELDS
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import Place, make_config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

BRGM, CEA, OTHER = "999993662", "999992401", "123456789"
PROJECTS = [
    project(1, acronym="MINEWELL", title="Clean mining", ecSignatureDate="2022-03-01"),
    project(
        2, acronym="PHOTON", keywords="lasers; optics", topics="HORIZON-CL4-2022-X-01", ecSignatureDate="2023-05-01"
    ),
    project(3, acronym="OLD", frameworkProgramme="H2020", objective="Geothermal heat.", topics="SC5-01-2016"),
    project(4, acronym="ALONE"),
]
SEARCHED = [
    project(5, title="Wells", objective="Batteries are made. Some batteries last.", ecSignatureDate="2024-01-01"),
    project(6, title="Rivers", keywords="battery; sea", objective="Water of a river.", ecSignatureDate="2023-01-01"),
    project(7, title="A battery for ships", objective="Hulls. Steel.", ecSignatureDate="2021-01-01"),
    project(8, acronym="BATTERY", title="Ships", objective="Solid electrolytes of a cell.", frameworkProgramme="H2020"),
]
PARTS = [
    participation(1, OTHER, name="A PARTNER SA", order="1"),
    participation(1, BRGM, name="BRGM", role="coordinator", ecContribution="300000"),
    participation(2, BRGM, name="BRGM", ecContribution="", role="associatedPartner", endOfParticipation="true"),
    participation(2, CEA, name="CEA", role="coordinator"),
    participation(3, CEA, name="CEA"),
]


@pytest.fixture
def place(tmp_path: Path, run: Run) -> Place:
    """BRGM and CEA-Leti, and four projects."""
    place = Place(tmp_path / "home", make_config(tmp_path / "config", ("brgm", "cea-leti")))
    assert run(place, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(PROJECTS, PARTS)))).code == 0
    return place


def asked(run: Run, place: Place, *words: str) -> dict[str, Any]:
    answer = run(place, "projects", *words, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def names(listing: dict[str, Any]) -> list[str]:
    return [one["acronym"] for one in listing["projects"]]


def test_an_institute_s_own_are_those_of_its_entity_whatever_its_part(run: Run, place: Place) -> None:
    listing = asked(run, place, "BRGM")
    assert listing["institute"] == "brgm"
    assert names(listing) == ["PHOTON", "MINEWELL"]
    left, led = listing["projects"]
    assert (left["role"], left["contribution_eur"], left["partners"]) == ("associatedPartner", None, ["CEA"])
    assert (led["role"], led["contribution_eur"], led["partners"]) == ("coordinator", 300_000, ["A PARTNER SA"])
    assert led["selected_by"] is None
    assert set(led) == set(PROJECT_FIELDS)


def test_projects_are_put_in_and_out_by_hand(run: Run, place: Place) -> None:
    path = place.config / "institutes" / "brgm.yaml"
    path.write_text(path.read_text() + "cordis: {add: [101000004, 101000003], drop: [101000002, 101000003]}\n")
    listing = asked(run, place, "brgm")
    assert names(listing) == ["ALONE", "MINEWELL"]
    assert listing["projects"][0]["role"] is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--call", "horizon-cl4-2022-x-01"], ["PHOTON"]),
        (["--programme", "h2020"], ["OLD"]),
        (["--organisation", CEA], ["PHOTON", "OLD"]),
        (["--organisation", "a partner"], ["MINEWELL"]),
        (["OPTICS"], ["PHOTON"]),
        (["geothermal", "heat"], ["OLD"]),
        (["heat", "mining"], []),
        (["brgm", "lasers"], ["PHOTON"]),
        (["--search", "brgm"], []),
        (["--top", "1"], ["PHOTON"]),
        (["brgm", "--programme", "HORIZON", "--top", "1"], ["PHOTON"]),
    ],
)
def test_which_are_found(run: Run, place: Place, words: list[str], found: list[str]) -> None:
    assert names(asked(run, place, *words)) == found


@pytest.fixture
def searched(tmp_path: Path, run: Run) -> Place:
    """Projects that hold one word in different places."""
    place = Place(tmp_path / "words", make_config(tmp_path / "config", ("brgm",)))
    dump = zipped(tmp_path / "words.zip", tables([*PROJECTS, *SEARCHED], PARTS))
    assert run(place, "fetch", "--projects", str(dump)).code == 0
    return place


def numbers(listing: dict[str, Any]) -> list[int]:
    return [int(one["project"]) - 101_000_000 for one in listing["projects"]]


def test_words_are_found_in_any_form_best_first_by_where_they_stand(run: Run, searched: Place) -> None:
    listing = asked(run, searched, "batteries")
    assert set(numbers(listing)[:2]) == {7, 8}
    assert numbers(listing)[2:] == [6, 5]
    assert listing["projects"][3]["sentence"] == "Batteries are made."
    assert (listing["found"], listing["missing"]) == (4, {})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["battery", "ship"], [8, 7]),
        (["--phrase", "solid", "electrolyte"], [8]),
        (["--phrase", "electrolyte", "solid"], []),
        (["battery", "--without", "ships"], [6, 5]),
        (["batterie"], [8, 7, 6, 5]),
        (["battery", "--programme", "h2020"], [8]),
        (["101000007"], None),
    ],
)
def test_how_words_are_searched_for(run: Run, searched: Place, words: list[str], found: list[int] | None) -> None:
    if found is None:
        assert numbers(asked(run, searched, "--search", *words)) == [7]
    else:
        assert sorted(numbers(asked(run, searched, *words))) == sorted(found)


def test_of_nothing_found_it_is_said_why(run: Run, searched: Place) -> None:
    assert "No project has the word 'zyxw'." in run(searched, "projects", "zyxw", "battery").out
    assert "each of them alone is there" in run(searched, "projects", "battery", "laser").out
    assert "side by side" in run(searched, "projects", "--phrase", "battery laser").out
    elsewhere = run(searched, "projects", "electrolytes", "--programme", "HORIZON").out
    assert "None of the projects asked for has all of these words; 1 other does." in elsewhere
    assert "Aucun projet ne contient le mot 'batery'" in run(searched, "--lang", "fr", "projects", "batery").out


def test_a_misspelt_word_finds_what_has_the_nearest_one_and_it_is_told(run: Run, searched: Place) -> None:
    listing = asked(run, searched, "batery", "ship")
    assert sorted(numbers(listing)) == [7, 8]
    assert (listing["missing"], listing["guessed"]) == ({"batery": ["battery"]}, True)
    said = run(searched, "projects", "batery", "ship").out
    assert said.startswith("No project has the word 'batery'; near it: battery.\nThese have what is near it.\n")
    assert not asked(run, searched, "battery", "ship")["guessed"]
    assert "None of the projects asked for" in run(searched, "projects", "electrolites", "--programme", "HORIZON").out


def test_a_search_prints_the_sentence_in_eighty_columns(run: Run, searched: Place) -> None:
    answer = run(searched, "projects", "electrolytes")
    assert "“Solid electrolytes of a cell.”" in answer.out
    assert "1 of 1 project\n" in answer.err
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_index_answers_where_there_are_calls_and_is_never_behind(run: Run, tmp_path: Path, place: Place) -> None:
    from matcher.app.home import Home
    from matcher.app.sources.fetching import use_sample
    from matcher.config.settings import load_settings

    use_sample(Home(load_settings(environ=place.environment)))
    assert names(asked(run, place, "laser")) == ["PHOTON"]
    assert numbers(asked(run, place, "electrolyte")) == []
    dump = zipped(tmp_path / "more.zip", tables([*PROJECTS, *SEARCHED], PARTS))
    assert run(place, "fetch", "--projects", str(dump)).code == 0
    assert numbers(asked(run, place, "electrolyte")) == [8]


def test_one_in_full(run: Run, place: Place) -> None:
    shown = asked(run, place, "101000002")
    assert (shown["acronym"], shown["topic"], shown["keywords"]) == (
        "PHOTON", "HORIZON-CL4-2022-X-01", ["lasers", "optics"],
    )  # fmt: skip
    assert [(part["pic"], part["role"], part["ended"]) for part in shown["participants"]] == [
        (BRGM, "associatedPartner", True),
        (CEA, "coordinator", False),
    ]
    text = run(place, "projects", "101000002").out
    assert "A text of our own." in text
    assert "BRGM (left)" in text


def test_as_a_table_and_as_csv(run: Run, place: Place) -> None:
    answer = run(place, "projects", "--top", "2")
    assert "PHOTON" in answer.out
    assert "2 of 4 projects; --top 4 shows all" in answer.err
    assert run(place, "projects", "--call", "NO-SUCH-CALL").out.startswith("No such project is kept;")
    rows = list(csv.DictReader(io.StringIO(run(place, "projects", "brgm", "--csv").out)))
    assert [row["project"] for row in rows] == ["101000002", "101000001"]
    assert run(place, "projects", "nothing", "like", "it", "--csv").out.strip() == ",".join(PROJECT_FIELDS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--organisation", "nobody at all"], "No organisation in a project"),
        (["--organisation", "111111111"], "No organisation in a project"),
        (["--programme", "HORIZONS"], "there are H2020, HORIZON"),
        (["101999999"], "No project has the number"),
        (["brgm", "--organisation", CEA], "one at a time"),
    ],
)
def test_what_nobody_knows_is_a_clear_error(run: Run, place: Place, words: list[str], says: str) -> None:
    answer = run(place, "projects", *words)
    assert answer.code == 2
    assert says in answer.err


def test_before_any_was_fetched(run: Run, tmp_path: Path) -> None:
    empty = Place(tmp_path / "new", make_config(tmp_path / "other"))
    for words in (["photonics"], ["101000001"], ["cea-leti"]):
        answer = run(empty, "projects", *words)
        assert answer.code == 2
        assert "`matcher fetch --projects`" in answer.err


def test_in_python(place: Place) -> None:
    from matcher.api.project_frames import ProjectFrames
    from matcher.app.home import Home
    from matcher.config.settings import load_settings
    from matcher.present.frames import PARTICIPATION_COLUMNS, PROJECT_COLUMNS

    frames = ProjectFrames(Home(load_settings(environ=place.environment)))
    own = frames.projects("brgm")
    assert list(own) == list(PROJECT_COLUMNS)
    assert own["acronym"].tolist() == ["PHOTON", "MINEWELL"]
    assert own["contribution_eur"].isna().tolist() == [True, False]
    assert own["partners"].tolist() == [1, 1]
    assert frames.projects(words="optics", programme="horizon")["project"].tolist() == ["101000002"]
    assert list(frames.projects(words="no such thing")) == list(PROJECT_COLUMNS)
    parts = frames.participations("101000002")
    assert list(parts) == list(PARTICIPATION_COLUMNS)
    assert parts["ended"].tolist() == [True, False]


def test_a_search_in_python_is_that_of_the_command(run: Run, searched: Place) -> None:
    from matcher.api.project_frames import ProjectFrames
    from matcher.app.home import Home
    from matcher.config.settings import load_settings
    from matcher.errors import UsageError

    frames = ProjectFrames(Home(load_settings(environ=searched.environment)))

    def found(**keywords: object) -> list[int]:
        return [int(number) - 101_000_000 for number in frames.projects(**keywords)["project"]]

    assert found(words="batteries") == numbers(asked(run, searched, "batteries"))
    assert found(words="solid electrolyte", phrase=True) == [8]
    assert found(words=["electrolyte", "solid"], phrase=True) == []
    assert sorted(found(words="battery", without="ships")) == [5, 6]
    assert sorted(found(words="battery", without=["ships"], top=1)) in ([5], [6])
    with pytest.raises(UsageError, match="holds no word"):
        frames.projects(words="!!")


def test_lists_projects_and_partners_speak_the_language_of_the_terminal(run: Run, place: Place) -> None:
    listed = run(place, "--lang", "fr", "projects", "brgm").out
    assert "coordinateur" in listed or "participant" in listed
    assert "choisi par" in listed
    number = asked(run, place, "--programme", "h2020")["projects"][0]["project"]
    shown = run(place, "--lang", "fr", "projects", number).out.replace("\u202f", " ")
    for said in ("signé", "part UE", "mots-clés", "organisation", "pays"):
        assert said in shown
