"""Addresses of a reader's calendar and feed: each is secret and signed, holds until he renews it, and ends with him.

Who gets his id later, at another mail address, has others.

Programs that read calendars and feeds sign in nowhere, so the address is all the proof there is. A new mark in the
store makes every earlier address of its reader one of nothing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer

from matcher.app.access.person_mark import marked_one, person_mark
from matcher.app.access.signing_key import signing_key
from matcher.app.mails.mail_links import LinkRefused
from matcher.app.mails.reader_choices import choices
from matcher.model.day import brussels_day
from matcher.model.mail_link import ReaderChoice

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.model.subscription import Subscriber

_MARKS = "feed-mark:"
"""Small facts of the store: what the addresses of a reader bear since he renewed them."""


class FeedAddresses:
    """Those of one home, below the address of its pages."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._key = signing_key(home)
        self._signer = URLSafeSerializer(self._key, salt="matcher feed")

    def of(self, subscriber: Subscriber, file: str) -> str:
        """The whole address of a file for a subscriber's own programs."""
        name = subscriber.identifier
        token = self._signer.dumps([name, person_mark(self._key, subscriber), self._mark(name)])
        return f"{self._home.settings.web.address.rstrip('/')}/feeds/{token}/{file}"

    def renew(self, subscriber: str) -> None:
        """Make every address that the subscriber had before one of nothing."""
        with self._home.open_store() as store:
            store.facts.set(_MARKS + subscriber, secrets.token_urlsafe(9))

    def reader(self, token: str) -> Subscriber:
        """Whose an address is, as he gets mails but for pauses. Raises LinkRefused."""
        try:
            name, whose, mark = self._signer.loads(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise LinkRefused("This address is not whole, or not of this site: copy all of it.") from error
        configured = marked_one(self._key, self._home.subscribers, name, whose)
        if configured is None:
            raise LinkRefused("Whose address this was is subscribed no more.")
        if mark != self._mark(name):
            raise LinkRefused("This address was renewed: the page of your mails has the new one.")
        with self._home.open_store(read_only=True) as store:
            chosen = choices(store).get(name, ReaderChoice())
        return chosen.applied(configured, brussels_day(self._home.clock()))

    def _mark(self, subscriber: str) -> str:
        with self._home.open_store(read_only=True) as store:
            return store.facts.get(_MARKS + subscriber) or ""


def feed_addresses(home: Home) -> FeedAddresses | None:
    """Those of a home; None where it has no address for pages. Raises DiskError."""
    return FeedAddresses(home) if home.settings.web.address else None
