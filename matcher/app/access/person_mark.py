"""Whose something signed is: by id and mail address, so that who gets an id later inherits nothing by it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.model.subscription import Subscriber

LETTERS = 16


def person_mark(key: bytes, subscriber: Subscriber) -> str:
    """What tokens of a subscriber bear beside the id; nobody reads the address out of it."""
    said = f"{subscriber.identifier}\0{subscriber.address.casefold()}"
    return hmac.digest(key, f"matcher person {said}".encode(), hashlib.sha256).hex()[:LETTERS]


def is_of(key: bytes, subscriber: Subscriber, name: object, mark: object) -> bool:
    """Whether an id and a mark that were signed are those of this subscriber today."""
    return name == subscriber.identifier and hmac.compare_digest(str(mark), person_mark(key, subscriber))
