"""What a mail says of a new call beside its matches: who won its predecessor, who covers it together."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from matcher.model.decision import Act, Entry, Owner
from matcher.store.database import Store
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, QUICK, Place, fetch_into, make_config
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.home import Run

BRGM, INRIA = "999993662", "999547074"
EARLIER = "HORIZON-TEST-2021-0000-01"
GROUND, DIGITAL = "groundwater, aquifers and geothermal energy", "robotics, cybersecurity and machine learning"


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Place:
    """Two institutes, a call for both, and the projects of the call of its family before."""
    made = Place(tmp_path / "home", make_config(tmp_path / "config", ("brgm", "inria")))
    text = f"<p>{GROUND}.</p><p>{DIGITAL}.</p>" * 20
    with LocalPortal([topic(10), topic(1, title=[f"{GROUND} and {DIGITAL}"], descriptionByte=[text])]) as portal:
        made.portal = portal.url
        fetch_into(made, DAY)
    (made.config / "matcher.toml").write_text(QUICK + "[digest]\nthreshold = 0\n", encoding="utf-8")
    projects = [project(n, title=f"{GROUND} {n}", objective=f"{GROUND}; {DIGITAL} {n}", keywords="") for n in range(40)]
    projects = [one | ({"topics": EARLIER} if n < 5 else {}) for n, one in enumerate(projects)]
    projects += [project(n, title=f"Barley {n}", objective="Barley.", keywords="") for n in range(40, 300)]
    parts = [participation(n, BRGM, name="BRGM") for n in range(3)]
    parts += [participation(n, INRIA, name="INRIA", order="2") for n in (1, 2)]
    parts += [participation(n, "100000001", name="ANOTHER", order="3") for n in range(10)]
    dump = zipped(tmp_path / "c.zip", tables(projects, parts))
    assert run(made, "fetch", "--projects", str(dump)).code == 0
    return made


def preview(run: Run, place: Place, *words: str) -> str:
    answer = run(place, "digest", "preview", "--institute", "brgm", "--as-of", DAY, *words)
    assert answer.code == 0, answer.err
    return " ".join(answer.out.split())


def test_a_new_call_says_who_won_the_one_before_and_who_covers_it_together(run: Run, place: Place) -> None:
    english = preview(run, place, "--language", "en")
    assert f"Before {EARLIER} (5 projects): BRGM in 3 (PROJ0, PROJ1, PROJ2); Inria in 2 (PROJ1, PROJ2)" in english
    assert re.search(r"Together (BRGM|Inria) \d+ and (BRGM|Inria) \d+", english)
    french = preview(run, place, "--language", "fr")
    assert f"Avant {EARLIER} (5 projets)" in french
    assert "BRGM dans 3 (PROJ0, PROJ1, PROJ2)" in french
    assert re.search(r"Ensemble (BRGM|Inria) \d+ et (BRGM|Inria) \d+", french)


def test_who_dismissed_a_call_is_not_named_as_one_to_answer_it_with(run: Run, place: Place) -> None:
    call = "HORIZON-TEST-2027-0000-01"
    with Store.open(f"sqlite:///{place.home}/matcher.db") as store:
        at = datetime.fromisoformat(f"{DAY}T10:00:00+02:00")
        store.decisions.add([Entry(Owner("inria"), call, Act.DISMISS, at, "no capacity", by="ana")])
    told = preview(run, place, "--language", "en")
    assert call in told
    assert "Together" not in told


def test_where_nobody_won_nothing_is_said(run: Run, place: Place, tmp_path: Path) -> None:
    bare = Place(tmp_path / "bare", place.config)
    with LocalPortal([topic(0), topic(1)]) as portal:
        bare.portal = portal.url
        fetch_into(bare, DAY)
    assert "Before" not in preview(run, bare, "--language", "en")
