"""Which mail server is used and how it is reached, from `MATCHER_SMTP_URL` and the password beside it.

A connection is encrypted and the server's certificate verified, or it goes to this machine itself; there is no third
way and no fallback. The password is never part of the URL, because URLs are shown and logged.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from matcher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

URL_VARIABLE = "MATCHER_SMTP_URL"
PASSWORD_VARIABLE = "MATCHER_SMTP_PASSWORD"  # noqa: S105  (the name of a variable)
FILE_VARIABLE = "MATCHER_SMTP_PASSWORD_FILE"

_FORMS = "smtp+starttls://USER@HOST:587, smtps://USER@HOST:465, or smtp://localhost:25 for this machine only"


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


def server_from(url: str, environ: Mapping[str, str], ca_file: str = "") -> Server | None:
    """The server of a URL with the password of the environment; None when the URL is empty (mails become files).

    Raises:
        ConfigError: the URL, the password or its file cannot be used; with every mistake found.

    """
    if not url.strip():
        return None
    trusted = Path(ca_file).expanduser() if ca_file else None
    return parse_smtp_url(url, password=read_password(environ), ca_file=trusted)


def parse_smtp_url(url: str, *, password: str | None = None, ca_file: Path | None = None) -> Server:
    """The server that a URL names; see `server_from`."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise ConfigError([f"{URL_VARIABLE}: not a URL ({error}): write {_FORMS}"]) from error
    if parts.scheme not in list(Security):
        raise ConfigError([f"{URL_VARIABLE}: it has to be {_FORMS}"])
    security = Security(parts.scheme)
    user = unquote(parts.username) if parts.username else None
    mistakes = [*_mistakes(parts, security, host), *_login_mistakes(user, password), *_trust_mistakes(ca_file)]
    if mistakes:
        raise ConfigError([f"{URL_VARIABLE}: {mistake}" for mistake in mistakes])
    return Server(security, host, port or _PORTS[security], user, password if user else None, ca_file)


def _mistakes(parts: SplitResult, security: Security, host: str) -> list[str]:
    mistakes = []
    if not host:
        mistakes.append(f"the host is missing: write {_FORMS}")
    elif security is Security.LOOPBACK and not is_loopback(host):
        mistakes.append(
            f"smtp:// sends in plain text and is for this machine only, not for {host}: "
            "use smtp+starttls:// (port 587) or smtps:// (port 465)"
        )
    if parts.password is not None:
        mistakes.append(f"take the password out of the URL and put it in {PASSWORD_VARIABLE} or {FILE_VARIABLE}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        mistakes.append("nothing may follow the host and port")
    return mistakes


def _login_mistakes(user: str | None, password: str | None) -> list[str]:
    if user and password is None:
        return [f"it names a user: put the password in {PASSWORD_VARIABLE} or {FILE_VARIABLE}"]
    if password is not None and not user:
        return ["a password is set and no user: write USER@ before the host, or unset the password"]
    return []


def _trust_mistakes(ca_file: Path | None) -> list[str]:
    if ca_file is None:
        return []
    try:
        ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        reason = (
            error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "no PEM certificates in it"
        )
        return [f"the certificates in mail.ca_file ({ca_file}) cannot be used: {reason}"]
    return []


def read_password(environ: Mapping[str, str]) -> str | None:
    """The password from the environment or from the file that it names; None when neither is set.

    Raises:
        ConfigError: both are set, or the file cannot be read, is empty, or can be read by every user of the machine.

    """
    direct, named = environ.get(PASSWORD_VARIABLE), environ.get(FILE_VARIABLE)
    if direct and named:
        raise ConfigError([f"set {PASSWORD_VARIABLE} or {FILE_VARIABLE}, not both"])
    if not named:
        return direct or None
    path = Path(named).expanduser()
    try:
        if path.stat().st_mode & 0o007:
            raise ConfigError(
                [f"{FILE_VARIABLE}: {path} is open to every user of this machine: run `chmod 600 {path}`"]
            )
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError([f"{FILE_VARIABLE}: {path} cannot be read: {reason}"]) from error
    if not password:
        raise ConfigError([f"{FILE_VARIABLE}: {path} is empty"])
    return password


def is_loopback(host: str) -> bool:
    """True for `localhost` and loopback addresses."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
