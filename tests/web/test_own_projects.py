"""Own projects on the page of a profile: which count, and each switched off and on by a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.config.institutes import read_institute
from tests.cli.test_own_profile import with_projects
from tests.helpers.web.local_site import LocalSite
from tests.web.test_profile_page import fields, sent

if TYPE_CHECKING:
    from tests.helpers.home import Place

__all__ = ["with_projects"]
DARK = "101000002"
PAGE = "/institutes/cea-leti/profile"


def test_a_project_is_switched_off_and_on(with_projects: Place) -> None:
    with LocalSite(with_projects) as site:
        page = site.get(PAGE).text
        assert "2 count" in page
        assert "Whales" not in page
        off = sent(site, PAGE, do="preview", **{"switch-off": DARK})
        assert '<s lang="en">MEMS sensors</s>' in off.text
        assert "1 count" in off.text
        assert "2 count" in site.get(PAGE).text  # nothing is saved yet
        terms = fields(off.text)
        assert terms["drop"].split() == [DARK]
        assert "Saved" in site.post(PAGE, PAGE, **{**terms, "do": "save"}).text
        assert read_institute(with_projects.config / "institutes" / "cea-leti.yaml").cordis.drop == (DARK,)
        on = sent(site, PAGE, do="preview", **{"switch-on": DARK})
        assert "<s " not in on.text
        assert fields(on.text)["drop"] == ""
