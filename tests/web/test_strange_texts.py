"""Texts of strangers and of profiles stay texts, wherever a page shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.home import DAY, Place, fetch_into, make_config
from tests.helpers.portal.rows import topic
from tests.helpers.portal.server import LocalPortal
from tests.helpers.web.local_site import OUR_SCRIPT, LocalSite
from tests.web.test_pages import strict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALL = "HORIZON-TEST-2027-0000-01"
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    """A call and a profile that both try to be more than text."""
    folder: Path = tmp_path_factory.mktemp("evil")
    place = Place(folder / "home", make_config(folder / "config", ("cea-leti",)))
    profile = place.config / "institutes" / "cea-leti.yaml"
    quoted = EVIL.replace("\\", "\\\\").replace('"', '\\"')
    labs = f'labs:\n  - name: "{quoted} lab"\n    keywords: {{en: ["{quoted} photonics"]}}\n'
    kept = profile.read_text(encoding="utf-8").partition("\nlabs:")[0]
    profile.write_text(f"{kept}\n{labs}", encoding="utf-8")
    about = f"<p>Silicon photonics &lt;script&gt;alert(2)&lt;/script&gt; {EVIL} integrated circuits.</p>"
    rows = [topic(1, title=[f"Silicon photonics {EVIL}"], descriptionByte=[about], tags=[EVIL]), topic(2)]
    with LocalPortal(rows) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    with LocalSite(place) as served:
        yield served


@pytest.mark.parametrize(
    "path",
    [
        f"/institutes/cea-leti?as_of={DAY}",
        f"/calls/{CALL}?for=cea-leti&as_of={DAY}",
        f"/calls?words=photonics&as_of={DAY}",
        f"/calls?words=%22%3E%3Cscript%3Ealert(3)&as_of={DAY}",
        "/calls?words=photonics&programme=%3Cscript%3E",
        "/institutes/%3Cscript%3Ealert(4)%3C",
        f"/institutes/cea-leti?lab=%22%3E%3Cscript%3E&as_of={DAY}",
        f"/network?as_of={DAY}",
    ],
)
def test_nothing_of_them_is_markup(evil: LocalSite, path: str) -> None:
    page = evil.get(path).text
    strict(page)
    assert "<script" not in page.replace(OUR_SCRIPT, "").casefold()
    assert "<img" not in page.casefold()


def test_they_are_shown_as_what_they_are(evil: LocalSite) -> None:
    page = evil.get(f"/institutes/cea-leti?as_of={DAY}&min_fit=0").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f'id="{CALL}"' in page
