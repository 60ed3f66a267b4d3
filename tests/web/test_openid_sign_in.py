"""Signing in at an OpenID provider: who gets in, and which of its answers let nobody in."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from matcher.app.access.openid_provider import SECRET_VARIABLE
from matcher.config.settings import load_settings
from matcher.errors import ConfigError
from matcher.web.openid_trip import MINUTES, TRIP
from matcher.web.pages import openid_sign_in
from matcher.web.rate_limit import RateLimit
from matcher.web.sessions import SESSION
from tests.helpers.web.local_site import LocalSite
from tests.helpers.web.openid import CLIENT, SECRET, OpenId, query_of, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

    from tests.helpers.home import Place

READERS = """subscribers:
- {address: Ana@example.org, id: ana, language: en, institutes: [cea-leti]}
- {address: rob@example.org, id: rob, language: en, institutes: [cea-leti], role: reader}
"""
SITE = "https://matcher.example.org"
SIGNED_OUT = "Your mail address"


@pytest.fixture
def provider() -> Iterator[OpenId]:
    with OpenId() as served:
        yield served


@pytest.fixture
def site(provider: OpenId, configured: Callable[..., Place], monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSite]:
    place = configured(f"{SITE}/", READERS, oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    monkeypatch.setattr(openid_sign_in, "_tried", RateLimit(60, 600.0))
    with LocalSite(place) as served:
        yield served


def left(site: LocalSite, back: str = "/institutes/cea-leti") -> str:
    """The provider's address that a browser is sent to."""
    answer = site.get("/openid", params={"back": back}, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def returned(site: LocalSite, address: str) -> str:
    """The path at which the provider sends a browser back, which comes by our name in the end."""
    answer = site.session.get(address, allow_redirects=False, timeout=60)
    assert answer.headers["Location"].startswith(f"{SITE}/openid/back?")
    return answer.headers["Location"].removeprefix(SITE)


def signed_in(site: LocalSite, back: str = "/institutes/cea-leti") -> requests.Response:
    """What is answered at the end."""
    return site.get(returned(site, left(site, back)), allow_redirects=False)


def told(answer: requests.Response, *words: str) -> None:
    """A page in plain words, and nobody is signed in."""
    assert answer.status_code in {400, 403}
    assert SESSION not in answer.headers.get("Set-Cookie", "")
    assert all(word in answer.text for word in words)
    assert "Traceback" not in answer.text


def test_who_is_known_there_signs_in_here_and_out(site: LocalSite, provider: OpenId) -> None:
    page = site.get("/institutes/cea-leti?min_fit=0").text
    assert "Sign in with 127.0.0.1" in page
    assert SIGNED_OUT in page  # the mailed link stays
    link = re.search(r'href="(/openid\?[^"]+)"', page)
    assert link is not None
    address = site.get(link[1], allow_redirects=False).headers["Location"]
    asked = query_of(address)
    assert address.startswith(provider.issuer + "/authorize?")
    assert asked["scope"] == "openid email"
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    answer = site.get(returned(site, address), allow_redirects=False)
    assert answer.headers["Location"] == "/institutes/cea-leti?min_fit=0"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert TRIP not in site.session.cookies
    assert ">ana</span>" in site.get("/institutes/cea-leti").text
    assert site.get("/institutes/calym").status_code == 404
    out = site.post("/sign-out", "/institutes/cea-leti")
    assert "You are signed out here" in out.text
    assert SIGNED_OUT in site.get("/institutes/cea-leti").text
    parting = site.get("/openid/sign-out", allow_redirects=False).headers["Location"]
    assert parting.startswith(f"{provider.issuer}/leave?")
    assert query_of(parting) == {"client_id": CLIENT, "post_logout_redirect_uri": f"{SITE}/"}


def _by_a_stranger(name: str) -> Callable[[dict[str, Any]], str]:
    """With a key of this name that is not the provider's."""
    return lambda claims: jwt.encode({"alg": "RS256", "kid": name}, claims, KeySet([rsa_key(name, "stranger")]))


def _unsigned(claims: dict[str, Any]) -> str:
    made = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("x" * 32))
    return "eyJhbGciOiJub25lIn0." + made.split(".")[1] + "."


@pytest.mark.parametrize(
    "says",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-site"},
        {"aud": [CLIENT, "another-site"]},  # and no `azp` says whose it is
        {"aud": None},
        {"azp": "another-site"},
        {"iss": "https://login.example.org"},
        {"iss": None},
        {"exp": int(time.time()) - 3_600},
        {"exp": None},
        {"iat": int(time.time()) + 86_400},
        {"nbf": int(time.time()) + 86_400},
        {"at_hash": "of-another-token"},
        {"sub": None},
    ],
)
def test_a_token_of_another_sign_in_site_issuer_or_time_is_not_believed(
    site: LocalSite, provider: OpenId, says: dict[str, Any]
) -> None:
    provider.says = says
    told(signed_in(site), "cannot be believed")
    assert SIGNED_OUT in site.get("/").text


@pytest.mark.parametrize(
    "signed",
    [
        _by_a_stranger("one"),
        _by_a_stranger("two"),
        _unsigned,
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET)),
        lambda claims: _unsigned(claims)[:-5],
        lambda claims: "",
        lambda claims: {"no": "token"},
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_token_that_the_provider_did_not_sign_is_not_believed(
    site: LocalSite, provider: OpenId, signed: Callable
) -> None:
    provider.signed = signed
    told(signed_in(site), "cannot be believed")


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "1", "email": "ana@example.org"},
        {"sub": "1", "email": "ana@example.org", "email_verified": False},
        {"sub": "1", "email": "ana@example.org", "email_verified": "true"},
        {"sub": "1", "email": ["ana@example.org"], "email_verified": True},
    ],
)
def test_an_address_that_nobody_verified_is_nobodys(site: LocalSite, provider: OpenId, person: dict[str, Any]) -> None:
    provider.person = person
    told(signed_in(site), "names no mail address of yours that it verified")


@pytest.mark.parametrize("name", ["eve@example.org", "ana", "", "*", "<b>@example.org"])
def test_who_is_subscribed_by_no_such_address_is_told(site: LocalSite, provider: OpenId, name: str) -> None:
    provider.person |= {"email": name}
    answer = signed_in(site)
    told(answer, "Nobody is subscribed as")
    assert "<b>" not in answer.text


def test_an_address_may_be_told_apart_from_the_token(site: LocalSite, provider: OpenId) -> None:
    provider.person = {"sub": "1"}
    provider.elsewhere = {"sub": "1", "email": "ana@example.org", "email_verified": True}
    assert signed_in(site).status_code == 303
    site.session.cookies.clear()
    provider.elsewhere["sub"] = "2"
    told(signed_in(site), "cannot be believed")


def test_another_browsers_an_old_and_a_used_answer_are_refused(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is signed in as somebody else by a link that leads back."""
    path = returned(site, left(site))
    kept = site.session.cookies[TRIP]
    site.session.cookies.clear()
    told(site.get(path, allow_redirects=False), "not begun in this browser")
    left(site)  # a sign-in of this browser's own, with another state
    told(site.get(path, allow_redirects=False), "not begun in this browser")
    told(site.get("/openid/back?code=x", allow_redirects=False), "not begun in this browser")
    site.session.cookies.clear()
    now = time.time()
    for cookie, then in ((kept[:-2] + "xx", now), (kept, now + MINUTES * 60 + 5)):
        monkeypatch.setattr(time, "time", lambda then=then: then)
        told(site.get(path, headers={"Cookie": f"{TRIP}={cookie}"}, allow_redirects=False), "not begun in this browser")
    monkeypatch.undo()
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    trip = {"Cookie": f"{TRIP}={kept}"}
    assert site.get(path, headers=trip, allow_redirects=False).status_code == 303
    told(site.get(path, headers=trip, allow_redirects=False), "did not answer as it should")


def test_an_answer_of_another_provider_or_a_refusal_signs_nobody_in(site: LocalSite) -> None:
    path = returned(site, left(site))
    state = query_of(path)["state"]
    told(site.get(path.replace("iss=", "iss=x")), "did not sign you in")
    told(site.get(f"/openid/back?state={state}&error=access_denied"), "You were not signed in at 127.0.0.1")
    told(site.get(f"/openid/back?state={state}&error=%3Cscript%3E"), "&lt;script&gt;")


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\r\nX: y"]
)
def test_nobody_is_sent_elsewhere_in_the_end(site: LocalSite, back: str) -> None:
    answer = signed_in(site, back)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("says", "word"),
    [
        ({"issuer": "https://evil.example"}, "(issuer)"),
        ({"authorization_endpoint": "http://evil.example/"}, "(authorization_endpoint)"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "(authorization_endpoint)"),
        ({"authorization_endpoint": None}, "has no authorization_endpoint"),
    ],
)
def test_a_provider_that_tells_of_itself_what_cannot_be_is_told(
    site: LocalSite, provider: OpenId, says: dict[str, Any], word: str
) -> None:
    provider.told = says
    answer = site.get("/openid", allow_redirects=False)
    told(answer, word)
    assert "Location" not in answer.headers


def test_a_secret_in_no_page_and_no_line(
    site: LocalSite, provider: OpenId, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="matcher")
    monkeypatch.setenv(SECRET_VARIABLE, "a-wrong-secret")
    path = returned(site, left(site))
    answer = site.get(path)
    told(answer, "did not answer as it should")
    said = "\n".join([answer.text, *caplog.messages])
    assert "a-wrong-secret" not in said
    assert query_of(path)["code"] not in said


def test_sign_ins_are_not_begun_without_end(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid_sign_in, "_tried", RateLimit(2, 600.0))
    assert [site.get("/openid", allow_redirects=False).status_code for _ in range(3)] == [303, 303, 429]


def test_an_issuer_needs_the_name_of_this_site(tmp_path: Path) -> None:
    web = f'[web]\naddress = "{SITE}/"\noidc_issuer = "https://login.example.org"\n'
    for written, key in ((web, "web.oidc_issuer"), (web.replace("https://l", "http://l"), "web.oidc_issuer")):
        (tmp_path / "matcher.toml").write_text(written, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_settings(config_dir=tmp_path, environ={"MATCHER_HOME": str(tmp_path / "home")})
        assert [key in line for line in caught.value.mistakes] == [True]
