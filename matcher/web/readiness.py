"""What the first pages of a process would wait for, loaded before anybody asks: modules, templates, the index."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request

from matcher.app.answering.questions import rank
from matcher.errors import MatcherError
from matcher.model.question import Question
from matcher.web.pages.call_list import calls
from matcher.web.pages.call_page import call
from matcher.web.pages.institute_list import institute
from matcher.web.pages.start_page import start
from matcher.web.rights import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from matcher.web.application import Site
    from matcher.web.visit import Visit


def make_ready(site: Site) -> None:
    """Answer to nobody, once, the pages that people come to first: a list, its best call, a search.

    What is wrong is not told here: the page says it to whoever asks for it.
    """
    with suppress(MatcherError):
        home, _ = site.kept.current()
        _answer(site, start, "/")
        if home.institutes:
            _answer_for(site, home.institutes[0].identifier)


def _answer_for(site: Site, name: str) -> None:
    home, _ = site.kept.current()
    _answer(site, institute, f"/institutes/{name}", institute=name)
    best = next(iter(rank(home, Question((name,), top=1)).matches), None)
    if best is not None:
        found = best.call
        _answer(site, call, f"/calls/{found.identifier}", {"for": name}, call=found.identifier)
        _answer(site, calls, "/calls", {"words": found.title.split()[0]})


def _answer(
    site: Site, page: Callable[[Visit], Response], path: str, asked: dict[str, str] | None = None, **named: str
) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": urlencode(asked or {}).encode(),
        "headers": [],
        "path_params": named,
    }
    page(replace(site.visit(Request(scope), {}), person=OPERATOR))
