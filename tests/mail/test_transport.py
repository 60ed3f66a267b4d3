"""Where mails go: the URL, the password beside it, files when there is no server; and the notice to the operator."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from matcher.config.secret_source import read_secret
from matcher.config.setting_sections import MailSettings
from matcher.errors import ConfigError
from matcher.mail.message import notice
from matcher.mail.smtp import PASSWORD_VARIABLE, Security, Server, parse_smtp_url, server_from
from matcher.mail.transport import FileTransport, Verdict
from tests.helpers.mail.plain import PASSWORD, a_mail

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 15, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+starttls://me@mail.example.org", (Security.STARTTLS, "mail.example.org", 587, "me")),
        ("smtps://me@mail.example.org:4650", (Security.TLS, "mail.example.org", 4650, "me")),
        ("smtps://me%40example.org@mail.example.org/", (Security.TLS, "mail.example.org", 465, "me@example.org")),
        ("smtps://me@example.org@mail.example.org", (Security.TLS, "mail.example.org", 465, "me@example.org")),
        ("smtp://localhost", (Security.LOOPBACK, "localhost", 25, None)),
        ("smtp://[::1]:2525", (Security.LOOPBACK, "::1", 2525, None)),
        ("SMTP://127.0.0.9:2525", (Security.LOOPBACK, "127.0.0.9", 2525, None)),
    ],
)
def test_urls_that_name_a_server(url: str, expected: tuple[Security, str, int, str | None]) -> None:
    server = parse_smtp_url(url, password=PASSWORD if "@" in url else None)
    assert (server.security, server.host, server.port, server.user) == expected


@pytest.mark.parametrize(
    ("url", "password", "says"),
    [
        ("smtp://mail.example.org", None, "this machine only"),
        ("smtp://localhost.example.org:25", None, "this machine only"),
        ("smtp://127.0.0.1.example.org:25", None, "this machine only"),
        ("mail.example.org:587", None, "it has to be smtp+starttls"),
        ("http://mail.example.org", None, "it has to be smtp+starttls"),
        ("smtps://", None, "the host is missing"),
        ("smtps://mail.example.org:abc", None, "not a URL"),
        ("smtps://mail.example.org:99999", None, "not a URL"),
        (f"smtps://me:{PASSWORD}@mail.example.org", None, "take the password out"),
        ("smtps://me@mail.example.org", None, "put the password in MATCHER_SMTP_PASSWORD"),
        ("smtps://mail.example.org", PASSWORD, "no user"),
        ("smtps://mail.example.org/inbox", None, "nothing may follow"),
    ],
)
def test_urls_that_do_not_say_what_to_do_and_keep_the_password(url: str, password: str | None, says: str) -> None:
    with pytest.raises(ConfigError, match="MATCHER_SMTP_URL") as raised:
        parse_smtp_url(url, password=password)
    assert says in str(raised.value)
    assert PASSWORD not in "".join(traceback.format_exception(raised.value, chain=False)[-3:])


@given(st.text(max_size=60))
def test_any_text_is_a_server_or_a_mistake(text: str) -> None:
    for url in (text, f"smtps://{text}", f"smtp://{text}"):
        try:
            server = parse_smtp_url(url)
        except ConfigError:
            continue
        assert (
            server.security is not Security.LOOPBACK
            or server.host == "localhost"
            or server.host.startswith(("127.", "::"))
        )


def test_no_url_is_no_server_and_the_password_does_not_matter() -> None:
    assert server_from("", {"MATCHER_SMTP_PASSWORD": PASSWORD}) is None


def test_a_private_authority_is_named_by_a_file_that_must_hold_certificates(tmp_path: Path) -> None:
    good, bad = tmp_path / "ca.pem", tmp_path / "bad.pem"
    trustme.CA().cert_pem.write_to_path(str(good))
    bad.write_text("nothing")
    assert parse_smtp_url("smtps://mail.example.org", ca_file=good).ca_file == good
    for path, says in ((bad, "no PEM certificates"), (tmp_path / "none.pem", "No such file")):
        with pytest.raises(ConfigError, match=says):
            parse_smtp_url("smtps://mail.example.org", ca_file=path)


def test_the_password_comes_from_the_environment_or_from_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    assert read_secret({}, PASSWORD_VARIABLE) is None
    assert read_secret({"MATCHER_SMTP_PASSWORD": PASSWORD}, PASSWORD_VARIABLE) == PASSWORD
    assert read_secret({"MATCHER_SMTP_PASSWORD_FILE": str(path)}, PASSWORD_VARIABLE) == PASSWORD
    with pytest.raises(ConfigError, match="not both"):
        read_secret({"MATCHER_SMTP_PASSWORD": "x", "MATCHER_SMTP_PASSWORD_FILE": str(path)}, PASSWORD_VARIABLE)
    path.chmod(0o604)
    with pytest.raises(ConfigError, match="chmod 600") as raised:
        read_secret({"MATCHER_SMTP_PASSWORD_FILE": str(path)}, PASSWORD_VARIABLE)
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(("content", "says"), [(b"\n", "is empty"), (b"\xff\xfe", "UTF-8"), (None, "No such file")])
def test_a_password_file_that_is_none(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(ConfigError, match=says):
        read_secret({"MATCHER_SMTP_PASSWORD_FILE": str(path)}, PASSWORD_VARIABLE)


def test_a_server_never_shows_its_password() -> None:
    server = Server(Security.TLS, "mail.example.org", 465, "me", PASSWORD)
    assert PASSWORD not in f"{server} {server!r}"


def test_without_a_server_mails_are_private_files_by_day_and_subscriber(tmp_path: Path) -> None:
    files = FileTransport(tmp_path / "outbox")
    mail = a_mail(1)
    for _ in range(2):  # the second time changes nothing
        assert files.send(mail).verdict is Verdict.ACCEPTED
    day = tmp_path / "outbox" / "2026-06-15"
    assert sorted(path.name for path in day.iterdir()) == ["s1.eml", "s1.html"]
    assert (day / "s1.eml").read_bytes() == mail.body
    assert (day / "s1.html").read_text() == mail.html
    assert {path.stat().st_mode & 0o777 for path in day.iterdir()} == {0o600}
    assert day.stat().st_mode & 0o777 == 0o700


def test_a_second_mail_of_the_day_does_not_overwrite_the_first(tmp_path: Path) -> None:
    files = FileTransport(tmp_path)
    first, second = a_mail(1), replace(a_mail(1), message_id="<other@x>", body=b"Subject: other\r\n\r\n")
    files.send(first)
    files.send(second)
    assert (tmp_path / "2026-06-15" / "s1.eml").read_bytes() == first.body
    assert (tmp_path / "2026-06-15" / "s1-2.eml").read_bytes() == second.body


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b", "", ".hidden", "x" * 300, "né\0\n"])
def test_no_subscriber_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    assert FileTransport(tmp_path).send(replace(a_mail(), subscriber=name)).verdict is Verdict.ACCEPTED
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert {path.parent for path in written} == {tmp_path / "2026-06-15"}


def test_a_folder_that_cannot_be_written_is_trouble_not_a_lost_mail(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file is in the way")
    outcome = FileTransport(tmp_path / "outbox").send(a_mail())
    assert outcome.verdict is Verdict.TROUBLE
    assert "cannot be written" in outcome.reason


def test_a_notice_says_what_failed_once_a_day() -> None:
    def a_notice(reason: str = "the fetch failed", now: datetime = NOW, lines: tuple[str, ...] = ("é\r\nBcc: x",)):
        return notice(
            reason,
            lines,
            MailSettings(operator="op@example.org", sender="w@example.org", sender_name="W", list_id="x.org"),
            now=now,
        )

    message = message_from_bytes(a_notice().body, policy=policy.default)
    assert message["To"] == "op@example.org"
    assert message["Subject"] == "matcher: the fetch failed"
    assert message["Bcc"] is None
    assert "- é Bcc: x\r\n" in message.get_content()
    assert a_notice().kind == "notice"
    assert a_notice().message_id == a_notice(now=NOW.replace(hour=20), lines=("other",)).message_id
    assert a_notice().message_id != a_notice("mails failed").message_id
    assert a_notice().message_id != a_notice(now=NOW.replace(day=16)).message_id
    long = message_from_bytes(a_notice(lines=("problem",) * 80).body, policy=policy.default)
    assert "- and 30 more" in long.get_content()
