"""How the local portal fails on demand: by chance, at given requests, or always on given pages."""

from __future__ import annotations

import random
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Fault(StrEnum):
    TOO_MANY = "429"
    ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    RESET = "reset"
    NO_ANSWER = "no answer"
    TRUNCATED = "truncated"
    HTML = "html"
    WRONG_SHAPE = "wrong shape"
    DRIP = "drip"
    HEAD_DRIP = "head drip"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    INFLATED = "inflated"


FINAL = (Fault.FORBIDDEN, Fault.NOT_FOUND)
"""A refusal that another try does not change."""

EVERY_FAULT = tuple(fault for fault in Fault if fault not in (*FINAL, Fault.INFLATED))
"""What chance picks from; an answer that inflates means something only to a test that lowers the limit."""
STATUS_FAULTS = {
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_MANY: 429,
    Fault.ERROR: 500,
    Fault.BAD_GATEWAY: 502,
    Fault.UNAVAILABLE: 503,
    Fault.GATEWAY_TIMEOUT: 504,
}


class Faults:
    """Which fault, if any, a request meets.

    `share` of all requests fail, each kind as often as the others; `at` names requests by number (from 1) and `pages`
    names result pages that fail always. `kinds` limits what chance picks from.
    """

    def __init__(
        self,
        share: float = 0.0,
        *,
        kinds: Iterable[Fault] = EVERY_FAULT,
        at: Mapping[int, Fault] | None = None,
        pages: Mapping[int, Fault] | None = None,
        always: Fault | None = None,
        seed: int = 0,
    ) -> None:
        self.share = share
        self.kinds = tuple(kinds)
        self.at = dict(at or {})
        self.pages = dict(pages or {})
        self.always = always
        self._random = random.Random(seed)

    def pick(self, request: int, page: int | None) -> Fault | None:
        if self.always is not None:
            return self.always
        if request in self.at:
            return self.at[request]
        if page in self.pages:
            return self.pages[page]
        return self._random.choice(self.kinds) if self._random.random() < self.share else None
