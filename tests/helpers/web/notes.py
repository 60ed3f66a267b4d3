"""Notes on a call as many browsers' forms, sent at once to a site that may be gone before it answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING

import requests

from matcher.app.decision_copy import listing
from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.model.decision import DecisionQuestion
from tests.helpers.home import PHOTONIC
from tests.helpers.web.local_site import token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.home import Place

LIST = "/institutes/cea-leti"
AT_ONCE = 20
WAIT = 60


class Notes:
    """Writes notes through the pages at an address; `answered` are those of which the site said that they are kept."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        page = requests.get(self._address + LIST, timeout=WAIT)
        self._cookies = page.cookies.get_dict()
        self._form = {"token": token_of(page.text), "call": PHOTONIC, "act": "note"}
        self.answered: set[str] = set()

    def send(self, note: str) -> int:
        """The status with which a note was answered."""
        sent = requests.post(
            f"{self._address}{LIST}/decisions",
            data=self._form | {"value": note},
            cookies=self._cookies,
            timeout=WAIT,
            allow_redirects=False,
        )
        if sent.status_code == requests.codes.see_other:
            self.answered.add(note)
        return sent.status_code

    def send_at_once(self) -> set[int]:
        """One note of each of twenty people; the statuses."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return set(pool.map(self.send, (f"note {number}" for number in range(AT_ONCE))))

    def send_until_gone(self, many: int, then: Callable[[], None]) -> None:
        """Twenty people write until nobody answers any more; `then` comes when so many notes were answered."""
        numbers = count()

        def write() -> None:
            try:
                while True:
                    self.send(f"note {next(numbers)}")
                    if len(self.answered) >= many:
                        then()
            except requests.ConnectionError:
                return

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(write) for _ in range(AT_ONCE)]:
                done.result()


def kept_notes(place: Place) -> list[str]:
    """The notes that the store has of the call."""
    with_notes = listing(Home(load_settings(environ=place.environment)), DecisionQuestion("cea-leti")).decisions
    return [note.text for one in with_notes if one.call == PHOTONIC for note in one.notes]
