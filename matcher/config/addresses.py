"""Addresses of servers: https anywhere, plain connections on this machine only; where a database is."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from matcher.errors import shorten

_DATABASES = "expected sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"

_AMBIGUOUS = (
    "cannot be read in one way only: write the @ / : ? # of a user name or password as %40 %2F %3A %3F %23, "
    "or put the password in PGPASSWORD or PGPASSFILE"
)


def address_mistake(url: str, *, base: bool = False) -> str | None:
    """What is wrong with an address, or None: https anywhere, http on this machine only.

    To a `base` paths are added, so that nothing may follow its own.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return f"found {shorten(url)}, expected an https address"
    if parts.scheme not in {"http", "https"} or not host:
        return f"found {shorten(url)}, expected an https address"
    if base and (parts.query or parts.fragment):
        return f"found {shorten(url)}, expected nothing after the path"
    if parts.username or parts.password:
        return "holds a user name or password: the portal needs none"
    if parts.scheme == "http" and not is_loopback(host):
        return f"found {shorten(url)}, expected https (plain http is for this machine only)"
    return None


def database_mistake(url: str) -> str | None:
    """What is wrong with the address of a database, or None."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        usable = rest.startswith("/") and rest.strip("/") and "\0" not in rest and rest != "/:memory:"
        return None if usable else f"found {shorten(url)}, {_DATABASES}"
    if scheme not in {"postgresql", "postgresql+psycopg"}:
        return f"found {shorten(url)}, {_DATABASES}"
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return f"found {shorten(url)}, which {_AMBIGUOUS}" if "@" in url else f"found {shorten(url)}, {_DATABASES}"
    if parts.netloc.count("@") > 1 or "@" in parts.path or "#" in url or "\0" in url:
        return f"found {shorten(url)}, which {_AMBIGUOUS}"
    return None


def is_loopback(host: str) -> bool:
    """True for `localhost` and the loopback addresses."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
