"""Ranked lists as files."""

from __future__ import annotations

from datetime import date

import pytest

from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.operation.daily import write_list, write_lists
from matcher.config.settings import load_settings
from matcher.model.answers import Ranking
from matcher.model.call import Call
from matcher.model.match import Group, Match
from matcher.model.question import Question
from tests.helpers.home import DAY, INSTITUTES


def test_half_a_character_stops_no_list(tmp_path):
    match = Match(1, Call("X-1", "half a character \ud83d of an emoji"), 0.5, 90)
    write_list(tmp_path, Ranking("brgm", "BRGM", date(2026, 6, 15), (match,), None), [])
    assert "half a character ? of an emoji" in (tmp_path / "brgm.txt").read_text(encoding="utf-8")


def test_families_stand_together_and_the_rest_is_folded(tmp_path):
    def match(rank: int, name: str, parent: str, group: Group = Group.MAIN) -> Match:
        return Match(rank, Call(name, f"Title {name}", call_id=parent), 0.5, 90 - rank, group=group)

    matches = (match(1, "A-1", "A"), match(2, "B-1", "B"), match(3, "A-2", "A"), match(4, "L-1", "L", Group.LOOK))
    write_list(tmp_path, Ranking("brgm", "BRGM", date(2026, 6, 15), matches, None), [])
    for suffix in ("txt", "html"):
        text = (tmp_path / f"brgm.{suffix}").read_text(encoding="utf-8")
        told = ("Title A-1", "And 1 more of this call (A)", "Title A-2", "Title B-1", "worth a look", "Title L-1")
        assert [text.index(words) for words in told] == sorted(text.index(words) for words in told)


def test_a_list_that_nothing_suits_says_so(tmp_path):
    look = Match(1, Call("L-1", "Title L-1"), -2.0, 12, group=Group.LOOK)
    write_list(tmp_path, Ranking("brgm", "BRGM", date(2026, 6, 15), (look,), None), [])
    text = (tmp_path / "brgm.txt").read_text(encoding="utf-8")
    assert "No call suits today: none has a fit of 20 or more." in text
    assert text.index("No call suits") < text.index("worth a look") < text.index("Title L-1")


def test_all_lists_are_written_out_of_one_opened_index(fetched, monkeypatch):
    """Each institute's list as `rank` gives it, the calls of the index read once for all of them."""
    home = Home(load_settings(environ=fetched.environment))
    index, day = current_index(home), date.fromisoformat(DAY)
    alone = {name: rank(home, Question((name,), as_of=day)).matches for name in INSTITUTES}
    monkeypatch.setattr("matcher.app.answering.questions.current_index", lambda _home: pytest.fail("opened once more"))
    _, lines, _ = write_lists(home, index, day, [])
    main = {name: [m.call.identifier for m in found if m.group is Group.MAIN] for name, found in alone.items()}
    assert {line.institute: (line.matches, line.best) for line in lines} == {
        name: (len(calls), next(iter(calls), None)) for name, calls in main.items()
    }
    assert any(main.values())
