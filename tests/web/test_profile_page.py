"""The profile in the browser: looked at before it counts, saved with its comments, taken back, and two at once."""

from __future__ import annotations

import re
import threading
from html import unescape
from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.deciding import who_decides
from matcher.app.decisions.forgetting import forget_person
from matcher.app.profiles.profile_editing import EditConflict, editable, save
from matcher.config.institutes import read_institute
from tests.helpers.web.local_site import LocalSite, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

    from tests.helpers.home import Place

PAGE = "/institutes/calym/profile"


@pytest.fixture
def place(configured: Callable[..., Place]) -> Place:
    return configured()


@pytest.fixture
def site(place: Place) -> Iterator[LocalSite]:
    with LocalSite(place) as served:
        yield served


def file_of(place: Place, name: str = "calym") -> Path:
    return place.config / "institutes" / f"{name}.yaml"


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form on a page, rows of one name as lines."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input name="([^"]+)" value="([^"]*)" lang', page):
        found.setdefault(name, []).append(unescape(value))
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark is not None
    rows = {name: "\n".join(values) for name, values in found.items()}
    return {"mark": mark[1], **rows, **{name: unescape(text) for name, text in areas}}


def beside(page: str, keyword: str) -> str:
    """What stands beside the row of a keyword, as a screen reader finds it."""
    row = re.search(rf'value="{re.escape(keyword)}"[^>]*aria-describedby="([^"]+)"', page)
    assert row is not None
    told = re.search(rf'<span id="{row[1]}"[^>]*>([^<]*)</span>', page)
    assert told is not None
    return told[1]


def sent(site: LocalSite, page: str = PAGE, **changed: str) -> requests.Response:
    return site.post(page, page, **{**fields(site.get(page).text), **changed})


def test_a_form_sent_as_it_is_changes_no_byte(site: LocalSite, place: Place) -> None:
    before = file_of(place).read_bytes()
    answer = sent(site, do="save")
    assert answer.status_code == 200
    assert "nothing to save" in answer.text
    assert file_of(place).read_bytes() == before
    assert "another order" not in answer.text  # and no edit is in the history


def test_what_a_term_changes_is_seen_before_anything_is_saved(site: LocalSite, place: Place) -> None:
    before = file_of(place).read_bytes()
    terms = fields(site.get(PAGE).text)
    page = sent(site, do="preview", en=terms["en"] + "\nphotonics\nsilicon photonics").text
    assert "What this would change" in page
    assert "enters:" in page
    assert "Silicon photonics for sensors" in page
    assert 'value="silicon photonics"' in page
    assert file_of(place).read_bytes() == before


def test_saving_keeps_comments_and_order_and_the_list_follows(site: LocalSite, place: Place) -> None:
    path = file_of(place)
    path.write_text(
        path.read_text(encoding="utf-8").replace("keywords:", "# mind these\nkeywords:", 1), encoding="utf-8"
    )
    before = path.read_text(encoding="utf-8").splitlines()
    terms = fields(site.get(PAGE).text)
    assert "Saved" in sent(site, do="save", en=terms["en"] + "\nsilicon photonics").text
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ["    - silicon photonics"]
    assert [line for line in before if line not in after] == []
    assert read_institute(path).keywords_en[-1] == "silicon photonics"
    assert "Silicon photonics for sensors" in site.get("/institutes/calym?as_of=2026-06-15&min_fit=0").text
    page = site.get(PAGE).text
    assert "+ silicon photonics" in page
    assert "taken back" in sent(site, do="undo").text
    assert path.read_text(encoding="utf-8").splitlines() == before


def test_each_keyword_has_its_verdict_beside_it(site: LocalSite) -> None:
    terms = fields(site.get(PAGE).text)
    page = sent(
        site, do="preview", en="silicon photonics\nxylophone tuning", **{"en-more": "photonics\nunheard of"}
    ).text
    assert "calls hold it" in beside(page, "silicon photonics") or "call holds it" in beside(page, "silicon photonics")
    assert beside(page, "xylophone tuning") == "no call holds a word of it"
    new = re.search(r'<ul id="are-en"[^>]*>(.*?)</ul>', page)
    assert new is not None
    assert re.findall(r'<span lang="en">([^<]+)</span>: ', new[1]) == ["photonics", "unheard of"]
    assert 'aria-describedby="are-en"' in page
    for row in terms.get("en", "").split("\n"):
        assert beside(site.get(PAGE).text, row)


def test_an_emptied_row_keeps_its_place_until_it_is_saved(site: LocalSite, place: Place) -> None:
    sent(site, do="save", en="coal seams\nrare earths\nheat pumps")
    page = sent(site, do="preview", en="coal seams\n\nheat pumps").text
    assert fields(page)["en"] == "coal seams\n\nheat pumps"
    assert beside(page, "") == "left out"
    assert "Saved" in site.post(PAGE, PAGE, **{**fields(page), "do": "save"}).text
    assert read_institute(file_of(place)).keywords_en == ("coal seams", "heat pumps")


def test_rows_that_a_browser_sends_apart_are_one_list(site: LocalSite, place: Place) -> None:
    known = fields(site.get(PAGE).text)
    rows = [("do", "save"), ("mark", known["mark"]), ("en", "heat pumps"), ("en", ""), ("en", "rare earths")]
    rows += [("en-more", "coal seams"), ("token", token_of(site.get(PAGE).text))]
    assert site.session.post(site.address + PAGE, data=rows, timeout=60).status_code == 200
    assert read_institute(file_of(place)).keywords_en == ("heat pumps", "rare earths", "coal seams")


def test_a_profile_may_have_as_many_rows_as_terms(site: LocalSite, place: Place) -> None:
    known = fields(site.get(PAGE).text)
    rows = [("do", "save"), ("mark", known["mark"]), ("token", token_of(site.get(PAGE).text))]
    rows += [("en", f"term number {n}") for n in range(300)]
    assert site.session.post(site.address + PAGE, data=rows, timeout=60).status_code == 200
    assert len(read_institute(file_of(place)).keywords_en) == 300


def test_who_saves_second_sees_both_versions_and_chooses(site: LocalSite, place: Place) -> None:
    mine, theirs = (fields(site.get(PAGE).text) for _ in range(2))
    assert "Saved" in site.post(PAGE, PAGE, **{**theirs, "do": "save", "en": theirs["en"] + "\nrare earths"}).text
    late = {**mine, "do": "save", "en": mine["en"] + "\nsilicon photonics"}
    page = site.post(PAGE, PAGE, **late).text
    assert "Somebody else saved this profile meanwhile" in page
    assert "rare earths" in page
    assert "silicon photonics" in fields(page)["en"]
    assert "silicon photonics" not in file_of(place).read_text(encoding="utf-8")
    assert "Saved" in site.post(PAGE, PAGE, **{**fields(page), "do": "save"}).text
    assert "silicon photonics" in file_of(place).read_text(encoding="utf-8")
    assert "rare earths" in site.get(PAGE).text  # in the history, from which it can be brought back


def test_of_many_who_save_at_once_one_is_first_and_the_others_are_told(site: LocalSite, place: Place) -> None:
    home, outcomes = site.home, []
    now = editable(home, "calym")

    def one(number: int) -> None:
        terms = now.terms.__class__(
            (*now.terms.en, f"term {number}"), now.terms.fr, now.terms.exclude, now.terms.labs, now.terms.drop
        )
        try:
            save(home, "calym", terms, mark=now.mark, by=f"p{number}")
            outcomes.append("saved")
        except EditConflict:
            outcomes.append("told")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", *["told"] * 7]
    assert len(editable(home, "calym").revisions) == 1
    assert len(read_institute(file_of(place)).keywords_en) == len(now.terms.en) + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"en": "x" * 201},
        {"en": "\n".join(f"term {n}" for n in range(600))},
        {"en": "bell\x07"},
        {"do": "burn"},
        {"en": "turned\u202earound"},
    ],
)
def test_what_no_file_may_hold_is_refused_and_changes_nothing(
    site: LocalSite, place: Place, changed: dict[str, str]
) -> None:
    before = file_of(place).read_bytes()
    assert sent(site, **{"do": "save", **changed}).status_code == 400
    assert file_of(place).read_bytes() == before


def test_what_people_type_comes_back_escaped(site: LocalSite) -> None:
    page = sent(site, do="preview", en="<script>alert(1)</script>").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_where_neither_file_nor_database_can_be_written_it_is_looked_at_only(
    site: LocalSite, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.app.profiles.profile_editing.can_be_written", lambda _: False)
    page = site.get(PAGE).text
    assert "Neither the file of this profile nor the database" in page
    assert "Save</button>" not in page
    assert sent(site, do="save", en="coal").status_code == 400


def test_what_was_learned_is_forgotten_by_a_button(site: LocalSite) -> None:
    assert "forgot what it had learned" in sent(site, do="forget").text


def test_nothing_to_take_back_is_told(site: LocalSite) -> None:
    assert sent(site, do="undo").status_code == 400


def test_an_edit_of_whoever_has_the_machine_has_a_name_too(site: LocalSite) -> None:
    assert "Saved." in sent(site, do="save", en="coal seams").text
    with site.home.open_store(read_only=True) as store:
        [edit] = store.profile_revisions.of("calym")
    assert edit.by == who_decides(site.home)


def test_who_is_forgotten_is_named_in_no_edit_and_the_edit_stays(site: LocalSite) -> None:
    assert "Saved." in sent(site, do="save", en="coal seams").text
    assert forget_person(site.home, who_decides(site.home).upper()) == 1
    with site.home.open_store(read_only=True) as store:
        [edit] = store.profile_revisions.of("calym")
    assert edit.by is None
    assert "coal seams" in edit.summary
