"""SMTP: the server as configured, TLS without fallback, one connection for many mails."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from matcher.config.addresses import is_loopback
from matcher.config.mistaken import told_at
from matcher.config.secret_source import read_secret
from matcher.errors import ConfigError, system_reason
from matcher.mail.transport import CLOSING, Outcome, Stage, Verdict, judge, shown
from matcher.text.saying import Saying
from matcher.text.time_limit import HOUR, TimeLimit, timed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from matcher.model.subscription import Mail

URL_VARIABLE = "MATCHER_SMTP_URL"

PASSWORD_VARIABLE = "MATCHER_SMTP_PASSWORD"  # noqa: S105  (the name of a variable)

FILE_VARIABLE = f"{PASSWORD_VARIABLE}_FILE"

_FORMS = Saying("smtp+starttls://USER@HOST:587, smtps://USER@HOST:465, or smtp://localhost:25 for this machine only")

_VARIABLES = Saying("{names} or {last}", names=PASSWORD_VARIABLE, last=FILE_VARIABLE)


class Security(StrEnum):
    """How a connection is protected; the values are the URL's schemes."""

    STARTTLS = "smtp+starttls"
    TLS = "smtps"
    LOOPBACK = "smtp"  # plain, and only to this machine


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.LOOPBACK: 25}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; the password is kept out of `repr`, so that no log or traceback shows it."""

    security: Security
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None  # certificates to trust instead of the system's, for a private server

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server_from(
    url: str, environ: Mapping[str, str], ca_file: str = "", *, origin: str = URL_VARIABLE
) -> Server | None:
    """The server of a URL with the password of the environment; None when the URL is empty (mails become files).

    `origin` is what set the URL.

    Raises:
        ConfigError: the URL, the password or its file cannot be used; with every mistake found.

    """
    if not url.strip():
        return None
    trusted = Path(ca_file).expanduser() if ca_file else None
    return parse_smtp_url(url, password=read_secret(environ, PASSWORD_VARIABLE), ca_file=trusted, origin=origin)


def parse_smtp_url(
    url: str, *, password: str | None = None, ca_file: Path | None = None, origin: str = URL_VARIABLE
) -> Server:
    """The server that a URL names; see `server_from`."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise ConfigError([_told(origin, Saying("it is not a URL: write {forms}", forms=_FORMS))]) from error
    if parts.scheme not in list(Security):
        raise ConfigError([_told(origin, Saying("it has to be {forms}", forms=_FORMS))])
    security = Security(parts.scheme)
    user = unquote(parts.username) if parts.username else None
    mistakes = [*_mistakes(parts, security, host), *_login_mistakes(user, password), *_trust_mistakes(ca_file)]
    if mistakes:
        raise ConfigError([_told(origin, mistake) for mistake in mistakes])
    return Server(security, host, port or _PORTS[security], user, password if user else None, ca_file)


def _told(origin: str, mistake: Saying) -> Saying:
    return told_at(origin, told_at("mail.smtp_url", mistake))


def _mistakes(parts: SplitResult, security: Security, host: str) -> list[Saying]:
    mistakes = []
    if not host:
        mistakes.append(Saying("the host is missing: write {forms}", forms=_FORMS))
    elif security is Security.LOOPBACK and not is_loopback(host):
        mistakes.append(
            Saying(
                "smtp:// sends in plain text and is for this machine only, not for {host}: "
                "use smtp+starttls:// (port 587) or smtps:// (port 465)",
                host=host,
            )
        )
    if parts.password is not None:
        mistakes.append(Saying("take the password out of the URL and put it in {variables}", variables=_VARIABLES))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        mistakes.append(Saying("nothing may follow the host and port"))
    try:
        host.encode("idna")
    except UnicodeError:
        mistakes.append(Saying("the host is no name of a machine"))
    return mistakes


def _login_mistakes(user: str | None, password: str | None) -> list[Saying]:
    if user and password is None:
        return [Saying("it names a user: put the password in {variables}", variables=_VARIABLES)]
    if password is not None and not user:
        return [Saying("a password is set and no user: write USER@ before the host, or unset the password")]
    return []


def _trust_mistakes(ca_file: Path | None) -> list[Saying]:
    if ca_file is None:
        return []
    try:
        ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        unread = isinstance(error, FileNotFoundError | PermissionError)
        reason = system_reason(error) if unread else Saying("no PEM certificates in it")
        return [
            Saying("the certificates in mail.ca_file ({file}) cannot be used: {reason}", file=ca_file, reason=reason)
        ]
    return []


_BREAKS = (smtplib.SMTPServerDisconnected, OSError)  # OSError: reset, timeout, TLS failure

_NO_UTF8 = "the server does not take addresses outside ASCII (no SMTPUTF8)"


class _TimedSmtp(smtplib.SMTP):
    """Reads all that a server says within a time limit."""

    def __init__(self, *arguments: Any, limit: TimeLimit, **options: Any) -> None:
        self._limit = limit  # connecting reads already
        super().__init__(*arguments, **options)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = timed(self.sock.makefile("rb"), lambda: self._limit.over)
        return super().getreply()


class _TimedTls(_TimedSmtp, smtplib.SMTP_SSL):
    """The same, over TLS from the start."""


class SmtpTransport:
    """Hands mails to a server, connecting when there is a first mail and again after a break.

    Many servers take so many mails a connection, then close it (421) or just drop it: a mail that meets this on a
    connection that has carried others is handed over on a new one.

    Args:
        server: where, and how protected.
        timeout: the longest silence of the server, in seconds.
        answer_timeout: the same for the answer to a complete mail, which servers may take minutes for
            (RFC 5321, 4.5.3.2.6): giving up early is what makes duplicates.
        hours: after so many, from now on, nothing more is read from the server, however slowly its bytes come.
        mails_per_connection: after so many the connection is renewed.

    """

    def __init__(
        self,
        server: Server,
        *,
        timeout: float = 60.0,
        answer_timeout: float = 600.0,
        hours: float = 2.0,
        mails_per_connection: int = 50,
    ) -> None:
        self._server = server
        self._limit = TimeLimit(hours * HOUR)
        self._timeout = timeout
        self._answer_timeout = answer_timeout
        self._most = mails_per_connection
        self._client: smtplib.SMTP | None = None
        self._handed = 0

    def close(self) -> None:
        """Takes leave of the server; a connection that is broken already is no matter."""
        client, self._client, self._handed = self._client, None, 0
        if client is not None:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def send(self, mail: Mail) -> Outcome:
        try:
            client = self._ready()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Verdict.TROUBLE, self._trouble(error))
        used = self._handed > 0
        outcome = self._attempt(client, mail)
        ended = self._client is None and outcome.verdict is not Verdict.DOUBT
        return self.send(mail) if used and ended else outcome

    def look(self, sender: str) -> Outcome:
        """Connect, negotiate TLS and log in, ask whether it would take mail from `sender`, and send nothing."""
        try:
            client = self._ready()
            code, text = client.mail(sender)
            client.rset()
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Verdict.TROUBLE, self._trouble(error))
        words = self._shown(text.decode("utf-8", "replace"))
        if code != 250:
            return Outcome(
                Verdict.TROUBLE, f"the mail server {self._server} takes no mail from {sender}: {code} {words}"
            )
        return Outcome(Verdict.ACCEPTED, f"{self._server} answers {code} {words} ({self._protection(client)})")

    def _protection(self, client: smtplib.SMTP) -> str:
        version = client.sock.version() if isinstance(client.sock, ssl.SSLSocket) else None
        user = self._server.user
        return f"{version or 'plain, on this machine'}, {f'logged in as {user}' if user else 'without a login'}"

    def _attempt(self, client: smtplib.SMTP, mail: Mail) -> Outcome:
        try:
            return self._hand_over(client, mail)
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            return Outcome(Verdict.REFUSED, _NO_UTF8)
        except ValueError:
            return Outcome(Verdict.REFUSED, "its address holds spaces or line breaks")

    def _ready(self) -> smtplib.SMTP:
        """A connection that answers, the one at hand where it still does."""
        if self._client is not None and self._handed < self._most:
            with suppress(*_BREAKS):
                if self._client.rset()[0] == 250:
                    return self._client
        self.close()
        self._client = self._connect()
        return self._client

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            client: smtplib.SMTP = _TimedTls(
                server.host, server.port, limit=self._limit, timeout=self._timeout, context=_trust(server)
            )
        else:
            client = _TimedSmtp(server.host, server.port, limit=self._limit, timeout=self._timeout)
        try:
            if server.security is Security.LOOPBACK:
                _insist_on_loopback(client)
            client.ehlo_or_helo_if_needed()
            if server.security is Security.STARTTLS:
                _start_tls(client, _trust(server))
            if server.user is not None and server.password is not None:
                client.login(server.user, server.password)
        except BaseException:
            client.close()
            raise
        return client

    def _hand_over(self, client: smtplib.SMTP, mail: Mail) -> Outcome:
        body, options, address = _prepared(client, mail)
        stage = Stage.MAIL
        try:
            code, text = client.mail(_sender(mail), options)
            if code == 250:
                stage = Stage.RCPT
                code, text = client.rcpt(address)
            if stage is Stage.RCPT and code in (250, 251):
                stage = Stage.DATA
                code, text = client.docmd("DATA")
            if code != 354:
                return self._declined(stage, code, text)
            client.send(body)  # an error here: not all was handed to the system, the server lacks the final dot
        except _BREAKS as error:
            self.close()
            return Outcome(Verdict.LOST, self._trouble(error))
        return self._answer(client)

    def _answer(self, client: smtplib.SMTP) -> Outcome:
        """The reply to the complete mail. Without one, nobody here can know whether the server has it."""
        try:
            if client.sock is not None:
                client.sock.settimeout(self._answer_timeout)
            code, text = client.getreply()
            if client.sock is not None:
                client.sock.settimeout(self._timeout)
        except (smtplib.SMTPResponseException, *_BREAKS) as error:
            self.close()
            return Outcome(Verdict.DOUBT, self._trouble(error))
        if not 200 <= code < 300:
            return self._declined(Stage.DATA, code, text)
        self._handed += 1
        return Outcome(Verdict.ACCEPTED)

    def _declined(self, stage: Stage, code: int, text: bytes) -> Outcome:
        if code in (CLOSING, -1) or (stage is Stage.MAIL and code < 500):
            self.close()
        words = text.decode("utf-8", "replace")
        return Outcome(judge(stage, code, words), f"{stage} was answered {code} {self._shown(words)}".rstrip())

    def _trouble(self, error: Exception) -> str:
        """One clause that says what is wrong with the server, without secrets."""
        where = f"the mail server {self._server}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"{where} refused the login ({error.smtp_code} {self._words(error)}): check user and password"
            case smtplib.SMTPResponseException():
                return f"{where} answered {error.smtp_code} {self._words(error)}".rstrip()
            case ssl.SSLCertVerificationError():
                return f"the certificate of {where} is not trusted ({error.verify_message}): see mail.ca_file"
            case ssl.SSLError():
                return f"{where} does not speak TLS as expected ({error.reason}): check scheme and port"
            case TimeoutError():
                return f"{where} did not answer in time"
            case smtplib.SMTPServerDisconnected():
                return f"{where} broke the connection"
            case OSError() if error.strerror:
                return f"{where} cannot be reached ({error.strerror})"
            case _:
                return f"{where} cannot be used ({self._shown(str(error))})"

    def _words(self, error: smtplib.SMTPResponseException) -> str:
        words = error.smtp_error
        return self._shown(words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words))

    def _shown(self, words: str) -> str:
        return shown(words, self._server.password)


def _insist_on_loopback(client: smtplib.SMTP) -> None:
    """A name can be made to point elsewhere: what counts is where the connection went."""
    peer = client.sock.getpeername()[0] if client.sock else ""
    if not ipaddress.ip_address(peer.partition("%")[0]).is_loopback:
        raise smtplib.SMTPException("smtp:// led to another machine, where plain text is not sent")


def _trust(server: Server) -> ssl.SSLContext:
    """Whose certificates count; reading the system's takes longer than sending a mail on this machine."""
    return ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)


def _start_tls(client: smtplib.SMTP, trust: ssl.SSLContext) -> None:
    if not client.has_extn("starttls"):
        raise smtplib.SMTPException("it does not offer STARTTLS, and mails are never sent in plain text")
    client.starttls(context=trust)
    client.ehlo_or_helo_if_needed()


def _sender(mail: Mail) -> str:
    """The envelope's sender, to which failures go: the address in From."""
    head = message_from_bytes(mail.body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=policy.SMTP)
    senders = head["From"].addresses if head["From"] is not None else ()
    return senders[0].addr_spec if senders else ""


def _prepared(client: smtplib.SMTP, mail: Mail) -> tuple[bytes, list[str], str]:
    """The mail as it goes over the wire, the parameters of MAIL FROM, and the envelope's recipient."""
    address, body, options = mail.address, mail.body, []
    head = body.partition(b"\r\n\r\n")[0]
    if " " in address or not address.isprintable():
        raise ValueError(address)
    if not address.isascii():
        local, _, domain = address.rpartition("@")
        if local.isascii():  # the domain has an ASCII form, which every server takes
            address = f"{local}@{domain.encode('idna').decode('ascii')}"
    if not (address.isascii() and head.isascii()):
        options.append("SMTPUTF8")
        if not client.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError(_NO_UTF8)
    if not body.isascii():
        if client.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        else:
            body = _seven_bit(body)
    if client.has_extn("size"):
        options.append(f"SIZE={len(body)}")
    return _on_the_wire(body), options, address


def _seven_bit(body: bytes) -> bytes:
    """The same mail with its 8-bit parts encoded, for a server without 8BITMIME."""
    out = BytesIO()
    message = message_from_bytes(body, policy=policy.SMTP.clone(max_line_length=998))
    BytesGenerator(out, policy=policy.SMTP.clone(cte_type="7bit", max_line_length=998)).flatten(message)
    return out.getvalue()


def _on_the_wire(body: bytes) -> bytes:
    """CRLF line ends, leading dots doubled, and the final dot (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", body)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")
