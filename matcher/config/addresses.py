"""Addresses of servers: https anywhere, plain connections on this machine only; where a database is."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from matcher.config.mistaken import found_and_expected
from matcher.errors import shorten
from matcher.text.saying import Saying

_DATABASES = Saying("sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME")

_AMBIGUOUS = Saying(
    "found {found}, which cannot be read in one way only: write the @ / : ? # of a user name or password as "
    "%40 %2F %3A %3F %23, or put the password in PGPASSWORD or PGPASSFILE"
)


def address_mistake(url: str, *, base: bool = False) -> Saying | None:
    """What is wrong with an address, or None: https anywhere, http on this machine only.

    To a `base` paths are added, so that nothing may follow its own.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return found_and_expected(url, Saying("an https address"))
    if parts.scheme not in {"http", "https"} or not host:
        return found_and_expected(url, Saying("an https address"))
    if base and (parts.query or parts.fragment):
        return found_and_expected(url, Saying("nothing after the path"))
    if parts.username or parts.password:
        return Saying("holds a user name or password: the portal needs none")
    if parts.scheme == "http" and not is_loopback(host):
        return found_and_expected(url, Saying("https (plain http is for this machine only)"))
    return None


def database_mistake(url: str) -> Saying | None:
    """What is wrong with the address of a database, or None."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        usable = rest.startswith("/") and rest.strip("/") and "\0" not in rest and rest != "/:memory:"
        return None if usable else found_and_expected(url, _DATABASES)
    if scheme not in {"postgresql", "postgresql+psycopg"}:
        return found_and_expected(url, _DATABASES)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return _ambiguous(url) if "@" in url else found_and_expected(url, _DATABASES)
    if parts.netloc.count("@") > 1 or "@" in parts.path or "#" in url or "\0" in url:
        return _ambiguous(url)
    return None


def _ambiguous(url: str) -> Saying:
    return _AMBIGUOUS.of(found=shorten(url))


def is_loopback(host: str) -> bool:
    """True for `localhost` and the loopback addresses."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def ip_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address however it is written, an IPv4 one of a socket that takes both kinds too; None of what is none."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
