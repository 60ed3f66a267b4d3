"""Two institutes, a call that needs both of them, and the projects that they and others had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import DAY, QUICK, Place, fetch_into, make_config
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from pathlib import Path

BRGM, INRIA, OUTSIDER = "999993662", "999547074", "100000001"
JOINT = "HORIZON-TEST-2027-0000-01"
GROUND, DIGITAL = "groundwater, aquifers and geothermal energy", "robotics, cybersecurity and machine learning"


def joint_place(folder: Path, call: str = JOINT) -> Place:
    """A home whose call (`JOINT`) speaks of the skills of both institutes; its mails tell of every fit."""
    made = Place(folder / "home", make_config(folder / "config", ("brgm", "inria")))
    text = f"<p>{GROUND}.</p>" * 20 + f"<p>{DIGITAL}.</p>" * 20  # in passages of their own
    with LocalPortal(
        [topic(10), topic(1, identifier=[call], title=[f"{GROUND} and {DIGITAL}"], descriptionByte=[text])]
    ) as portal:
        made.portal = portal.url
        fetch_into(made, DAY)
    (made.config / "matcher.toml").write_text(QUICK + "[digest]\nthreshold = 0\n", encoding="utf-8")
    return made


def joint_projects(folder: Path, earlier: str | None = None) -> Path:
    """CORDIS's tables: BRGM leads three projects, Inria is in two of them; the first five may be of an earlier call."""
    projects = [project(n, title=f"{GROUND} {n}", objective=f"{GROUND}; {DIGITAL} {n}", keywords="") for n in range(40)]
    projects = [one | ({"topics": earlier} if earlier and n < 5 else {}) for n, one in enumerate(projects)]
    projects += [project(n, title=f"Barley {n}", objective="Barley.", keywords="") for n in range(40, 300)]
    parts = [participation(n, BRGM, name="BRGM", role="coordinator") for n in range(3)]
    parts += [participation(n, INRIA, name="INRIA", order="2") for n in (1, 2)]
    parts += [participation(n, OUTSIDER, name="FROM OUTSIDE", country="IT", order="3") for n in range(10)]
    return zipped(folder / "c.zip", tables(projects, parts))
