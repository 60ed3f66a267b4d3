"""Who did what: decisions and edits as they were made, for whoever decides, each for his own institutes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.audit_log import audit_log
from matcher.app.decisions.deciding import decide, dismiss_for_reader
from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Order
from matcher.model.profile_revision import Edit
from matcher.web.list_files import TYPES
from tests.helpers.home import LIFE_CALL, PHOTONIC, Place, make_config
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = """subscribers:
  - {id: olga, name: Olga, address: olga@example.org, language: en, institutes: [cea-leti], role: officer}
"""


@pytest.fixture
def home(fetched: Place, tmp_path) -> Home:
    """With two decisions of one institute, one of another, one of a reader for himself, and an edit."""
    fetched.config = make_config(tmp_path / "config")
    (fetched.config / "subscribers.yaml").write_text(READERS)
    home = Home(load_settings(environ=fetched.environment))
    decide(home, "cea-leti", [PHOTONIC], Order.of(Act.KEEP, by="anna"))
    decide(home, "cea-leti", [PHOTONIC], Order.of(Act.KEEP, undo=True, by="bob"))
    decide(home, "mines", [LIFE_CALL], Order.of(Act.NOTE, "Ask <Freiberg> first.", by="carl"))
    dismiss_for_reader(home, "olga", PHOTONIC)
    with home.open_store() as store, store.profile_revisions.editing() as edit:
        edit.keep(Edit("cea-leti", "before", "+ lasers", "anna", home.clock()))
    return home


@pytest.fixture
def site(home: Home, fetched: Place) -> Iterator[LocalSite]:
    with LocalSite(fetched) as served:
        yield served


def test_everything_is_in_it_the_newest_first(site: LocalSite) -> None:
    page = site.get("/log").text
    told = ["profile: + lasers", "dismissed", "note: Ask &lt;Freiberg&gt; first.", "taken back: kept", ">kept<"]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert "olga" in page  # for himself: the operator sees it


def test_an_officer_sees_his_own_institutes_alone(home: Home) -> None:
    mine = audit_log(home, frozenset({"cea-leti"}))
    assert [(one.owner, one.by) for one in mine] == [("cea-leti", "anna"), ("cea-leti", "bob"), ("cea-leti", "anna")]
    assert len(audit_log(home, None)) == 5


def test_of_one_institute_and_from_a_day_on(site: LocalSite, home: Home) -> None:
    page = site.get("/log?institute=mines").text
    assert "carl" in page
    assert "lasers" not in page
    assert "Nothing was decided or edited yet." in site.get("/log?since=2999-01-01").text
    assert site.get("/log?institute=nobody").status_code == 404


@pytest.mark.parametrize("form", TYPES)
def test_it_is_a_file_too(site: LocalSite, form: str) -> None:
    answer = site.get(f"/log?format={form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[form]
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["act"] for row in rows] == ["edit", "dismiss", "note", "keep", "keep"]
    elif form == "json":
        assert len(json.loads(answer.text)["log"]) == 5
    elif form == "ics":
        assert answer.text.count("BEGIN:VEVENT") == 5
    elif form == "atom":
        assert answer.text.count("<entry>") == 5
