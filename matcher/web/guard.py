"""What every request goes through: hosts, origins and sizes are checked, and the answer says what a browser may do.

A page on another site can make a browser ask this one, by its own name (rebinding it to this machine) or by ours: the
first is known by the host that is asked for, the second by where the request says it comes from.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from matcher.config.addresses import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 64_000
"""Bytes of a form at most."""

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What a browser may load and do: our style sheet, our one script (nothing in a page itself runs), our forms."""

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_READING = {"GET", "HEAD"}


class Guard:
    """Around the whole application; `host` is the name that the site is asked by beside this machine's own."""

    def __init__(self, app: ASGIApp, host: str | None = None) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        refused = self._refused(scope["method"], Headers(scope=scope))
        await (refused or self._app)(scope, receive, guarded)

    def _refused(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if not self._is_ours(headers.get("host", "")):
            return PlainTextResponse("No site of that name is here.\n", HTTPStatus.MISDIRECTED_REQUEST)
        if method not in _READING:
            if not is_same_origin(headers):
                return PlainTextResponse("Forms are taken from this site's own pages only.\n", HTTPStatus.FORBIDDEN)
            if not _is_small(headers):
                return PlainTextResponse("That is more than a form holds.\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return None

    def _is_ours(self, host: str) -> bool:
        name = hostname(host)
        return name is not None and (is_loopback(name) or name == self._host)


_HOST = re.compile(r"(?:([a-z0-9._-]+)|\[([0-9a-f:.]+)\])(?::[0-9]{1,5})?", re.IGNORECASE)


def hostname(host: str) -> str | None:
    """The name in a Host header, without its port; None where it is more than that, or less."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).casefold() if found else None


def is_same_origin(headers: Headers) -> bool:
    """Whether a form comes from a page of this site, as far as the browser tells; programs tell nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _is_small(headers: Headers) -> bool:
    length = headers.get("content-length", "")
    return length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= LARGEST
