"""`matcher profile new ID`: a file is written once, and what may not be written is told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from matcher.config.settings import packaged_config
from tests.helpers.home import DAY
from tests.helpers.prose import page_of

if TYPE_CHECKING:
    from tests.helpers.home import Place


@pytest.fixture
def fetched(fetched: Place, tmp_path: Path) -> Place:
    """The fetched home with a configuration of its own, to be written to: the other one is every test's."""
    return replace(fetched, config=Path(shutil.copytree(fetched.config, tmp_path / "my-config")))


def test_a_new_institute_is_written_and_at_once_an_institute_like_others(run, fetched):
    path = fetched.config / "institutes" / "rocks-and-water.yaml"
    answer = run(fetched, "profile", "new", "rocks-and-water")
    assert answer.code == 0
    assert answer.out.startswith(f"{path} is written, and valid.")
    assert "matcher profile rocks-and-water --check" in " ".join(answer.out.split())
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n#    - groundwater", "\n    - photonics"), encoding="utf-8"
    )
    ranked = json.loads(run(fetched, "rank", "rocks-and-water", "--min-fit", "0", "--as-of", DAY, "--json").out)
    assert "photonics" in [reason["term"] for reason in ranked["matches"][0]["evidence"]]


def test_skills_are_proposed_from_documents_and_count_only_when_a_person_takes_them(run, fetched, tmp_path):
    report = tmp_path / "report.txt"
    said = "Our strength is in silicon photonics and in other things."
    report.write_text(f"{page_of(['lymphoma'])} {said}", encoding="utf-8")
    answer = run(fetched, "profile", "new", "rocks", "--from", str(report), "--json")
    proposed = json.loads(answer.out)["proposed"]
    terms = [one["text"] for one in proposed]
    assert {"silicon photonics", "lymphoma"} <= set(terms)
    assert [one["weight"] for one in proposed] == sorted((one["weight"] for one in proposed), reverse=True)
    assert all((one["source"], one["text"] in one["sentence"]) == ("report.txt", True) for one in proposed)

    file = fetched.config / "institutes" / "rocks.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    place = lines.index("#    - silicon photonics")
    assert said in " ".join(line.strip("# ") for line in lines[place - 3 : place])
    assert json.loads(run(fetched, "rank", "rocks", "--min-fit", "0", "--as-of", DAY, "--json").out)["matches"] == []
    assert "without any skill yet: rocks" in " ".join(run(fetched, "doctor").out.split())

    lines[place] = lines[place].removeprefix("#")
    file.write_text("\n".join(lines), encoding="utf-8")
    ranked = json.loads(run(fetched, "rank", "rocks", "--min-fit", "0", "--as-of", DAY, "--json").out)
    assert ranked["matches"][0]["evidence"][0]["term"] == "silicon photonics"


def test_a_list_of_keywords_is_proposed_whole_and_by_its_weights(run, fetched, tmp_path):
    listed, report = tmp_path / "list.csv", tmp_path / "report.txt"
    listed.write_text("keyword;weight\nlymphoma;1\nsilicon photonics;9\nzyxomat;99\n", encoding="utf-8")
    report.write_text("We know quantum sensors well, and lymphoma.", encoding="utf-8")
    answer = run(fetched, "profile", "new", "rocks", "--from", str(report), "--from", str(listed), "--json")
    proposed = json.loads(answer.out)["proposed"]
    assert [one["text"] for one in proposed][:2] == ["silicon photonics", "lymphoma"]
    assert [one["source"] for one in proposed][:2] == ["list.csv", "list.csv"]
    assert "report.txt" in {one["source"] for one in proposed[2:]}


def test_documents_without_any_term_of_a_call_give_the_file_all_the_same(run, fetched, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear zyxomat, qwrtz.", encoding="utf-8")
    answer = run(fetched, "profile", "new", "rocks", "--from", str(letter))
    assert answer.code == 0
    assert "No call and no project uses a term of the documents" in " ".join(answer.out.split())
    assert (fetched.config / "institutes" / "rocks.yaml").exists()


def test_one_without_skills_yet_harms_nothing(run, fetched):
    told = json.loads(run(fetched, "profile", "new", "empty-yet", "--json").out)
    assert told["institute"] == "empty-yet"
    assert told["file"].endswith("empty-yet.yaml")
    for command in (
        ("rank", "empty-yet", "--min-fit", "0", "--as-of", DAY),
        ("profile", "empty-yet"),
        ("profile", "empty-yet", "--check"),
    ):
        assert run(fetched, *command).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new"], "Say how the new institute is called"),
        (["new", "Rocks"], "'Rocks' is no id"),
        (["new", "../rocks"], "is no id"),
        (["new", "new"], "'new' is no id"),
        (["new", "cea-leti"], "is there already"),
        (["new", "rocks", "--check"], "one at a time"),
        (["cea-leti", "--from", __file__], "`matcher profile new rocks-and-water --from report.pdf`"),
        (["new", "rocks", "--from", __file__ + "x"], "does not exist"),
        (["cea-leti", "mines"], "one institute at a time"),
    ],
)
def test_what_may_not_be_written(run, fetched, words, says):
    answer = run(fetched, "profile", *words)
    assert answer.code == 2
    assert says in answer.err
    assert not (fetched.config / "institutes" / "rocks.yaml").exists()


def test_the_configuration_that_ships_is_not_written_to(run, fetched, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    fetched.config = ""  # none is named, and none is here
    answer = run(fetched, "profile", "new", "rocks-and-water")
    assert answer.code == 2
    assert "copy it to a folder of your own" in answer.err
    assert not (packaged_config() / "institutes" / "rocks-and-water.yaml").exists()
