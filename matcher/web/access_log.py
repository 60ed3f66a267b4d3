"""One line a request: method, path, status, milliseconds. No query, no address, no cookie and no secret of anybody."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from matcher.errors import clipped

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("matcher.web.access")


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
            path = clipped(ascii(shown_path(scope))[1:-1], 200)
            _log.info("%s %s %d %.0f ms", scope["method"], path, status, took)


def shown_path(scope: Scope) -> str:
    """The path of a request as a log may hold it: who reads the log could use the token of an address."""
    path, token = str(scope["path"]), scope.get("path_params", {}).get("token")
    return path.replace(token, "…") if token else path
