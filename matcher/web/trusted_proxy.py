"""Who a proxy says that somebody is: believed of connections from the one address that is named, and of no other."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from matcher.config.addresses import ip_of
from matcher.errors import clipped
from matcher.web.failures import Refused
from matcher.web.rate_limit import RateLimit, network_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from matcher.config.setting_sections import WebSettings

_log = logging.getLogger("matcher.web")

PEER = "matcher.peer"
"""Of a request: the address at the other end of its connection, whatever headers say of whom it is for."""

_told = RateLimit(5, 3_600.0)
"""Lines in the log about one address, or network, that names somebody and may not: nobody fills the log."""


class Peer:
    """Around the whole application: notes who is connected, then takes from proxies for whom they ask."""

    def __init__(self, app: ASGIApp, proxy: str = "") -> None:
        known = ["127.0.0.1", *([proxy] if proxy else [])]
        self._app = ProxyHeadersMiddleware(app, trusted_hosts=known)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope[PEER] = (scope.get("client") or ("",))[0]
        await self._app(scope, receive, send)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class TrustedProxy:
    """The proxy at an address, and the header in which it says who asks; without a header nobody is believed."""

    address: str = ""
    header: str = ""

    @classmethod
    def of(cls, settings: WebSettings) -> TrustedProxy:
        """As it is configured."""
        return cls(settings.proxy, settings.user_header)

    def named(self, request: Request) -> str | None:
        """Whom the proxy names; None where it names nobody, and where who names somebody is not the proxy.

        Raises Refused where it names several: it handed on what somebody else wrote.
        """
        found = request.headers.getlist(self.header) if self.header else []
        if not found:
            return None
        peer = str(request.scope.get(PEER, ""))
        if not self.address or (ip_of(peer) or peer) != (ip_of(self.address) or self.address):
            if _told.allows(network_of(peer)):
                _log.warning("%s from %s is ignored: only [web] proxy is believed", self.header, clipped(peer, 60))
            return None
        if len(found) > 1:
            raise Refused("The proxy names more than one person: it has to replace this header, not to add to it.")
        return found[0].strip() or None


def stranger(name: str) -> Refused:
    """What is told to somebody whom the proxy knows and the product does not."""
    return Refused(
        "You came as {name}, and nobody is subscribed so: ask whoever runs this.",
        HTTPStatus.FORBIDDEN,
        name=clipped(name, 60),
    )
