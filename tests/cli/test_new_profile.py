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
    ranked = json.loads(run(fetched, "rank", "rocks-and-water", "--as-of", DAY, "--json").out)
    assert "photonics" in [reason["term"] for reason in ranked["matches"][0]["evidence"]]


def test_one_without_skills_yet_harms_nothing(run, fetched):
    told = json.loads(run(fetched, "profile", "new", "empty-yet", "--json").out)
    assert told["institute"] == "empty-yet"
    assert told["file"].endswith("empty-yet.yaml")
    for command in (
        ("rank", "empty-yet", "--as-of", DAY),
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
