"""Handing one mail over to a real server: protection, login, replies, broken connections."""

from __future__ import annotations

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from matcher.mail.smtp import SmtpTransport, parse_smtp_url
from matcher.mail.transport import Outcome, Verdict
from matcher.model.subscription import Mail
from tests.helpers.mail.plain import ANN, DAY, PASSWORD, a_mail
from tests.helpers.mail.smtp_server import DROP, DROP_AFTER, SLOW, LocalSmtp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@contextmanager
def connected(server: LocalSmtp, ca_file: Path | None = None, **options: Any) -> Iterator[SmtpTransport]:
    password = options.pop("password", server.login[1] if server.login else None)
    url = options.pop("url", server.url)
    with closing(SmtpTransport(parse_smtp_url(url, password=password, ca_file=ca_file), **options)) as transport:
        yield transport


def send_one(server: LocalSmtp, mail: Mail | None = None, **options: Any) -> Outcome:
    with connected(server, **options) as transport:
        return transport.send(mail or a_mail())


@pytest.mark.parametrize("security", ["smtp+starttls", "smtps"])
def test_a_mail_goes_over_an_encrypted_connection_with_a_login(security: str, ca: trustme.CA, ca_file: Path) -> None:
    with LocalSmtp(security=security, ca=ca, login=("user@example.org", PASSWORD)) as server:
        assert send_one(server, ca_file=ca_file) == Outcome(Verdict.ACCEPTED)
        [taken] = server.accepted
        assert taken.encrypted
        assert taken.recipients == (ANN,)
        assert taken.body == a_mail().body
        assert server.auth_over_plain == 0


def test_plain_text_goes_to_this_machine_only_and_may_have_a_login() -> None:
    with LocalSmtp(login=("user", PASSWORD)) as server:
        assert send_one(server).verdict is Verdict.ACCEPTED
        assert not server.accepted[0].encrypted


@pytest.mark.parametrize("security", ["smtp+starttls", "smtps"])
@pytest.mark.parametrize("fault", ["another authority", "another name"])
def test_a_certificate_that_is_not_trusted_is_refused(security: str, fault: str, ca: trustme.CA, ca_file: Path) -> None:
    issuer = trustme.CA() if fault == "another authority" else ca
    name = "mail.example.org" if fault == "another name" else "127.0.0.1"
    with LocalSmtp(security=security, ca=issuer, host_in_certificate=name, login=("user", PASSWORD)) as server:
        outcome = send_one(server, ca_file=ca_file)
        assert outcome.verdict is Verdict.TROUBLE
        assert "certificate" in outcome.reason
        assert "not trusted" in outcome.reason
        assert server.accepted == []
        assert server.auth_over_plain == 0


def test_a_server_without_starttls_gets_nothing_not_even_the_password() -> None:
    with LocalSmtp(login=("user", PASSWORD)) as server:
        outcome = send_one(server, url=server.url.replace("smtp://", "smtp+starttls://"))
        assert outcome.verdict is Verdict.TROUBLE
        assert "STARTTLS" in outcome.reason
        assert server.auth_over_plain == 0
        assert server.accepted == []


def test_a_tls_connection_to_a_plain_port_says_what_to_check() -> None:
    with LocalSmtp() as server:
        outcome = send_one(server, url=server.url.replace("smtp://", "smtps://"), timeout=5.0)
        assert outcome.verdict is Verdict.TROUBLE
        assert "scheme and port" in outcome.reason or "broke the connection" in outcome.reason


def test_a_refused_login_is_trouble_and_the_password_shows_nowhere(
    ca: trustme.CA, ca_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with LocalSmtp(security="smtps", ca=ca, login=("user", "right")) as server:
        where = parse_smtp_url(server.url, password=PASSWORD, ca_file=ca_file)
        transport = SmtpTransport(where)
        outcome = transport.send(a_mail())
        assert outcome.verdict is Verdict.TROUBLE
        assert "check user and password" in outcome.reason
        shown = f"{outcome!r} {where!r} {where} {vars(transport)!r} {caplog.text}"
        assert PASSWORD not in shown


def test_a_server_whose_greeting_drips_is_given_up_in_time() -> None:
    """Every byte comes well within the time-out."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening, ThreadPoolExecutor(1) as drips:
        drips.submit(_drip, listening)
        url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        with closing(SmtpTransport(parse_smtp_url(url), timeout=5.0, hours=0.3 / 3600)) as transport:
            began = time.monotonic()
            assert transport.send(a_mail()).verdict is Verdict.TROUBLE
            assert time.monotonic() - began < 5


def _drip(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with closing(connection), suppress(OSError):
        for _ in range(1000):
            connection.sendall(b"2")
            time.sleep(0.02)


def test_a_server_that_refuses_connections_is_trouble() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    outcome = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{port}")).send(a_mail())
    assert outcome.verdict is Verdict.TROUBLE
    assert "cannot be reached" in outcome.reason


@pytest.mark.parametrize(
    ("stage", "reply", "verdict"),
    [
        ("mail", "451 4.3.0 busy", Verdict.TROUBLE),
        ("mail", "550 5.7.1 you may not send", Verdict.TROUBLE),
        ("mail", "552 5.3.4 message too big", Verdict.REFUSED),
        ("mail", "421 4.3.2 closing", Verdict.TROUBLE),
        ("mail", DROP, Verdict.LOST),
        ("rcpt", "450 4.2.0 greylisted", Verdict.LATER),
        ("rcpt", "421 4.3.2 closing", Verdict.LOST),
        ("rcpt", "550 5.1.1 no such user", Verdict.NO_MAILBOX),
        ("rcpt", "550 unknown", Verdict.NO_MAILBOX),
        ("rcpt", "554 5.7.1 relay access denied", Verdict.SET_UP),
        ("rcpt", "530 5.7.0 authentication required", Verdict.TROUBLE),
        ("rcpt", DROP, Verdict.LOST),
        ("rcpt", SLOW, Verdict.LOST),
        ("data", "451 4.3.0 try again", Verdict.LATER),
        ("data", "421 4.3.2 closing", Verdict.LOST),
        ("data", "554 5.6.0 looks like spam", Verdict.REFUSED),
        ("data", "552 5.2.2 mailbox full", Verdict.NO_MAILBOX),
        ("data", DROP, Verdict.DOUBT),
        ("data", DROP_AFTER, Verdict.DOUBT),
        ("data", SLOW, Verdict.DOUBT),
    ],
)
def test_what_a_failure_means_and_that_the_next_mail_is_not_harmed(stage: str, reply: str, verdict: Verdict) -> None:
    with LocalSmtp(silent_for=3.0) as server:
        match stage:
            case "mail":
                server.script.mail.append(reply)
            case "rcpt":
                server.script.at_rcpt(ANN, reply)
            case _:
                server.script.at_data(ANN, reply)
        with connected(server, timeout=0.5, answer_timeout=0.5) as transport:
            outcome = transport.send(a_mail())
            assert outcome.verdict is verdict
            assert outcome.reason
            assert transport.send(a_mail(2, "bob@example.org")).verdict is Verdict.ACCEPTED
        assert server.counts()[a_mail().message_id] == (1 if reply == DROP_AFTER else 0)


def test_one_connection_carries_many_mails_and_is_renewed_after_so_many() -> None:
    with LocalSmtp() as server:
        with connected(server, mails_per_connection=3) as transport:
            for number in range(7):
                assert transport.send(a_mail(number)).verdict is Verdict.ACCEPTED
        assert [mail.connection for mail in server.accepted] == [1, 1, 1, 2, 2, 2, 3]
        assert server.commands["RSET"] == 4


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        *((stage, "421 4.7.0 enough for this connection") for stage in ("MAIL", "RCPT", "DATA")),
        ("MAIL", "452 4.5.3 too many"),
        ("MAIL", DROP),
        ("RCPT", DROP),
    ],
)
def test_a_server_that_takes_so_many_mails_a_connection_gets_them_all(stage: str, reply: str) -> None:
    with LocalSmtp() as server:
        server.script.most, server.script.enough, server.script.enough_at = 3, reply, stage
        with connected(server, timeout=2.0) as transport:
            for number in range(8):
                assert transport.send(a_mail(number)).verdict is Verdict.ACCEPTED
        assert [mail.connection for mail in server.accepted] == [1, 1, 1, 2, 2, 2, 3, 3]


def test_a_server_that_closes_new_connections_too_is_left_in_peace() -> None:
    with LocalSmtp() as server, connected(server) as transport:
        assert transport.send(a_mail(1)).verdict is Verdict.ACCEPTED
        server.script.mail.extend(["421 enough"] * 2)
        assert transport.send(a_mail(2)).verdict is Verdict.TROUBLE
        assert server.connections == 2


def test_a_connection_that_broke_between_mails_is_made_anew() -> None:
    with LocalSmtp() as server, connected(server) as transport:
        assert transport.send(a_mail(1)).verdict is Verdict.ACCEPTED
        assert transport._client is not None
        assert transport._client.sock is not None
        transport._client.sock.shutdown(socket.SHUT_RDWR)
        assert transport.send(a_mail(2)).verdict is Verdict.ACCEPTED
        assert server.connections == 2


def test_lines_that_begin_with_a_dot_and_odd_line_ends_arrive_whole() -> None:
    body = b"From: a@example.org\r\nMessage-ID: <dots@x>\r\n\r\n.\r\n..two\n.x\rlast without an end"
    with LocalSmtp() as server:
        send_one(server, Mail("<dots@x>", "s", ANN, DAY, "", body, ""))
        text = server.accepted[0].body.partition(b"\r\n\r\n")[2]
        assert text == b".\r\n..two\r\n.x\r\nlast without an end\r\n"


def test_eight_bit_text_is_announced_or_encoded_for_a_server_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    head = (
        b"From: a@example.org\r\nMessage-ID: <8@x>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    )
    body = head + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + "Énergie à 3,5 M€\r\n".encode()
    mail = Mail("<8@x>", "s", ANN, DAY, "", body, "")
    with LocalSmtp() as server:
        send_one(server, mail)
        assert "BODY=8BITMIME" in server.accepted[0].options
        assert server.accepted[0].body == body
        monkeypatch.setattr(server, "hide", "250-8BITMIME")
        send_one(server, mail)
        encoded = server.accepted[1].body
        assert encoded.isascii()
        assert message_from_bytes(encoded, policy=policy.default).get_content() == "Énergie à 3,5 M€\r\n"


def test_addresses_outside_ascii() -> None:
    with LocalSmtp(utf8=True) as server, connected(server) as transport:
        assert transport.send(a_mail(1, "anaïs@example.org")).verdict is Verdict.ACCEPTED
        assert "SMTPUTF8" in server.accepted[0].options
        assert transport.send(a_mail(2, "ann@énergie.example")).verdict is Verdict.ACCEPTED
        assert server.accepted[1].recipients == ("ann@xn--nergie-9ua.example",)
    with LocalSmtp(utf8=False) as server, connected(server) as transport:
        outcome = transport.send(a_mail(1, "anaïs@example.org"))
        assert outcome.verdict is Verdict.REFUSED
        assert "SMTPUTF8" in outcome.reason
        assert transport.send(a_mail(2, "ann@énergie.example")).verdict is Verdict.ACCEPTED


def test_an_address_with_a_line_break_sends_no_command_of_its_own() -> None:
    with LocalSmtp() as server, connected(server) as transport:
        hostile = replace(a_mail(1), address="ann@example.org>\r\nRCPT TO:<eve@example.org")
        assert transport.send(hostile).verdict is Verdict.REFUSED
        assert transport.send(a_mail(2)).verdict is Verdict.ACCEPTED
        assert [mail.recipients for mail in server.accepted] == [(ANN,)]


def test_a_hostile_reply_is_shown_on_one_short_line() -> None:
    with LocalSmtp() as server:
        server.script.at_rcpt(ANN, "550 5.1.1 \x1b[31mred\x07" + "x" * 400)
        reason = send_one(server).reason
        assert reason.isprintable()
        assert len(reason) < 300
