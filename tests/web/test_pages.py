"""Pages that are read: the start, an institute's list, what is not there."""

from __future__ import annotations

import html5lib
import pytest

from matcher.errors import StoreBusy
from matcher.web import kept_home
from tests.helpers.home import DAY, PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite

LIST = f"/institutes/cea-leti?as_of={DAY}"


def strict(page: str) -> None:
    """What an HTML5 parser has nothing to say about."""
    html5lib.HTMLParser(strict=True).parse(page)


def test_the_start_names_every_institute(site: LocalSite) -> None:
    page = site.get("/")
    assert page.status_code == 200
    strict(page.text)
    assert all(f'href="/institutes/{name}"' in page.text for name in ("cea-leti", "mines", "calym"))
    assert '<html lang="en">' in page.text


def test_an_institutes_list_says_why_and_when(site: LocalSite) -> None:
    page = site.get(LIST).text
    strict(page)
    assert f'id="{PHOTONIC}"' in page
    assert "Silicon photonics for sensors" in page
    assert '<span class="term" lang="en">' in page


def test_an_address_is_the_question(site: LocalSite) -> None:
    """What a form sends in vain is tidied away, so that an address says what is asked and no more."""
    asked = "/institutes/CEA-Leti?status=&programme=LIFE%2C+DIGITAL&action=&decided=&sort=deadline&as_of=" + DAY
    found = site.get(asked)
    assert found.url.removeprefix(site.address) == (
        f"/institutes/cea-leti?programme=DIGITAL&programme=LIFE&as_of={DAY}&sort=deadline"
    )
    assert PHOTONIC not in found.text
    assert 'value="DIGITAL,LIFE"' in found.text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/nothing", 404, "There is nothing here"),
        ("/institutes/cea-lety", 404, "cea-leti"),
        ("/institutes/cea-leti?lab=None", 404, "no lab of that name"),
        ("/institutes/cea-leti?statsu=open", 400, "status"),
        ("/institutes/cea-leti?institute=mines", 400, "before the question mark"),
        ("/institutes/cea-leti?programme=LIVE", 400, "LIFE"),
        ("/institutes/..%2f..%2fetc", 404, "There is nothing here"),
        ("/language", 405, "takes forms"),
    ],
)
def test_what_cannot_be_answered_is_told_in_words(site: LocalSite, path: str, status: int, told: str) -> None:
    page = site.get(path)
    assert page.status_code == status
    strict(page.text)
    assert told in page.text
    assert "Traceback" not in page.text


def test_a_fault_is_a_page_with_a_number_that_stands_in_the_log(site: LocalSite, monkeypatch, caplog) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(kept_home.KeptHome, "current", broken)
    page = site.get("/")
    assert page.status_code == 500
    strict(page.text)
    assert "secret of the house" not in page.text
    [number] = [one.getMessage().partition(":")[0] for one in caplog.records if "failed" in one.getMessage()]
    assert number in page.text

    def busy(_: object) -> None:
        raise StoreBusy("Another process writes: try again.")

    monkeypatch.setattr(kept_home.KeptHome, "current", busy)
    page = site.get("/")
    assert (page.status_code, "Another process writes" in page.text) == (503, True)


def test_who_reads_french_reads_french(site: LocalSite) -> None:
    page = site.get("/", headers={"Accept-Language": "de, fr-FR;q=0.8, en;q=0.5"})
    assert '<html lang="fr">' in page.text
    assert "Choisissez un institut" in page.text
    chosen = site.post("/language", "/", language="fr", back=LIST)
    assert chosen.url == site.address + LIST
    assert '<html lang="fr">' in chosen.text
    strict(chosen.text)
    assert '<html lang="en">' in site.post("/language", "/", language="en", back="//evil.example/").text
    assert chosen.history[0].status_code == 303


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(site: LocalSite, back: str) -> None:
    assert site.post("/language", "/", language="en", back=back).url == site.address + "/"


def test_an_empty_home_shows_the_sample_and_says_so(place: Place) -> None:
    with LocalSite(place) as site:
        start = site.get("/")
        assert start.status_code == 200
        assert "this is a sample of real calls, for trying" in start.text
        found = site.get("/institutes/cea-leti")
        assert "this is a sample of real calls, for trying" in found.text
        assert "<article" in found.text
    assert not (place.home / "matcher.db").exists()


def test_programs_ask_whether_it_is_well(site: LocalSite, place: Place, monkeypatch) -> None:
    from matcher.errors import StoreError
    from matcher.web.pages import health_check

    found = site.get("/health")
    assert (found.status_code, found.json()["ok"], bool(found.json()["last_good_fetch"])) == (200, True, True)
    with LocalSite(place) as empty:
        assert (empty.get("/health").status_code, empty.get("/health").json()["ok"]) == (503, False)

    def broken(*_: object, **__: object) -> None:
        raise StoreError("the password is secret")

    monkeypatch.setattr(health_check, "status", broken)
    site.home.settings.home.joinpath("decisions.json").touch()
    answer = site.get("/health")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_an_edited_configuration_is_read_anew(fetched: Place, tmp_path) -> None:
    import shutil

    config = tmp_path / "edited"
    shutil.copytree(fetched.config, config)
    with LocalSite(Place(fetched.home, config)) as site:
        assert 'href="/institutes/calym"' in site.get("/").text
        (config / "institutes" / "calym.yaml").unlink()
        assert 'href="/institutes/calym"' not in site.get("/").text
        (config / "matcher.toml").write_text("[portal]\nrate = 'fast'\n", encoding="utf-8")
        page = site.get("/")
        assert page.status_code == 500
        assert "fast" not in page.text
