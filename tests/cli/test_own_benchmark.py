"""Decisions as a benchmark folder that `evaluate` reads."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from tests.helpers.home import BARE, DAY, LIFE_CALL, PHOTONIC, Place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run


def test_the_ranking_is_measured_by_what_was_decided(run: Run, fetched: Place, tmp_path: Path) -> None:
    place = Place(tmp_path / "copy", fetched.config)
    shutil.copytree(fetched.home, place.home)
    folder = tmp_path / "judged"
    nothing = run(place, "decisions", "--benchmark", str(folder), "--as-of", DAY)
    assert nothing.code == 2
    assert "No decision says" in nothing.err
    for command in (
        ("keep", "cea-leti", PHOTONIC),
        ("dismiss", "cea-leti", LIFE_CALL, "--reason", "not our field"),
        ("dismiss", "mines", BARE, "--reason", "no capacity"),  # says nothing of relevance
        ("state", "mines", PHOTONIC, "--is", "applied"),
    ):
        assert run(place, *command, "--as-of", DAY).code == 0
    written = run(place, "decisions", "--benchmark", str(folder), "--as-of", DAY)
    assert written.code == 0, written.err
    assert (folder / "qrels.txt").read_text(encoding="utf-8").splitlines() == [
        f"cea-leti 0 {PHOTONIC} 2",
        f"cea-leti 0 {LIFE_CALL} 0",
        f"mines 0 {PHOTONIC} 3",
    ]
    measured = run(place, "evaluate", str(folder), "--model", "matcher", "--json")
    assert measured.code == 0, measured.err
    assert json.loads(measured.out)["models"]["matcher"]["profiles"] == 2
    assert run(place, "decisions", "--benchmark", str(folder), "--summary").code == 2
