"""Every page and form × every role, asked of a real server: who may, who may not, and what a form has to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.web.rights import Right
from matcher.web.routes import PAGES, PageRoute
from matcher.web.sessions import SESSION, Sessions
from tests.helpers.home import PHOTONIC
from tests.helpers.web.local_site import LocalSite
from tests.web.test_rights import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from tests.helpers.home import Place

READERS = "subscribers:\n" + "".join(
    f"- {{address: {role}@example.org, id: {role}, language: en, institutes: [cea-leti], role: {role}}}\n"
    for role in ALLOWED
)
ASKING = [page for page in PAGES if page.needs is not Right.NOTHING]
FORMS = [page for page in PAGES if page.method == "POST" and not page.is_proof]


@pytest.fixture(scope="module")
def place(fetched_once: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    import shutil

    from tests.helpers.home import Place, make_config

    folder = tmp_path_factory.mktemp("cells")
    shutil.copytree(fetched_once.home, folder / "home")
    made = Place(folder / "home", make_config(folder / "config"))
    with (made.config / "matcher.toml").open("a", encoding="utf-8") as file:
        file.write('[web]\naddress = "https://matcher.example.org/"\n')
    (made.config / "subscribers.yaml").write_text(READERS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[LocalSite]:
    with LocalSite(place) as site:
        yield site


@pytest.fixture
def site(served: LocalSite) -> LocalSite:
    served.session.cookies.clear()
    return served


def sign_in(site: LocalSite, place: Place, role: str) -> None:
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    site.session.cookies.set(SESSION, Sessions(key).begun(site.home.subscriber(role)))


def asked(site: LocalSite, page: PageRoute, **fields: str) -> requests.Response:
    """The page, or its form with what is in `fields`."""
    path = page.path.replace("{institute}", "cea-leti").replace("{call}", PHOTONIC)
    if page.method == "GET":
        return site.get(path, allow_redirects=False)
    return site.session.post(site.address + path, data={"do": "none", **fields}, timeout=60, allow_redirects=False)


def token(site: LocalSite) -> str:
    return site.get("/accessibility").text.partition('name="token" value="')[2].partition('"')[0]


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_gets_what_the_table_says(site: LocalSite, place: Place, role: str) -> None:
    sign_in(site, place, role)
    got = {(page.path, page.method): asked(site, page, token=token(site)).status_code != 403 for page in ASKING}
    assert got == {(page.path, page.method): page.needs.value in ALLOWED[role] for page in ASKING}


def test_nobody_gets_nothing(site: LocalSite) -> None:
    for page in ASKING:
        answer = asked(site, page, token=token(site))
        if page.method == "GET":
            assert answer.headers["Location"].startswith("/sign-in?"), page.path
        else:
            assert answer.status_code == 403, page.path


@pytest.mark.parametrize("page", FORMS, ids=lambda page: page.path)
def test_each_form_needs_its_token_and_our_own_page(site: LocalSite, place: Place, page: PageRoute) -> None:
    sign_in(site, place, "operator")
    good = token(site)
    assert asked(site, page).status_code == 403
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        site.session.headers.update(headers)
        try:
            assert asked(site, page, token=good).status_code == 403
        finally:
            for name in headers:
                site.session.headers.pop(name)


def test_a_session_that_somebody_planted_is_not_kept(site: LocalSite, place: Place) -> None:
    """Whoever signs in gets a session of his own, whatever cookie his browser was given before."""
    key = bytes.fromhex((place.home / "signing.key").read_text(encoding="ascii"))
    for planted in ("chosen-by-somebody", Sessions(key).begun(site.home.subscriber("reader"))):
        site.session.cookies.clear()
        link = Sessions(key).link(site.home.subscriber("officer"))
        cookie = {"Cookie": f"{SESSION}={planted}"}
        answer = site.session.post(
            site.address + link, data={"go": "1"}, headers=cookie, timeout=60, allow_redirects=False
        )
        given = answer.cookies[SESSION]
        assert given != planted
        assert ">officer</span>" in site.get("/calls", headers={"Cookie": f"{SESSION}={given}"}).text
