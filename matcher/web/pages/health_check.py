"""Whether the pages can be answered, for programs that watch over them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from matcher.app.operation.health import status
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.web.visit import Visit


def health(visit: Visit) -> Response:
    """`{"schema": 1, "ok": true, "last_good_fetch": "…"}`; 503 where there is nothing to show, or it cannot be read."""
    try:
        found = visit.answer("status", lambda: status(visit.home, last=1))
    except MatcherError:  # what it is stands on the pages and in the log of whoever runs it
        return _said(ok=False, last=None)
    last = found.last_good_fetch.isoformat() if found.last_good_fetch else None
    return _said(ok=not visit.trial, last=last)


def _said(*, ok: bool, last: str | None) -> Response:
    told = {"schema": 1, "ok": ok, "last_good_fetch": last}
    return JSONResponse(told, HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE)
