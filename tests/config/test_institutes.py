"""The institutes' files: those that ship are right, and whatever is wrong with one is told, never a traceback."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
import yaml

from matcher.config.fingerprint import fingerprint
from matcher.config.institutes import find_institute, institute_of_file, institute_yaml, load_institutes
from matcher.config.profile_template import profile_keys
from matcher.config.settings import packaged_config
from matcher.errors import ConfigError, UsageError
from matcher.model.institute import ByHand, Take
from tests.helpers.home import make_config

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
id: {name}
acronym: {name}
name: {{en: An institute, fr: Un institut}}
label: {{2015: true, current: unknown}}
keywords: {{en: [heat pumps], fr: [pompes à chaleur]}}
"""


EXAMPLE = "agrifood-transition"


@pytest.fixture(scope="module")
def shipped():
    return load_institutes(packaged_config())


def folder_of(tmp_path: Path, **files: str | bytes) -> Path:
    folder = tmp_path / "institutes"
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


def mistakes_of(tmp_path: Path, **files: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_institutes(folder_of(tmp_path, **files))
    return caught.value.mistakes


def test_the_34_of_the_2015_label_and_those_of_today(shipped):
    first = [i for i in shipped if i.label_2015]
    uncertain = [i for i in shipped if i.label_2015 is None]
    assert len(first) + len(uncertain) >= 34
    assert len(first) >= 33
    assert all(i.label_note for i in shipped if None in (i.label_2015, i.label_current))
    assert len([i for i in shipped if i.label_current]) >= 30


def test_shipped_files_are_named_after_their_ids_and_complete(shipped):
    names = {path.stem for path in (packaged_config() / "institutes").glob("*.yaml")}
    assert {i.identifier for i in shipped} == names
    assert len({i.acronym.casefold() for i in shipped}) == len(shipped)
    for institute in shipped:
        assert len(institute.keywords_en) >= 10, institute.identifier
        assert len(institute.keywords_fr) == len(institute.keywords_en), institute.identifier
        assert institute.successor is None or institute.successor in names


def test_an_institute_is_found_by_id_or_acronym(shipped):
    for institute in shipped:
        assert find_institute(shipped, institute.identifier.upper()) is institute
        assert find_institute(shipped, f" {institute.acronym} ") is institute
    with pytest.raises(UsageError, match="did you mean cea-leti"):
        find_institute(shipped, "cea-letti")
    with pytest.raises(UsageError, match="matcher institutes"):
        find_institute(shipped, "¿?")


def test_one_institute_is_read_without_the_others(tmp_path):
    folder = tmp_path / "institutes"
    folder.mkdir()
    (folder / "good.yaml").write_text(GOOD.format(name="good"))
    (folder / "wrong.yaml").write_text("id: wrong\n")
    found = institute_of_file(tmp_path, " GOOD ")
    assert found is not None
    assert found.identifier == "good"
    assert institute_of_file(tmp_path, "wrong") is None  # whoever reads all says why
    assert institute_of_file(tmp_path, "another") is None


def test_every_mistake_of_every_file_at_once(tmp_path):
    wrong = (
        GOOD.format(name="wrong").replace("2015: true", "2015: maybe").replace("[heat pumps]", "3") + "colour: blue\n"
    )
    lines = mistakes_of(
        tmp_path,
        good=GOOD.format(name="good"),
        wrong=wrong,
        named=GOOD.format(name="other"),
        pics=GOOD.format(name="pics") + "legal_entities: [{name: X, pic: '12'}, {name: Y, pic: 99}]\n",
        short="id: short\n",
    )
    told = [line.removeprefix(str(tmp_path / "institutes") + "/") for line in lines]
    assert [t for t in told if t.startswith("good")] == []
    assert any(t.startswith("wrong.yaml: label.2015: found 'maybe', expected") for t in told)
    assert "wrong.yaml: keywords.en: found '3', expected a list" in told
    assert any(t.startswith("wrong.yaml: colour: found 'blue', expected no such key") for t in told)
    assert "named.yaml: id: found 'other', expected 'named', the name of the file" in told
    assert any(t.startswith("pics.yaml: legal_entities.1.pic: found '12', expected") for t in told)
    assert any(t.startswith("pics.yaml: legal_entities.2.pic: found '99', expected") for t in told)
    assert {t for t in told if t.startswith("short")} == {
        f"short.yaml: {key}: missing, expected a value" for key in ("acronym", "name", "label", "keywords")
    }


BOMB = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id: [\n", "line 1: found '[' that is not closed"),
        ("id: x\nid: y\n", "found the key 'id' twice"),
        ("? [a, b]\n: c\n", "as a key, expected a name"),
        (BOMB, "found an alias"),
        ("id: \u00e9".encode("latin-1"), "line 1: found another encoding (is it 'id: é'?), expected UTF-8"),
        ("- a\n- b\n", "expected keys such as id"),
        ("", "expected keys such as id"),
        ("id: !!python/object:os.system x\n", "line 1: found '!' at the beginning, expected quotes"),
        ("a: " + "[" * 20_000, ""),
        ("a: '" + "x" * 5_000_001 + "'", "found more than 5,000,000 bytes"),
    ],
    ids=[
        "broken", "twice", "key", "bomb", "latin", "list", "empty", "object", "deep", "long",
    ],
)  # fmt: skip
def test_a_file_that_is_no_profile(tmp_path, content, says):
    (line,) = mistakes_of(tmp_path, x=content)
    assert line.startswith(str(tmp_path / "institutes" / "x.yaml") + ": ")
    assert says in line


def test_an_unknown_successor(tmp_path):
    (line,) = mistakes_of(tmp_path, x=GOOD.format(name="x") + "successor: y\n")
    assert "x.yaml: successor: found 'y', expected the id of an institute" in line


def test_no_file_at_all(tmp_path):
    with pytest.raises(ConfigError, match=r"found no \*\.yaml file"):
        load_institutes(tmp_path)


@pytest.mark.parametrize("written", ["2020-01-31", "'2020-01-31'"])
def test_a_day_may_be_quoted_or_not(tmp_path, written):
    projects = f"projects: [{{id: '1', title: T, date: {written}}}]\n"
    (institute,) = load_institutes(folder_of(tmp_path, x=GOOD.format(name="x") + projects))
    assert institute.projects[0].date == date(2020, 1, 31)


@pytest.mark.parametrize("written", ["'2020-13-31'", "'soon'", "5"])
def test_a_day_that_is_none(tmp_path, written):
    (line,) = mistakes_of(tmp_path, x=GOOD.format(name="x") + f"projects: [{{id: '1', title: T, date: {written}}}]\n")
    assert "projects.1.date: found" in line


def test_an_editor_s_lock_file_is_passed_over(tmp_path):
    folder = folder_of(tmp_path, x=GOOD.format(name="x")) / "institutes"
    before = fingerprint(tmp_path)
    (folder / ".#x.yaml").symlink_to("somebody@somewhere.1234")
    assert len(load_institutes(tmp_path)) == 1
    assert fingerprint(tmp_path) == before
    (folder / "y.yaml").write_text(GOOD.format(name="y"))
    assert fingerprint(tmp_path) != before


def test_whose_projects_are_taken_whole_and_of_whose_only_some(shipped):
    known = {i.identifier: i for i in shipped}
    for name in ("brgm", "onera-isa", "ifremer-edrome", "cstb", "pasteur-mi", "inria"):
        assert known[name].pics(Take.ALL), name
    for name in ("cea-leti", "cea-list", "laas", "ifpen-te", "ifpen-re", "3bcar"):
        assert known[name].pics(Take.SELECTED), name
        assert not known[name].pics(Take.ALL), name
    whole = Counter(pic for i in shipped for pic in i.pics(Take.ALL))
    assert [pic for pic, times in whole.items() if times > 1] == []  # an entity is at most one institute
    assert all(any(i.pics(take) for take in Take) for i in shipped)


def test_projects_can_be_put_in_and_out_by_hand_also_for_a_lab(tmp_path):
    more = """
legal_entities: [{name: X, pic: '999992401', take: all}, {name: Y, pic: '999997930'}, {name: Z}]
cordis: {add: [101000001, '101000002'], drop: [101000003]}
labs: [{name: A lab, keywords: {en: [magnets]}, cordis: {add: [101000004], drop: [101000002]}}]
"""
    (found,) = load_institutes(folder_of(tmp_path, x=GOOD.format(name="x") + more))
    assert (found.pics(Take.ALL), found.pics(Take.SELECTED)) == (("999992401",), ("999997930",))
    assert found.by_hand == ByHand(("101000001", "101000004"), ("101000003", "101000002"))
    (tmp_path / "again").mkdir()
    (again,) = load_institutes(folder_of(tmp_path / "again", x=institute_yaml(found)))
    assert again == found


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("cordis: {add: [ACRONYM]}", "cordis.add.1"),
        ("cordis: {add: [true]}", "cordis.add.1"),
        ("cordis: {put: []}", "cordis.put"),
        ("legal_entities: [{name: X, pic: '999992401', take: some}]", "legal_entities.1.take"),
    ],
)
def test_what_is_no_project_s_number_or_way_to_take_projects(tmp_path, written, key):
    (line,) = mistakes_of(tmp_path, x=GOOD.format(name="x") + written + "\n")
    assert f"x.yaml: {key}: found" in line


def paths_of(value, above="") -> set[str]:
    """The keys of a file as the page of keys writes them."""
    if isinstance(value, list):
        return {path for item in value for path in paths_of(item, above.removesuffix(".") + "[].")}
    if not isinstance(value, dict):
        return set()
    below = {path for key, held in value.items() for path in paths_of(held, f"{above}{key}.")}
    return {f"{above}{key}" for key in value} | below


def test_the_example_uses_every_key(shipped):
    path = packaged_config() / "institutes" / f"{EXAMPLE}.yaml"
    assert paths_of(yaml.safe_load(path.read_text(encoding="utf-8"))) == {key.path for key in profile_keys()}
    example = next(i for i in shipped if i.identifier == EXAMPLE)
    for name in ("legal_names", "domains", "sectors", "labs", "projects", "include", "exclude", "pin"):
        assert getattr(example, name), name


def test_a_list_of_which_nothing_is_written_is_empty(tmp_path):
    (found,) = load_institutes(folder_of(tmp_path, x=GOOD.format(name="x") + "domains:\n# - later\npin: null\n"))
    assert found.domains == found.pin == ()


def test_a_name_of_two_institutes_is_told_once_for_each_file_that_takes_it(tmp_path):
    named = {name: GOOD.format(name=name) for name in ("aaa", "bbb", "ccc", "ddd")}
    named["aaa"] = named["aaa"].replace("acronym: aaa", "acronym: BBB")  # would be found where bbb is meant
    named["ddd"] = named["ddd"].replace("acronym: ddd", "acronym: Ccc")
    folder_of(tmp_path, **named)
    (tmp_path / "institutes" / "bbb.yml").write_text(named["bbb"], encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_institutes(tmp_path)
    told = [mistake.replace(f"{tmp_path}/institutes/", "") for mistake in caught.value.mistakes]
    assert told == [
        "bbb.yml: id: found 'bbb', expected a name that no other institute has, and bbb.yaml has it",
        "aaa.yaml: acronym: found 'BBB', expected a name that no other institute has, and bbb.yaml has it",
        "ddd.yaml: acronym: found 'Ccc', expected a name that no other institute has, and ccc.yaml has it",
    ]


def test_a_profile_is_made_once_while_its_file_stays_the_same(tmp_path):
    """Whoever edits one of fifty, or asks again, does not wait for the others to be checked anew."""
    folder = make_config(tmp_path / "config")
    before = {one.identifier: one for one in load_institutes(folder)}
    file = folder / "institutes" / "mines.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nexclude: [lymphoma]\n", encoding="utf-8")
    after = {one.identifier: one for one in load_institutes(folder)}
    assert after["mines"].exclude == ("lymphoma",)
    assert {name for name, one in after.items() if one is before[name]} == before.keys() - {"mines"}
