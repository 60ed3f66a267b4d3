"""`matcher bids` at the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from matcher.config.settings import packaged_config
from matcher.present.project_records import BID_FIELDS
from tests.helpers.home import DAY, Place, make_config
from tests.helpers.joint import JOINT, joint_place, joint_projects

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run


def test_bids_are_listed_in_every_shape(run: Run, fetched: Place) -> None:
    answer = run(fetched, "bids", "--as-of", DAY, "--json")
    assert answer.code == 0, answer.err
    record = json.loads(answer.out)
    assert set(record) == {"schema", "as_of", "bids"}
    for one in record["bids"]:
        assert set(one) == set(BID_FIELDS)
        assert len(one["institutes"]) > 1
        assert one["together"] is one["led"] is one["outside"] is None
    assert run(fetched, "bids", "--as-of", DAY, "--csv").out.splitlines()[0] == ",".join(BID_FIELDS)
    assert run(fetched, "bids", "--as-of", DAY).out.startswith("Joint bids of the network")


def test_what_is_missing_without_projects_is_told(run: Run, tmp_path: Path) -> None:
    everybody = tuple(sorted(path.stem for path in (packaged_config() / "institutes").iterdir()))
    place = Place(tmp_path / "home", make_config(tmp_path / "config", everybody))
    assert run(place, "run").code == 0  # from the packaged sample
    text = run(place, "bids", "--as-of", "2026-05-07").out
    assert "overlap with them: " in text
    assert "Who worked together, who led projects and who could fill gaps is not known" in " ".join(text.split())
    assert "matcher fetch --projects" in text


def test_the_past_of_the_institutes_and_of_others_is_told(run: Run, tmp_path: Path) -> None:
    place = joint_place(tmp_path)
    assert run(place, "fetch", "--projects", str(joint_projects(tmp_path))).code == 0
    assert "is not known" not in run(place, "bids", "--as-of", DAY).out
    answer = run(place, "bids", "--as-of", DAY, "--json")
    assert answer.code == 0, answer.err
    bids = json.loads(answer.out)["bids"]
    assert bids
    first = next(one for one in bids if {m["institute"] for m in one["institutes"]} == {"brgm", "inria"})
    assert first["led"] == [{"institute": "brgm", "projects": 3, "in_part": 0}]
    assert first["together"] == [
        {"institutes": [m["institute"] for m in first["institutes"]], "projects": ["PROJ1", "PROJ2"]}
    ]


def test_bids_say_what_was_decided_and_are_narrowed_by_it(run: Run, tmp_path: Path) -> None:
    place = joint_place(tmp_path)
    assert run(place, "fetch", "--projects", str(joint_projects(tmp_path))).code == 0

    def calls(*words: str) -> list[str]:
        answer = run(place, "bids", "--as-of", DAY, "--json", *words)
        assert answer.code == 0, answer.err
        return [one["call"] for one in json.loads(answer.out)["bids"]]

    assert JOINT in calls()
    assert calls("--decided") == []
    assert JOINT in calls("--undecided")
    assert run(place, "keep", "brgm", JOINT, "--as", "ana", "--as-of", DAY).code == 0
    assert calls("--decided") == [JOINT]
    assert JOINT not in calls("--undecided")
    assert "brgm: kept" in run(place, "bids", "--as-of", DAY).out
    assert "ana" not in run(place, "bids", "--as-of", DAY, "--json").out
    assert run(place, "dismiss", "inria", JOINT, "--as-of", DAY).code == 0
    assert JOINT not in calls()
    assert "nobody decided on" in run(place, "bids", "--undecided", "--as-of", DAY, "--top", "1").out or calls(
        "--undecided"
    )
