"""Pages that were made already: sent again to whoever may see the same, with a token of his own in their forms."""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from matcher.web.form_tokens import FormTokens

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from starlette.responses import Response

    from matcher.web.visit import Visit

PLACE = secrets.token_urlsafe(24)
"""What stands in a page that is kept where each browser's token goes; nobody can know it before."""


LONGEST = 500_000
"""Bytes of a page that is kept: an institute's list has half of it, and whoever is signed in can ask for all calls."""


class _Places(FormTokens):
    """Leaves a place where a token goes."""

    def token(self, mark: str) -> str:  # noqa: ARG002 (of no browser in particular)
        return PLACE


class _NotKept(Exception):
    """An answer that is no page, one too long, or none that says the same tomorrow: a file, a redirect, a failure."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def kept_page(visit: Visit, make: Callable[[Visit], Response], beside: Hashable = None) -> Response:
    """The page that `make` makes, or made for the same address, language and person while nothing changed.

    `beside` is what else of the visit the page says.
    """
    if visit.has_news:
        return make(visit)
    asked = ("page", visit.address, visit.words, visit.person, visit.trial, beside)
    try:
        body, status = visit.answer(asked, lambda: _body(visit, make)), HTTPStatus.OK
    except _NotKept as other:
        if not isinstance(other.answer, HTMLResponse):
            return other.answer
        body, status = bytes(other.answer.body), HTTPStatus(other.answer.status_code)
    answer = HTMLResponse(body.replace(PLACE.encode(), visit.tokens.token(visit.mark).encode()), status)
    visit.keep_mark(answer)
    return answer


def _body(visit: Visit, make: Callable[[Visit], Response]) -> bytes:
    """The page with places. Raises _NotKept."""
    made = make(replace(visit, tokens=_Places(b"")))
    if made.status_code == HTTPStatus.OK and isinstance(made, HTMLResponse) and len(made.body) <= LONGEST:
        return bytes(made.body)
    raise _NotKept(made)
