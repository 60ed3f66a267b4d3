"""Signing in by a link that comes by mail, and signing out."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from matcher.app.mails.sign_in_mail import send_sign_in_link
from matcher.errors import MatcherError, clipped
from matcher.model.day import brussels_day
from matcher.web.failures import Missing, Refused
from matcher.web.pages.openid_sign_in import provider_of
from matcher.web.rate_limit import RateLimit, asker
from matcher.web.sessions import LINK_MINUTES, SESSION, SESSION_DAYS
from matcher.web.visit import local

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.subscription import Subscriber
    from matcher.web.visit import Visit

_log = logging.getLogger("matcher.web")

USED = "signed-in:"
"""Small facts of the store: links that were used, by their marks, with the day."""

_asked = RateLimit(3, 3_600.0)
"""Mails with links to one subscriber."""

_tried = RateLimit(30, 3_600.0)
"""Asking for links at all, by the address that asks: no list of readers is tried out."""


def ask(visit: Visit) -> Response:
    """The form that asks for a link."""
    query = visit.request.query_params
    is_parting = "left" in query
    back = local(query.get("back", "/"))
    return visit.page(
        "sign_in.html", bare=True, sent=False, back=back, provider=provider_of(visit), is_parting=is_parting
    )


def send(visit: Visit) -> Response:
    """Send a link to a subscriber's address; the same is said of an address that nobody is subscribed by."""
    if not visit.home.settings.web.address:
        raise Missing("Nobody signs in here: [web] address is not set.")
    if not _tried.allows(asker(visit.request)):
        raise Refused("Too many links were asked for from here: try again in an hour.", HTTPStatus.TOO_MANY_REQUESTS)
    reader = visit.home.subscriber_at(visit.form.get("address", ""))
    answer = visit.page("sign_in.html", bare=True, sent=True, back="/", provider=None, is_parting=False)
    back = local(visit.form.get("back", "/"))
    if reader is not None and _asked.allows(reader.identifier):
        visit.afterwards(answer, lambda: _mail(visit, reader, back))
    return answer


def _mail(visit: Visit, reader: Subscriber, back: str) -> None:
    """Send it once the page is answered: how long that takes tells nobody whether an address is known."""
    address = visit.home.settings.web.address.rstrip("/") + visit.sessions.link(reader, back)
    try:
        outcome = send_sign_in_link(visit.home, reader, address, LINK_MINUTES)
    except MatcherError as error:
        _log.error("The link for %s was not sent: %s", reader.identifier, error)
        return
    _log.info("A link that signs in: %s: %s", reader.identifier, clipped(str(outcome.verdict), 40))


def confirm(visit: Visit) -> Response:
    """Who opened the link is asked to press the button, so that programs which open links use none up."""
    link = visit.sessions.read_link(visit.home, visit.named("token"))
    name = None if link.subscriber is None else link.subscriber.identifier
    return visit.page("sign_in_confirm.html", bare=True, name=name)


def begin(visit: Visit) -> Response:
    """Use the link, once, and begin a session, on the page that was wanted."""
    link = visit.sessions.read_link(visit.home, visit.named("token"))
    today = brussels_day(visit.home.clock())
    with visit.home.open_store() as store:
        if not store.facts.claim(USED + link.once, today.isoformat()):
            raise Refused("This link was used already: ask for a new one.", HTTPStatus.GONE)
        store.facts.forget(USED, today - timedelta(days=1))  # a link of before midnight may hold yet
    answer = visit.see_other(link.back)
    visit.keep(answer, SESSION, visit.sessions.begun(link.subscriber), days=SESSION_DAYS)
    return answer


def end(visit: Visit) -> Response:
    """End the session, for whoever else has its cookie too."""
    visit.sessions.end(visit.home, visit.request.cookies.get(SESSION, ""))
    answer = visit.see_other("/sign-in?left=1")
    answer.delete_cookie(SESSION, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache"'  # pages that the next one at this machine could go back to
    return answer
