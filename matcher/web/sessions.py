"""Signing in: links that prove who asks, and the session that a browser keeps from then on.

A link holds for minutes and once. A session says who it is of, by id and address, and no more: what that person may is
read anew from the configuration at every request, so that a subscription that ends, or another role, counts at once.
Signing out ends it for whoever else has its cookie, too.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from matcher.app.access.person_mark import marked_one, person_mark
from matcher.errors import StoreMissing, UsageError
from matcher.model.day import brussels_day
from matcher.web.failures import Refused
from matcher.web.openid_trip import Trips
from matcher.web.rights import NOBODY, OPERATOR, Person

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from matcher.app.home import Home
    from matcher.model.subscription import Subscriber
    from matcher.web.kept_answers import KeptAnswers

SESSION = "matcher_session"
"""The cookie of who is signed in."""

ENDED = "signed-out:"
"""Small facts of the store: sessions that were ended, by what tells each from all others, with the day."""

SESSION_DAYS = 14
LINK_MINUTES = 20
PATH = "/sign-in/"

LONGEST_BACK = 600
"""Characters of the address that a link leads to: with more of them it is no line of a mail."""

_MACHINE = ""
"""Stands for whoever has the machine: no subscriber's id is empty."""


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that holds: whose it is (None: whoever has the machine), by what it is used once, where it leads."""

    subscriber: Subscriber | None
    once: str
    back: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What a session's cookie says: `once` tells it from all others."""

    name: str
    mark: str
    once: str


class Sessions:
    """What one site signs for those who sign in."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._links = URLSafeTimedSerializer(key, salt="matcher sign-in link")
        self.trips = Trips(key)
        self._sessions = URLSafeTimedSerializer(key, salt="matcher session")

    def link(self, subscriber: Subscriber | None, back: str = "/") -> str:
        """The path of a new link for a subscriber, or for whoever has the machine, to an address of this site."""
        wanted = back if len(back) <= LONGEST_BACK else "/"
        return PATH + str(self._links.dumps([*self._named(subscriber), secrets.token_urlsafe(9), wanted]))

    def read_link(self, home: Home, token: str) -> SignInLink:
        """What a link says. Raises Refused."""
        try:
            name, mark, once, back = self._links.loads(token, max_age=LINK_MINUTES * 60)
        except SignatureExpired as error:
            raise Refused(
                "This link held for {n} minutes and is over: ask for a new one.", HTTPStatus.GONE, n=LINK_MINUTES
            ) from error
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused("This link is not whole: copy all of it from the mail.", HTTPStatus.NOT_FOUND) from error
        whose = None if name == _MACHINE else marked_one(self._key, home.subscribers, name, mark)
        if whose is None and name != _MACHINE:
            raise Refused("Whose link this was is subscribed no more.", HTTPStatus.GONE)
        return SignInLink(whose, str(once), str(back))

    def begun(self, subscriber: Subscriber | None) -> str:
        """The cookie of a new session of a subscriber, or of whoever has the machine."""
        return str(self._sessions.dumps([*self._named(subscriber), secrets.token_urlsafe(9)]))

    def person(self, home: Home, cookie: str, answers: KeptAnswers) -> Person:
        """Who a session is of, and what he may today; nobody where it is over, or its subscription is.

        Raises StoreError.
        """
        said = self._said(cookie)
        if said is None or said.once in answers.of(home, "ended sessions", lambda: _ended(home)):
            return NOBODY
        if said.name == _MACHINE:
            return OPERATOR
        found = marked_one(self._key, home.subscribers, said.name, said.mark)
        return NOBODY if found is None else person_of(found, home)

    def end(self, home: Home, cookie: str) -> None:
        """End a session that this site began, wherever its cookie is. Raises StoreError, DiskError."""
        said = self._said(cookie)
        if said is not None:
            today = brussels_day(home.clock())
            with home.open_store() as store:
                store.facts.set(ENDED + said.once, today.isoformat())
                store.facts.forget(ENDED, today - timedelta(SESSION_DAYS + 1))

    def _said(self, cookie: str) -> _Said | None:
        """What a session's cookie says; None where it was not signed here, or is too old."""
        try:
            name, mark, once = self._sessions.loads(cookie, max_age=SESSION_DAYS * 86_400)
        except (BadSignature, ValueError, TypeError):
            return None
        return _Said(name, mark, once)

    def _named(self, subscriber: Subscriber | None) -> tuple[str, str]:
        return (_MACHINE, "") if subscriber is None else (subscriber.identifier, person_mark(self._key, subscriber))


def _ended(home: Home) -> AbstractSet[str]:
    """What tells the ended sessions apart whose cookies would hold otherwise."""
    try:
        with home.open_store(read_only=True) as store:
            return store.facts.named(ENDED).keys()
    except StoreMissing:
        return frozenset()


def person_called(home: Home, name: str) -> Person:
    """The subscriber of that id or address as one who looks at pages; else nobody."""
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
