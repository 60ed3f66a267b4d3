"""Whose something signed is: by id and mail address, so that who gets an id later inherits nothing by it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.model.subscription import Subscriber

LETTERS = 16


def person_mark(key: bytes, subscriber: Subscriber) -> str:
    """What tokens of a subscriber bear beside the id; nobody reads the address out of it."""
    said = f"{subscriber.identifier}\0{subscriber.address.casefold()}"
    return hmac.digest(key, f"matcher person {said}".encode(), hashlib.sha256).hex()[:LETTERS]


def marked_one(key: bytes, subscribers: Iterable[Subscriber], name: object, mark: object) -> Subscriber | None:
    """Whose an id and a mark are that were signed; None where nobody of these has both today."""
    found = next((one for one in subscribers if one.identifier == name), None)
    return found if found is not None and hmac.compare_digest(str(mark), person_mark(key, found)) else None
