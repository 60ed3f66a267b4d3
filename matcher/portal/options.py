"""How the portal is reached: plain values, checked once."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from matcher import __version__
from matcher.errors import ConfigError


@dataclass(frozen=True, slots=True)
class PortalOptions:
    """Addresses, pace and patience. Raises `ConfigError` with every mistake when a value makes no sense."""

    url: str = "https://api.tech.ec.europa.eu/search-api/prod/rest"
    data_url: str = "https://ec.europa.eu/info/funding-tenders/opportunities/data"
    rate: float = 1.0  # requests a second at most
    timeout: float = 30.0  # seconds without a byte; a whole answer may take `PATIENCE` times that
    attempts: int = 5  # tries per page
    backoff: float = 0.5  # seconds before the second try, doubling
    max_passes: int = 4
    user_agent: str = f"matcher/{__version__} (+Carnot Europe call watch)"

    def __post_init__(self) -> None:
        checks = (
            (address_mistake(self.url), "portal.url"),
            (address_mistake(self.data_url), "portal.data_url"),
            (None if self.rate > 0 else f"found {self.rate}, expected a number above 0", "portal.rate"),
            (None if self.timeout > 0 else f"found {self.timeout}, expected seconds above 0", "portal.timeout"),
            (None if self.attempts >= 1 else f"found {self.attempts}, expected at least 1", "portal.attempts"),
            (None if self.backoff >= 0 else f"found {self.backoff}, expected seconds, 0 or more", "portal.backoff"),
            (None if self.max_passes >= 1 else f"found {self.max_passes}, expected at least 1", "portal.max_passes"),
        )
        mistakes = [f"{key}: {mistake}" for mistake, key in checks if mistake]
        if mistakes:
            raise ConfigError(mistakes)


PATIENCE = 4
"""A whole answer may take this many times `timeout`, however slowly its bytes drip in."""


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
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
