"""What other sites and hostile clients try, and what every answer says to the browser."""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
from typing import TYPE_CHECKING

import pytest

from matcher import logs
from matcher.web.access_log import PROOFS
from matcher.web.form_tokens import MARK
from matcher.web.guard import hostname
from matcher.web.routes import PAGES
from tests.helpers.paths import ROOT
from tests.helpers.web.local_site import OUR_SCRIPT, LocalSite, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.home import Place

COOKIE = re.compile(r'"(matcher_[a-z]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_every_answer_says_what_a_browser_may_do(site: LocalSite) -> None:
    page = site.get("/").text
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    script = page.partition('<script src="')[2].partition('"')[0]
    for path in ("/", "/institutes/cea-leti", "/nothing", style, script):
        headers = site.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script-src 'self'; connect-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "server" not in headers
    for path in (style, script):
        assert site.get(path).status_code == 200
        assert "immutable" in site.get(path).headers["Cache-Control"]
        assert site.get(path.replace("/static/", "/static/0")).status_code == 404
    assert site.get("/").headers["Cache-Control"] == "private, no-cache"


def test_pages_load_nothing_from_elsewhere_and_run_nothing(site: LocalSite) -> None:
    page = site.get("/institutes/cea-leti?as_of=2026-06-15").text
    assert re.findall("<script[^>]*>[^<]*", page) == [OUR_SCRIPT]
    assert '"allowEval": false' in page.replace("&#34;", '"')
    assert " style=" not in page
    assert " on" not in "".join(part.split(">")[0] for part in page.split("<")[1:] if " on" in part and "=" in part)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "",
        "evil@127.0.0.1",
        "127.0.0.1/evil",
        "localhost#x",
    ],
)
def test_a_name_that_is_not_ours_is_refused(site: LocalSite, host: str) -> None:
    """A site that points its own name at this machine reads nothing (DNS rebinding)."""
    assert site.get("/", headers={"Host": host}).status_code in {400, 421}


def test_a_host_that_is_no_name_is_none() -> None:
    assert hostname("[") is None
    assert hostname("LOCALHOST:80") == "localhost"


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "[::1]:8765"])
def test_this_machine_may_be_asked_by_its_own_names(site: LocalSite, host: str) -> None:
    assert site.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(site: LocalSite, headers: dict[str, str]) -> None:
    data = {"token": token_of(site.get("/").text), "language": "en"}
    answer = site.session.post(site.address + "/language", data=data, headers=headers, timeout=60)
    assert answer.status_code == 403


def test_a_form_needs_the_token_of_this_browser(site: LocalSite) -> None:
    import requests

    def sent(session: requests.Session, token: str) -> int:
        data = {"token": token, "language": "en"}
        return session.post(site.address + "/language", data=data, timeout=60, allow_redirects=False).status_code

    token = token_of(site.get("/").text)
    assert sent(site.session, token) == 303
    assert sent(site.session, "") == 403
    body, _, signature = token.rpartition(".")
    assert sent(site.session, f"{body}.{signature[::-1]}") == 403
    with requests.Session() as other:
        other.get(site.address, timeout=60)
        assert sent(other, token) == 403


def test_each_page_has_a_token_of_its_own(site: LocalSite) -> None:
    """Of which no piece stands in another, so that the size of a compressed page tells none."""
    tokens = [token_of(site.get("/").text) for _ in range(2)]
    marks = [one.value for one in site.session.cookies if one.name == MARK]
    said = [json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "===")) for token in tokens]
    assert not set(said[0]) & set(said[1])
    assert marks
    assert not any(mark in str(said) for mark in marks)


def test_a_browser_with_an_odd_mark_has_tokens_too(site: LocalSite) -> None:
    odd = {"Cookie": "matcher_browser=\u00e9\u00ff"}
    token = token_of(site.session.get(site.address, headers=odd, timeout=60).text)
    data = {"token": token, "language": "en"}
    address = site.address + "/language"
    assert site.session.post(address, data=data, headers=odd, timeout=60, allow_redirects=False).status_code == 303
    assert site.session.post(address, data=data, headers={"Cookie": "matcher_browser=x"}, timeout=60).status_code == 403


def test_an_address_with_a_slash_too_many_leads_to_the_page_of_this_site(site: LocalSite) -> None:
    for host in ("localhost", "127.0.0.1:1"):
        answer = site.get("/calls/?words=a", headers={"Host": host}, allow_redirects=False)
        assert answer.headers["Location"] == "/calls?words=a"
    assert site.get("//evil.example/", allow_redirects=False).status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * 70_000, FORM, 413),
        (b"&".join(b"a=1" for _ in range(1001)), FORM, 400),
        (b"token=%ff%fe", FORM, 400),
        (b"{}", {"Content-Type": "application/json"}, 415),
    ],
)
def test_what_is_no_form_of_ours_is_refused(site: LocalSite, body: bytes, headers: dict, status: int) -> None:
    answer = site.session.post(site.address + "/language", data=body, headers=headers, timeout=60)
    assert answer.status_code == status


def test_a_form_of_unknown_length_is_refused(site: LocalSite) -> None:
    answer = site.session.post(site.address + "/language", data=iter([b"a=1"]), headers=FORM, timeout=60)
    assert answer.status_code == 413


def test_a_form_that_never_comes_holds_nothing(site: LocalSite, monkeypatch) -> None:
    from matcher.web import application

    monkeypatch.setattr(application, "SECONDS", 0.2)
    host, port = site.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as slow:
        head = "POST /language HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n"
        slow.sendall(f"{head}Content-Type: {FORM['Content-Type']}\r\n\r\ntoken=".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_the_log_has_a_line_for_each_request_and_no_query(site: LocalSite, caplog) -> None:
    caplog.set_level("INFO")
    site.get("/institutes/cea-leti?as_of=2026-06-15&words=secret")
    site.get("/a%0ab")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("matcher.web")]
    assert any(line.startswith("GET /institutes/cea-leti 400 ") or " 200 " in line for line in lines)
    assert not any("secret" in line or "\n" in line for line in lines)


@pytest.mark.parametrize("proof", PROOFS)
def test_the_log_has_no_token_of_an_address_whatever_is_wrong_with_it(site: LocalSite, caplog, proof: str) -> None:
    """Also where no page is there, another name was asked for, or a form came from elsewhere."""
    caplog.set_level("INFO")
    for path in (f"/{proof}/t0ken/", f"/{proof}/t0ken/more", f"//{proof}/t0ken", f"/{proof.upper()}/t0ken"):
        assert site.get(path, allow_redirects=False).status_code in {307, 404}
    assert site.get(f"/{proof}/t0ken", headers={"Host": "evil.example"}).status_code == 421
    refused = site.session.post(f"{site.address}/{proof}/t0ken", headers={"Origin": "https://evil.example"}, timeout=60)
    assert refused.status_code == 403
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("matcher.web")]
    assert len(logged) >= 6
    assert [line for line in logged if "t0ken" in line] == []


def test_every_cookie_is_told_of() -> None:
    made = {
        name for module in (ROOT / "matcher/web").rglob("*.py") for name in COOKIE.findall(module.read_text("utf-8"))
    }
    assert made == set(re.findall(r"`(matcher_[a-z]+)`", (ROOT / "docs/web.md").read_text("utf-8")))


def test_every_address_that_is_a_proof_is_cut_in_the_log() -> None:
    proofs = {page.path.split("/")[1] for page in PAGES if "{token}" in page.path}
    assert proofs == set(PROOFS)


@pytest.mark.parametrize("odd", ["\n", "\r", "\x1b[2J", "\0", "\u2028", "\u202e"])
def test_no_text_of_a_stranger_looks_like_a_line_of_the_log(capsys, odd: str) -> None:
    """Neither as a line of its own nor by telling the terminal what to do."""
    try:
        logs.configure()
        logging.getLogger("matcher.web").error("it is%s2026-11-30 ERROR matcher: all is lost", odd)
    finally:
        logging.getLogger().handlers = [one for one in logging.getLogger().handlers if one.get_name() != logs.HANDLER]
    first, *further = capsys.readouterr().err.splitlines()
    assert odd not in first
    assert all(line.startswith("    ") for line in further)


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/mails", "GET, HEAD, POST"), ("/calls", "GET, HEAD"), ("/language", "POST"), ("/answer/x", "GET, HEAD, POST")],
)
def test_another_method_is_told_which_there_are(site: LocalSite, path: str, methods: str) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        answer = site.session.request(method, site.address + path, headers={"Content-Length": "0"}, timeout=60)
        assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


def test_what_a_proxy_hands_on_is_not_from_whoever_has_the_machine(site: LocalSite) -> None:
    """A proxy that asks by this machine's name, where nobody was told to sign in yet."""
    assert site.get("/calls", allow_redirects=False).status_code == 200
    for address in ("192.0.2.7", "2001:db8::1", "unknown", "192.0.2.7, 127.0.0.1"):
        answer = site.get("/calls", headers={"X-Forwarded-For": address}, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?back=%2Fcalls")
    assert site.get("/calls", headers={"X-Forwarded-For": "127.0.0.1"}, allow_redirects=False).status_code == 200


def test_an_address_that_is_set_while_the_pages_are_served_counts_at_once(configured: Callable[..., Place]) -> None:
    place = configured()
    with LocalSite(place) as served:
        assert served.get("/calls", allow_redirects=False).status_code == 200
        with (place.config / "matcher.toml").open("a", encoding="utf-8") as file:
            file.write('[web]\naddress = "https://matcher.example.org/"\n')
        assert served.get("/calls", allow_redirects=False).status_code == 303
