"""Ranked lists as files."""

from __future__ import annotations

from datetime import date

from matcher.app.daily import write_list
from matcher.model.answers import Ranking
from matcher.model.call import Call
from matcher.model.match import Group, Match


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
