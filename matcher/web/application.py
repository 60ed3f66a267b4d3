"""The application: pages of the table, answered in threads, behind the guard."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from matcher.app.access.signing_key import BYTES, signing_key
from matcher.config.addresses import is_loopback
from matcher.disk import can_be_written
from matcher.web.access_log import AccessLog, shown_path
from matcher.web.failures import Missing, Refused, logged, status_of, title_of, told_of
from matcher.web.form_tokens import MARK, FormTokens, new_mark
from matcher.web.guard import LARGEST, Guard, hostname
from matcher.web.kept_pages import kept_page
from matcher.web.rendering import TYPES, address_of, loaded, rendered
from matcher.web.rights import NOBODY, OPERATOR, Person
from matcher.web.routes import PAGES
from matcher.web.sessions import SESSION, Sessions, person_called
from matcher.web.tongue import words_for
from matcher.web.trusted_proxy import Peer, TrustedProxy, stranger
from matcher.web.visit import Visit, local, with_query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from matcher.app.home import Home
    from matcher.web.kept_home import KeptHome
    from matcher.web.routes import PageRoute

FIELDS = 1000
"""Fields of a form at most: a profile has one for each of its terms."""

SECONDS = 10
"""How long a form may take to arrive."""

COMPRESSION = 3
"""Level at which pages are compressed: a list is a fifth larger than at level 6, in a third of the time."""

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program posts to unsubscribe."""

_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages of one process share; `host` is the name that it is asked by beside this machine's own.

    `proxy` is the address of who may say for whom it asks.
    """

    kept: KeptHome
    tokens: FormTokens
    sessions: Sessions
    host: str | None = None
    proxy: str = ""

    @classmethod
    def of(cls, kept: KeptHome) -> Site:
        """The site of a home as it is configured now. Raises ConfigError, DiskError."""
        home, _ = kept.current()
        key = _key(home)
        web = home.settings.web
        return cls(kept, FormTokens(key), Sessions(key), urlsplit(web.address).hostname, web.proxy)

    def person(self, request: Request, home: Home) -> Person:
        """Who asks: where only this machine is served, whoever has it; else whom the proxy names, or who signed in."""
        if self._serves_this_machine_alone(home) and _is_from_here(request):
            return OPERATOR
        if name := TrustedProxy.of(home.settings.web).named(request):
            found = person_called(home, name)
            return replace(found, by_proxy=True) if found != NOBODY else Person(None, name)
        return self.sessions.person(home, request.cookies.get(SESSION, ""), self.kept.answers)

    def _serves_this_machine_alone(self, home: Home) -> bool:
        """Whether nobody signs in: neither when this process began, nor as it is configured by now."""
        return self.host is None and not home.settings.web.address

    def visit(self, request: Request, form: dict[str, str]) -> Visit:
        """The visit that a request is. Raises ConfigError."""
        home, trial = self.kept.current()
        mark = request.cookies.get(MARK) or new_mark()
        person = self.person(request, home)
        signed = (self.tokens, self.sessions)
        return Visit(home, words_for(request), person, request, *signed, mark, self.kept.answers, trial, form)


def _is_from_here(request: Request) -> bool:
    """Whether a request comes from this machine, by its own name; what a proxy on it hands on comes from elsewhere."""
    asker = request.client.host if request.client else ""
    return is_loopback(asker) and is_loopback(hostname(request.headers.get("host", "")) or "")


def _key(home: Home) -> bytes:
    """The key of the home; of one that is only looked at (a snapshot that nobody can write), one for this process."""
    if not home.settings.web.address and not can_be_written(home.settings.home):
        return secrets.token_bytes(BYTES)
    return signing_key(home)


def application(site: Site) -> Starlette:
    """The whole site."""
    routes = [Route(page.path, _endpoint(site, page), methods=[page.method]) for page in PAGES]
    made = Starlette(
        routes=[*routes, Route("/static/{version}/{name}", _static)],
        middleware=[
            Middleware(Peer, proxy=site.proxy),
            Middleware(AccessLog),
            Middleware(Guard, host=site.host),
            Middleware(GZipMiddleware, minimum_size=500, compresslevel=COMPRESSION),
        ],
        exception_handlers={HTTPException: _unrouted},
    )
    made.router.redirect_slashes = False  # it makes whole addresses, of whatever name and scheme was asked for
    return made


def _endpoint(site: Site, page: PageRoute) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            form = await _form(request, page) if page.method == "POST" else {}
            return await run_in_threadpool(_answered, site, page, request, form)
        except Exception as error:  # noqa: BLE001 (told as a page, and in full in the log)
            return await run_in_threadpool(_failed, request, error)

    return answer


def _answered(site: Site, page: PageRoute, request: Request, form: dict[str, str]) -> Response:
    visit = site.visit(request, form)
    if not visit.person.may(page.needs):
        if visit.person == NOBODY and page.method == "GET":
            return visit.see_other("/sign-in?" + urlencode({"back": visit.address}))
        if visit.person.role is None and visit.person.name:
            raise stranger(visit.person.name)
        raise Refused("This page is not open to you.", HTTPStatus.FORBIDDEN)
    if page.method == "POST" and not page.is_proof:
        site.tokens.check(form.get("token", ""), request.cookies.get(MARK, ""))
    if not page.is_kept:
        return page.answer(visit)
    answer = kept_page(visit, page.answer, page.beside(visit))
    page.after(visit, answer)
    return answer


async def _form(request: Request, page: PageRoute) -> dict[str, str]:
    """The fields of a form, several of one name as lines. Raises Refused for what is too large, too slow or no form.

    Mail programs may send theirs in another shape (RFC 8058), of which only the one field counts.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    of_mail = page.is_proof and kind == "multipart/form-data"
    if kind != "application/x-www-form-urlencoded" and not of_mail:
        raise Refused("This is no form of a page.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    raise Refused("That is more than a form holds.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError as error:
        raise Refused("The form took too long to arrive: send it again.", HTTPStatus.REQUEST_TIMEOUT) from error
    if of_mail:
        return dict([ONE_CLICK]) if ONE_CLICK[1].encode() in body else {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise Refused("This form could not be read.") from error
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: "\n".join(values) for name, values in found.items()}


def _failed(request: Request, error: Exception) -> Response:
    """The page of an error; it stands without a home, which may be what is wrong.

    What is answered a little later has a link that asks for it again; what was sent is not in it.
    """
    words, status = words_for(request), status_of(error)
    number = logged(error, shown_path(request.scope))
    content: dict[str, Any] = {
        "visit": None,
        "words": words,
        "say": words.say,
        "language": words.language.value,
        "sample": None,
        "bare": False,
        "told": [],
        "title": title_of(status, words),
        "sentence": told_of(error, words),
        "number": number,
        "again": _same_page(request) if status == HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET" else None,
    }
    return HTMLResponse(rendered("failure.html", content), status)


def _same_page(request: Request) -> str:
    return with_query(local(request.url.path), request.url.query)


async def _unrouted(request: Request, error: Exception | None = None) -> Response:
    """An address or a method that no page has; a page may be where a `/` less is asked for."""
    path = request.url.path
    if request.method == "GET" and path.endswith("/") and not path.startswith("//"):
        return RedirectResponse(with_query(local(path.rstrip("/")), request.url.query))
    if not isinstance(error, HTTPException) or error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return await run_in_threadpool(_failed, request, Missing("No page is at this address: begin at the start."))
    told = Refused("This address takes forms only, or none.", HTTPStatus.METHOD_NOT_ALLOWED)
    answer = await run_in_threadpool(_failed, request, told)
    here = (one for one in request.app.routes if one.path_regex.match(path))
    answer.headers["Allow"] = ", ".join(sorted({method for one in here for method in one.methods}))
    return answer


async def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in TYPES or request.url.path != address_of(name):
        return await _unrouted(request)
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(loaded(name), media_type=TYPES[name], headers=headers)
