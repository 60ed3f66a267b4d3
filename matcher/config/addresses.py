"""Addresses of servers: https anywhere, plain connections on this machine only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def address_mistake(url: str) -> str | None:
    """What is wrong with an address, or None: https anywhere, http on this machine only."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return f"found {url!r}, expected an https address"
    if parts.scheme not in {"http", "https"} or not host:
        return f"found {url!r}, expected an https address"
    if parts.username or parts.password:
        return "holds a user name or password: the portal needs none"
    if parts.scheme == "http" and not is_loopback(host):
        return f"found {url!r}, expected https (plain http is for this machine only)"
    return None


def is_loopback(host: str) -> bool:
    """True for `localhost` and the loopback addresses."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
