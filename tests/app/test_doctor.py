"""`matcher doctor` and `matcher digest test`: servers are really asked, and nothing is sent that was not asked for."""

from __future__ import annotations

import json
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import Place, make_config, some_rows
from tests.helpers.mail.smtp_server import LocalSmtp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.home import Run

USER, PASSWORD = "calls@example.org", "corr3ct-h0rse"


def check(run: Run, place: Place, name: str, **environment: str) -> tuple[bool, str]:
    answer = run(place, "doctor", "--json", **environment)
    (found,) = (c for c in json.loads(answer.out)["checks"] if c["check"] == name)
    assert answer.code == (0 if all(c["ok"] for c in json.loads(answer.out)["checks"]) else 1)
    assert PASSWORD not in answer.out
    return found["ok"], found["detail"]


@pytest.fixture
def trusting(place) -> tuple[Place, trustme.CA]:
    """A configuration that trusts an authority of its own."""
    ca = trustme.CA()
    file = place.config / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    toml = place.config / "matcher.toml"
    toml.write_text(toml.read_text() + f'[mail]\nca_file = "{file}"\nsender = "calls@example.org"\n', encoding="utf-8")
    return place, ca


@contextmanager
def mail_server(ca: trustme.CA, **options: str) -> Iterator[tuple[LocalSmtp, dict[str, str]]]:
    with LocalSmtp(security="smtp+starttls", ca=ca, login=(USER, PASSWORD), **options) as server:
        url = f"smtp+starttls://calls%40example.org@127.0.0.1:{server.port}"
        yield server, {"MATCHER_SMTP_URL": url, "MATCHER_SMTP_PASSWORD": PASSWORD}


def test_a_mail_server_is_asked_with_tls_and_login_and_gets_no_mail(run, trusting) -> None:
    place, ca = trusting
    with mail_server(ca) as (server, given):
        ok, detail = check(run, place, "mail server", **given)
        assert ok, detail
        assert f"127.0.0.1:{server.port} answers 250" in detail
        assert "TLSv1." in detail
        assert f"logged in as {USER}" in detail
        assert server.connections == 1
        assert server.accepted == []
        assert "RCPT" not in server.commands
        assert "DATA" not in server.commands


def test_a_wrong_password_is_told_with_the_server_s_words(run, trusting) -> None:
    place, ca = trusting
    with mail_server(ca) as (_, given):
        ok, detail = check(run, place, "mail server", **(given | {"MATCHER_SMTP_PASSWORD": "not-this-one"}))
    assert not ok
    assert "refused the login (535" in detail
    assert "not-this-one" not in detail


def test_an_untrusted_certificate(run, place) -> None:
    with mail_server(trustme.CA()) as (_, given):
        ok, detail = check(run, place, "mail server", **given)
    assert not ok
    assert "certificate of the mail server" in detail


def test_a_certificate_of_another_host(run, trusting) -> None:
    place, ca = trusting
    with mail_server(ca, host_in_certificate="mail.example.org") as (_, given):
        ok, detail = check(run, place, "mail server", **given)
    assert not ok
    assert "is not trusted" in detail


@pytest.mark.parametrize(
    ("url", "says"),
    [("smtps://127.0.0.1:9", "cannot be reached"), ("smtps://no-such-machine.invalid", "cannot be reached")],
)
def test_a_server_that_is_not_there(run, place, url, says) -> None:
    ok, detail = check(run, place, "mail server", MATCHER_SMTP_URL=url)
    assert not ok
    assert says in detail


def test_a_server_that_takes_nothing_from_the_sender(run, place) -> None:
    with LocalSmtp() as server:
        server.script.mail.append("550 5.7.1 not from you")
        ok, detail = check(run, place, "mail server", MATCHER_SMTP_URL=server.url)
    assert not ok
    assert "takes no mail from matcher@localhost.localdomain: 550 5.7.1 not from you" in detail


def test_no_server(run, place) -> None:
    assert check(run, place, "mail server") == (True, f"none is set: mails become files in {place.home / 'outbox'}")


def test_the_portal_is_asked_once(run, fetched, serve) -> None:
    portal = serve(some_rows())
    fetched.portal = portal.url
    ok, detail = check(run, fetched, "portal")
    assert ok
    assert "12 forthcoming" in detail
    assert portal.url in detail
    assert len(portal.requests) == 1


def test_a_portal_that_is_a_mail_server(run, place) -> None:
    with LocalSmtp() as server:
        place.portal = f"http://127.0.0.1:{server.port}/rest"
        ok, detail = check(run, place, "portal")
    assert not ok
    assert "what answers there is no web server ('220 " in detail
    place.portal = "http://127.0.0.1:9/rest"
    assert "nothing listens there" in check(run, place, "portal")[1]


def test_projects_are_told_with_their_age_and_the_entities_that_have_none(run, fetched, tmp_path) -> None:
    assert check(run, fetched, "projects") == (True, "none: [projects] sources is empty")
    assert check(run, fetched, "PICs")[1].endswith("no projects to look for them in")
    dump = zipped(tmp_path / "cordis.zip", tables([project(1)], [participation(1, "999992401")]))
    config = make_config(tmp_path / "config")
    toml = config / "matcher.toml"
    toml.write_text(toml.read_text().replace("sources = []", f'sources = ["{dump}"]'))
    watched = Place(fetched.home, config)
    assert check(run, watched, "projects") == (True, "none yet (the first run brings them)")
    run(watched, "fetch", "--projects")
    ok, detail = check(run, watched, "projects")
    assert ok
    assert detail.startswith("1 project, 1 participation (cordis.zip of ")
    ok, detail = check(run, watched, "PICs")
    assert ok
    assert "999992401" not in detail
    assert "(mines" in detail
    late = json.loads(run(watched, "doctor", "--as-of", "2040-01-01", "--json").out)["checks"]
    [old] = [found for found in late if found["check"] == "projects"]
    assert not old["ok"]
    assert "`matcher fetch --projects` shows why" in old["detail"]
    shown = json.loads(run(watched, "status", "--json").out)["projects"]
    assert (shown["projects"], shown["participations"], shown["organisations"]) == (1, 1, 1)
    assert [(one["source"], one["projects"]) for one in shown["sources"]] == [("cordis.zip", 1)]
    assert "1, 1 participation, read 20" in run(watched, "status").out


def findings(run: Run, place: Place, **environment: str) -> dict[str, tuple[bool, str]]:
    checks = json.loads(run(place, "doctor", "--json", **environment).out)["checks"]
    return {c["check"]: (c["ok"], c["detail"]) for c in checks}


def test_what_is_wrong_is_told_once(run, fetched, tmp_path) -> None:
    fetched.config = make_config(tmp_path / "config")
    (fetched.config / "subscribers.yaml").write_text("subscribers: [{address: x, institutes: [nobody]}]\n")
    (fetched.config / "institutes" / "cea-leti.yaml").write_text("id: cea-leti\n")
    answer = run(fetched, "doctor", MATCHER_DATABASE_URL="abc")
    found = findings(run, fetched, MATCHER_DATABASE_URL="abc")
    assert answer.code == 1
    for once in ("subscribers.1.address", "found 'nobody'", "keywords: missing", "database.url: found 'abc'"):
        assert " ".join(answer.out.split()).count(once) == 1, once
    assert found["configuration"][0] is False
    for check_ in ("database", "index", "last fetch", "not confirmed", "mails"):
        assert found[check_] == (False, "not looked at: see configuration")
    assert found["home"][0]


def test_a_database_that_cannot_be_opened_is_told_once(run, fetched) -> None:
    (fetched.home / "matcher.db").write_bytes(b"no database at all, but long enough for its head" * 50)
    found = findings(run, fetched)
    assert found["database"][0] is False
    assert found["last fetch"] == (False, "not looked at: see database")


def test_a_misspelt_variable_is_told_and_a_stranger_is_named(run, fetched) -> None:
    slip = "'MATCHER_SMPT_URL' is set and means nothing here: did you mean MATCHER_SMTP_URL?"
    answer = run(fetched, "doctor", MATCHER_SMPT_URL="smtps://x")
    assert (answer.code, answer.err) == (1, "")
    assert " ".join(answer.out.split()).count(slip) == 1
    ok, detail = check(run, fetched, "environment", MATCHER_SMPT_URL="", MATCHER_OWN_THING="1")
    assert ok
    assert "'MATCHER_OWN_THING'" in detail


def test_a_test_mail_goes_to_one_address_and_says_what_it_is(run, trusting) -> None:
    place, ca = trusting
    with mail_server(ca) as (server, given):
        answer = run(place, "digest", "test", "anne@example.org", **given)
        assert (answer.code, answer.err) == (0, "")
        assert f"taken by the mail server 127.0.0.1:{server.port}" in answer.out
        (taken,) = server.accepted
        assert taken.recipients == ("anne@example.org",)
        message = message_from_bytes(taken.body, policy=policy.default)
        assert message["Subject"].startswith("[TEST]")
        assert message["From"].addresses[0].addr_spec == "calls@example.org"
        assert "There is nothing to do." in message.get_body(("plain",)).get_content()
        run(place, "digest", "test", "anne@example.org", **given)
        assert len({one.message_id for one in server.accepted}) == 2
    assert not (place.home / "matcher.db").exists()


def test_a_test_mail_that_is_not_taken(run, place) -> None:
    with LocalSmtp() as server:
        server.script.always_rcpt["anne@example.org"] = "550 5.1.1 nobody here"
        answer = run(place, "digest", "test", "anne@example.org", MATCHER_SMTP_URL=server.url)
    assert (answer.code, answer.out) == (1, "")
    assert "RCPT TO was answered 550 5.1.1 nobody here" in answer.err
    assert run(place, "digest", "test", "anne@example.org\nBcc: x@example.org").code == 2
    answer = run(place, "digest", "test", "anne@example.org", MATCHER_SMTP_URL="")
    assert "a file in" in answer.out
    assert len(list(place.home.rglob("test.eml"))) == 1
