"""Signing in at the network's OpenID provider: there, and back with a code that it is asked about."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from matcher.app.access.openid_provider import OpenIdProvider, SignInRefused, provider_name, refusal
from matcher.errors import clipped
from matcher.web.failures import Missing, Refused
from matcher.web.openid_trip import TRIP
from matcher.web.rate_limit import RateLimit, asker
from matcher.web.sessions import SESSION, SESSION_DAYS
from matcher.web.visit import local

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.subscription import Subscriber
    from matcher.web.visit import Visit

BACK = "/openid/back"

_tried = RateLimit(60, 600.0)
"""Sign-ins begun or ended, by the address that asks: each asks the provider something."""


def provider_of(visit: Visit) -> str | None:
    """What the provider is called; None where there is none."""
    web = visit.home.settings.web
    return provider_name(web.oidc_issuer) if web.oidc_issuer else None


def leave(visit: Visit) -> Response:
    """To the provider, with a cookie that this browser comes back with."""
    kept, asked = visit.sessions.trips.begun(local(visit.request.query_params.get("back", "/")))
    with _provider(visit) as provider:
        answer = _elsewhere(provider.address(asked))
    visit.keep(answer, TRIP, kept)
    return answer


def come_back(visit: Visit) -> Response:
    """Ask the provider who this is, and begin a session."""
    query = visit.request.query_params
    asked, back = visit.sessions.trips.ended(visit.request.cookies.get(TRIP, ""), query.get("state", ""))
    with _provider(visit) as provider:
        if query.get("iss", visit.home.settings.web.oidc_issuer) != visit.home.settings.web.oidc_issuer:
            raise refusal(provider.name, "iss")
        if "code" not in query:
            raise refusal(provider.name, query.get("error", "code"))
        reader = _reader(visit, provider.mail_address(query["code"], asked))
    answer = visit.see_other(back)
    visit.keep(answer, SESSION, visit.sessions.begun(reader), days=SESSION_DAYS)
    answer.delete_cookie(TRIP, httponly=True, samesite="lax")
    return answer


def part(visit: Visit) -> Response:
    """To where one signs out of the provider."""
    with _provider(visit) as provider:
        return _elsewhere(provider.parting_address(visit.home.settings.web.address))


def _provider(visit: Visit) -> OpenIdProvider:
    found = OpenIdProvider.of(visit.home, BACK)
    if found is None:
        raise Missing("Nobody signs in here by a provider: [web] oidc_issuer is not set.")
    if not _tried.allows(asker(visit.request)):
        raise Refused("Too many sign-ins were begun from here: try again later.", HTTPStatus.TOO_MANY_REQUESTS)
    return found


def _reader(visit: Visit, address: str) -> Subscriber:
    """The subscriber of an address."""
    found = visit.home.subscriber_at(address)
    if found is None:
        raise SignInRefused("Nobody is subscribed as {name}: ask whoever runs this.", name=clipped(address, 60))
    return found


def _elsewhere(address: str) -> Response:
    """The provider that is configured, and nobody else's site."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
