"""Signing in: links that prove who asks, and the session that a browser keeps from then on.

A link holds for minutes and once. A session says who it is of and no more: what that person may is read anew from the
configuration at every request, so that a subscription that ends, or another role, counts at once.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from matcher.errors import UsageError
from matcher.web.failures import Refused
from matcher.web.openid_trip import Trips
from matcher.web.rights import NOBODY, OPERATOR, Person

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.subscription import Subscriber

SESSION = "matcher_session"
"""The cookie of who is signed in."""

SESSION_DAYS = 14
LINK_MINUTES = 20
PATH = "/sign-in/"

_MACHINE = ""
"""Stands for whoever has the machine: no subscriber's id is empty."""


class Sessions:
    """What one site signs for those who sign in."""

    def __init__(self, key: bytes) -> None:
        self._links = URLSafeTimedSerializer(key, salt="matcher sign-in link")
        self.trips = Trips(key)
        self._sessions = URLSafeTimedSerializer(key, salt="matcher session")

    def link(self, subscriber: str | None) -> str:
        """The path of a new link for a subscriber, or for whoever has the machine."""
        return PATH + str(self._links.dumps([subscriber or _MACHINE, secrets.token_urlsafe(9)]))

    def read_link(self, token: str) -> tuple[str, str]:
        """Whose a link is, and the mark by which it is used once. Raises Refused."""
        try:
            name, once = self._links.loads(token, max_age=LINK_MINUTES * 60)
        except SignatureExpired as error:
            raise Refused(
                "This link held for {n} minutes and is over: ask for a new one.", HTTPStatus.GONE, n=LINK_MINUTES
            ) from error
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused("This link is not whole: copy all of it from the mail.", HTTPStatus.NOT_FOUND) from error
        return str(name), str(once)

    def begun(self, name: str) -> str:
        """The cookie of a new session."""
        return str(self._sessions.dumps([name, secrets.token_urlsafe(9)]))

    def person(self, home: Home, cookie: str) -> Person:
        """Who a session is of, and what he may today; nobody where it is over, or its subscription is."""
        try:
            name, _ = self._sessions.loads(cookie, max_age=SESSION_DAYS * 86_400)
        except (BadSignature, ValueError, TypeError):
            return NOBODY
        return person_called(home, str(name))


def person_called(home: Home, name: str) -> Person:
    """The subscriber of that id as one who looks at pages, or whoever has the machine; else nobody."""
    if name == _MACHINE:
        return OPERATOR
    try:
        return person_of(home.subscriber(name), home)
    except UsageError:
        return NOBODY


def person_of(subscriber: Subscriber, home: Home) -> Person:
    """A subscriber as one who looks at pages."""
    own = subscriber.of_institutes
    if subscriber.is_network:
        own = frozenset(one.identifier for one in home.institutes)
    return Person(subscriber.role, subscriber.identifier, own)
