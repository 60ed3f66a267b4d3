"""One line a request: method, path, status, milliseconds. No query, no address, no cookie and no secret of anybody."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING

from matcher.errors import clipped

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("matcher.web.access")

PROOFS = ("answer", "feeds", "sign-in")
"""How the addresses begin of which the rest says who may."""

_PROOF = re.compile(f"/({'|'.join(PROOFS)})/", re.IGNORECASE)


class AccessLog:
    """Around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and write down that it was answered, or broken off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took = (time.perf_counter() - began) * 1000
            _log.info("%s %s %d %.0f ms", scope["method"], shown_path(scope), status, took)


def shown_path(scope: Scope) -> str:
    """The path of a request as a log may hold it, on one line: who reads the log could use the token of an address.

    Addresses that no page has are cut as well: a link that was broken or typed wrongly has its token all the same.
    """
    path = str(scope["path"])[:1_000]
    found = _PROOF.search(path)
    return clipped(ascii(path[: found.end()])[1:-1] + "…" if found else ascii(path)[1:-1], 200)
