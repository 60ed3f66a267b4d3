"""A proxy that says who asks: believed at its address, of one header and of nothing else."""

from __future__ import annotations

import logging
import re
import socket
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from matcher.config.settings import load_settings
from matcher.errors import ConfigError
from matcher.web import trusted_proxy
from matcher.web.rate_limit import RateLimit
from matcher.web.trusted_proxy import PEER, TrustedProxy
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.home import Place

READERS = """subscribers:
- {address: Ana@example.org, id: ana, language: en, institutes: [cea-leti]}
- {address: rob@example.org, id: rob, language: en, institutes: [cea-leti], role: reader}
"""
WEB = '[web]\naddress = "https://matcher.example.org/"\n'
BELIEVED = WEB + 'proxy = "127.0.0.1"\nuser_header = "X-Remote-User"\n'
ELSEWHERE = WEB + 'proxy = "10.9.8.7"\nuser_header = "X-Remote-User"\n'
ASKED = "Your mail address"
HEADER = "X-Remote-User"


@pytest.fixture
def place(configured: Callable[..., Place], monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(trusted_proxy, "_told", RateLimit(5, 3_600.0))
    return configured(readers=READERS)


def with_pages(place: Place, web: str) -> Place:
    with (place.config / "matcher.toml").open("a", encoding="utf-8") as file:
        file.write(web)
    return place


def raw(site: LocalSite, *lines: str) -> str:
    """What is answered to a request of these header lines, which no client library would send."""
    host, port = site.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as sent:
        head = "\r\n".join(["GET /institutes/cea-leti HTTP/1.1", "Host: localhost", "Connection: close", *lines])
        sent.sendall(f"{head}\r\n\r\n".encode())
        answer = b""
        while piece := sent.recv(65_536):
            answer += piece
    return answer.decode(errors="replace")


def test_whom_the_proxy_names_is_signed_in(place: Place) -> None:
    with LocalSite(with_pages(place, BELIEVED)) as site:
        for name in ("ana", "ANA@example.org"):
            page = site.get("/institutes/cea-leti", headers={HEADER: name})
            assert "CEA-Leti" in page.text
            assert ">ana</span>" in page.text
            assert "Sign out" not in page.text  # nothing of ours would end it
        assert site.get("/institutes/calym", headers={HEADER: "ana"}).status_code == 404
        assert site.get("/metrics", headers={HEADER: "ana"}).status_code == 403
        assert ASKED in site.get("/institutes/cea-leti").text


def test_his_role_counts_and_his_forms_need_their_token(place: Place) -> None:
    with LocalSite(with_pages(place, BELIEVED)) as site:
        form = {"call": "HORIZON-TEST-2027-0000-01", "act": "keep"}
        site.session.headers[HEADER] = "ana"
        without = site.session.post(site.address + "/institutes/cea-leti/decisions", data=form, timeout=60)
        assert without.status_code == 403
        assert site.post("/institutes/cea-leti/decisions", "/institutes/cea-leti", **form).status_code == 200
        site.session.headers[HEADER] = "rob"
        assert site.post("/institutes/cea-leti/decisions", "/institutes/cea-leti", **form).status_code == 403


@pytest.mark.parametrize("web", [WEB, ELSEWHERE])
def test_from_anywhere_else_it_is_ignored_and_the_log_says_so(
    place: Place, caplog: pytest.LogCaptureFixture, web: str
) -> None:
    """Neither the header nor an address that is claimed for the connection signs anybody in."""
    caplog.set_level(logging.WARNING, logger="matcher.web")
    with LocalSite(with_pages(place, web)) as site:
        for claimed in ({}, {"X-Forwarded-For": "10.9.8.7"}, {"Forwarded": "for=10.9.8.7"}, {"X-Real-IP": "10.9.8.7"}):
            assert ASKED in site.get("/institutes/cea-leti", headers={HEADER: "ana", **claimed}).text
        for _ in range(5):
            site.get("/", headers={HEADER: "ana"})
    told = [line for line in caplog.messages if "is ignored" in line]
    assert len(told) == (5 if "user_header" in web else 0)  # and nobody fills the log
    assert all("127.0.0.1" in line and "ana" not in line for line in told)


def test_a_network_fills_no_log_from_ever_other_addresses(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusted_proxy, "_told", RateLimit(5, 3_600.0))
    for number in range(9):
        scope = {"type": "http", "headers": [(HEADER.lower().encode(), b"ana")], PEER: f"2001:db8::{number}"}
        assert TrustedProxy("192.0.2.1", HEADER).named(Request(scope)) is None
    assert len([line for line in caplog.messages if "is ignored" in line]) == 5


def test_whom_it_asks_for_does_not_hide_the_proxy(place: Place) -> None:
    """Proxies say for which address they ask; who is connected is the proxy all the same."""
    with LocalSite(with_pages(place, BELIEVED)) as site:
        named = {HEADER: "ana", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        assert "CEA-Leti" in site.get("/institutes/cea-leti", headers=named).text


def test_two_names_an_empty_one_and_strangers_let_nobody_in(place: Place) -> None:
    with LocalSite(with_pages(place, BELIEVED)) as site:
        both = raw(site, f"{HEADER}: rob", f"{HEADER}: ana")
        assert both.startswith("HTTP/1.1 400")
        assert "more than one person" in both
        assert raw(site, f"{HEADER}:", f"{HEADER}: ana").startswith("HTTP/1.1 400")
        for value in ("", " ", "\t"):
            assert "location: /sign-in" in raw(site, f"{HEADER}: {value}").lower()
        for line in ("X_Remote_User: ana", "X-Remote-User2: ana", "Remote-User: ana"):
            assert "location: /sign-in" in raw(site, line).lower()
        for name in ("nobody@example.org", "ana, rob", "ana\x00", "*", "<b>"):
            answer = raw(site, f"{HEADER}: {name}")
            assert re.match("HTTP/1.1 (400|403)", answer)
            assert "<b>" not in answer
            assert "Wafer" not in answer


def test_a_stranger_is_told_and_what_is_for_anybody_stays_open(place: Place) -> None:
    with LocalSite(with_pages(place, BELIEVED)) as site:
        site.session.headers[HEADER] = "eve@example.org"
        answer = site.get("/institutes/cea-leti")
        assert answer.status_code == 403
        assert "eve@example.org" in answer.text
        page = site.get("/accessibility")
        assert page.status_code == 200
        assert "Sign out" not in page.text
        assert site.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("web", "key"),
    [
        (WEB + 'user_header = "X-User"\n', "web.user_header"),
        ('[web]\nproxy = "127.0.0.1"\nuser_header = "X-User"\n', "web.user_header"),
        (WEB + 'proxy = "proxy.example.org"\n', "web.proxy"),
        (WEB + 'proxy = "127.0.0.1"\nuser_header = "X User"\n', "web.user_header"),
    ],
)
def test_settings_that_say_nothing_together_are_mistakes(tmp_path: Path, web: str, key: str) -> None:
    (tmp_path / "matcher.toml").write_text(web, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(config_dir=tmp_path, environ={"MATCHER_HOME": str(tmp_path / "home")})
    assert [key in line for line in caught.value.mistakes] == [True]
