"""`matcher show CALL --predecessors`, and the same in Python, on a store with projects and on one without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import matcher
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, PHOTONIC

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Place, Run

BRGM = "999993662"
EARLIER = "HORIZON-TEST-2021-0000-01"


def dump(folder: Path) -> str:
    """Three hundred projects, those of one topic about photonics, two of them with BRGM."""
    projects = [project(n, topics=f"HORIZON-CL6-2021-X-{n % 40}", objective=f"Barley number {n}.") for n in range(300)]
    for n in range(5):
        projects[n] |= {"topics": EARLIER, "title": "Photonic chips", "objective": "Photonics, chips and lasers."}
    parts = [participation(n, "123456789", name="A PARTNER SA") for n in range(300)]
    parts += [participation(n, BRGM, name="BRGM", order="2") for n in (0, 1)]
    return str(zipped(folder / "c.zip", tables(projects, parts)))


def test_what_came_before_a_call(run: Run, fetched: Place, tmp_path: Path) -> None:
    without = run(fetched, "show", PHOTONIC, "--predecessors", "--as-of", DAY)
    assert without.code == 2
    assert "fetch --projects" in without.err
    assert run(fetched, "fetch", "--projects", dump(tmp_path)).code == 0
    answer = run(fetched, "show", PHOTONIC, "--predecessors", "--as-of", DAY, "--json")
    first = json.loads(answer.out)["predecessors"][0]
    assert (first["call"], first["funded"]) == (EARLIER, 5)
    assert first["contribution_eur"] == 5 * 1_500_000.5
    assert first["organisations"][0] == {"name": "A PARTNER SA", "projects": 5}
    text = run(fetched, "show", PHOTONIC, "--predecessors", "--as-of", DAY).out
    assert EARLIER in text
    assert "most often in them: A PARTNER SA (5)" in text
    assert "PROJ168 (1.5 M€); PROJ208 (1.5 M€)" in text
    with matcher.open(home=fetched.home, config=fetched.config, as_of=DAY) as session:
        frame = session.predecessors(PHOTONIC)
    assert (frame["call"][0], frame["projects"][0]) == (EARLIER, 5)
