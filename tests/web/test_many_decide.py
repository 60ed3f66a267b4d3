"""Twenty people decide at once, on both databases: nothing that was answered is lost, be the server killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.app.home import Home
from matcher.config.settings import load_settings
from tests.helpers.web.local_site import LocalSite
from tests.helpers.web.notes import AT_ONCE, Notes, kept_notes
from tests.helpers.web.served import served

if TYPE_CHECKING:
    from tests.helpers.home import Place

BEFORE_THE_KILL = 30


def test_twenty_at_once_lose_nothing(on_either: Place) -> None:
    with LocalSite(on_either) as site:
        assert Notes(site.address).send_at_once() == {303}
    assert sorted(kept_notes(on_either)) == sorted(f"note {number}" for number in range(AT_ONCE))


def test_what_was_answered_outlives_a_kill(on_either: Place) -> None:
    with served(on_either) as (process, address):
        notes = Notes(address)
        notes.send_until_gone(BEFORE_THE_KILL, process.kill)
    kept = kept_notes(on_either)
    assert len(notes.answered) >= BEFORE_THE_KILL
    assert notes.answered <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(kept) - len(notes.answered) <= AT_ONCE, "more than what was under way"
    with Home(load_settings(environ=on_either.environment)).open_store(read_only=True) as store:
        assert store.maintenance.check() == []
    with served(on_either) as (_, address):
        assert Notes(address).send("after the kill") == 303
    assert "after the kill" in kept_notes(on_either)
