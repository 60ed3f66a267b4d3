"""What the product and its tools are built of: the table of licences is of every pin of every file of them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.helpers.paths import DOCS, ROOT

PIN_FILES = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))
PAGE = (DOCS / "security.md").read_text(encoding="utf-8")

OF_OTHER_PLACES = {
    "aiohappyeyeballs": "PSF-2.0",
    "aiohttp": "Apache-2.0 AND MIT",
    "aiosignal": "Apache-2.0",
    "appnope": "BSD-2-Clause",
    "axe-playwright-python": "MIT, with axe-core under MPL 2.0",  # by the licence files in it
    "colorama": "BSD-3-Clause",
    "dask": "BSD-3-Clause",
    "distributed": "BSD-3-Clause",
    "frozenlist": "Apache-2.0",
    "fsspec": "BSD-3-Clause",
    "greenlet": "MIT AND PSF-2.0",
    "httpx2-jsfetch": "BSD-3-Clause",
    "locket": "BSD-2-Clause",
    "msgpack": "Apache-2.0",
    "multidict": "Apache-2.0",
    "partd": "BSD-3-Clause",
    "playwright": "Apache-2.0",
    "propcache": "Apache-2.0",
    "pywinpty": "MIT",
    "tblib": "BSD-2-Clause",
    "toolz": "BSD-3-Clause",
    "yarl": "Apache-2.0",
    "zict": "BSD-3-Clause",
}
"""Pins that another Python, system or target than this one needs, with what they say themselves."""

RECIPROCAL = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|Eclipse|CDDL|EUPL|Copyleft|Affero", re.IGNORECASE)
"""What asks something of who hands a package on, beyond its notice."""


def pins(name: str) -> list[str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==", text, re.MULTILINE)


def licence(package: str) -> str:
    """As the package's own metadata declares it, which may be in three places."""
    if package in OF_OTHER_PLACES:
        return OF_OTHER_PLACES[package]
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return ""
    classifiers = [one for one in said.get_all("Classifier", []) if one.startswith("License ::")]
    declared = said.get("License-Expression") or ", ".join(one.rpartition(" :: ")[2] for one in classifiers)
    return declared or (said.get("License") or "").partition("\n")[0]


@pytest.mark.parametrize("name", PIN_FILES)
def test_every_pin_declares_a_licence_and_the_reciprocal_ones_are_listed(name: str) -> None:
    [(count, listed)] = re.findall(rf"^\| `{re.escape(name)}` \| ([\d,]+) \| (.*) \|$", PAGE, re.MULTILINE)
    found = {package: licence(package) for package in pins(name)}
    assert [package for package, said in found.items() if not said] == []
    assert int(count) == len(found)
    reciprocal = {package for package, said in found.items() if RECIPROCAL.search(said)}
    assert set(re.findall(r"`([\w.-]+)`", listed)) == reciprocal


def test_nothing_that_the_product_runs_with_is_under_the_gpl() -> None:
    """The library licence of psycopg is said where it is told of; nothing else of the GPL's family comes along."""
    family = re.compile(r"GPL|General Public|Affero")
    running = {package for name in ("run.txt", "postgresql.txt", "notebooks.txt") for package in pins(name)}
    found = {package: licence(package) for package in running if family.search(licence(package))}
    assert found == {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
    assert not {package for package in found if package in pins("run.txt")}
    assert "LGPL-3.0-only" in PAGE
