"""`matcher bids` at the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from matcher.present.records import BID_FIELDS
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, QUICK, Place, fetch_into, make_config
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

BRGM, INRIA, OUTSIDER = "999993662", "999547074", "100000001"
GROUND, DIGITAL = "groundwater, aquifers and geothermal energy", "robotics, cybersecurity and machine learning"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Two institutes with projects of their own, and a call that needs both."""
    made = Place(tmp_path / "home", make_config(tmp_path / "config", ("brgm", "inria")))
    text = f"<p>{GROUND}.</p><p>{DIGITAL}.</p>" * 20
    with LocalPortal([topic(0), topic(1, title=[f"{GROUND} and {DIGITAL}"], descriptionByte=[text])]) as portal:
        made.portal = portal.url
        fetch_into(made, DAY)
    (made.config / "matcher.toml").write_text(QUICK + "[digest]\nthreshold = 0\n", encoding="utf-8")
    return made


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


def test_the_past_of_the_institutes_and_of_others_is_told(run: Run, place: Place, tmp_path: Path) -> None:
    projects = [project(n, title=f"{GROUND} {n}", objective=f"{GROUND}; {DIGITAL} {n}", keywords="") for n in range(40)]
    projects += [project(n, title=f"Barley {n}", objective="Barley.", keywords="") for n in range(40, 300)]
    parts = [participation(n, BRGM, name="BRGM", role="coordinator") for n in range(3)]
    parts += [participation(n, INRIA, name="INRIA", order="2") for n in (1, 2)]
    parts += [participation(n, OUTSIDER, name="FROM OUTSIDE", country="IT", order="3") for n in range(10)]
    assert run(place, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(projects, parts)))).code == 0
    answer = run(place, "bids", "--as-of", DAY, "--json")
    assert answer.code == 0, answer.err
    bids = json.loads(answer.out)["bids"]
    assert bids
    first = next(one for one in bids if {m["institute"] for m in one["institutes"]} == {"brgm", "inria"})
    assert first["led"] == [{"institute": "brgm", "projects": 3, "in_part": 0}]
    assert first["together"] == [
        {"institutes": [m["institute"] for m in first["institutes"]], "projects": ["PROJ1", "PROJ2"]}
    ]
