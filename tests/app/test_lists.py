"""Ranked lists as files."""

from __future__ import annotations

from datetime import date

from matcher.app.daily import write_list
from matcher.model.answers import Ranking
from matcher.model.call import Call
from matcher.model.match import Match


def test_half_a_character_stops_no_list(tmp_path):
    match = Match(1, Call("X-1", "half a character \ud83d of an emoji"), 0.5, 90)
    write_list(tmp_path, Ranking("brgm", "BRGM", date(2026, 6, 15), (match,), None), [])
    assert "half a character ? of an emoji" in (tmp_path / "brgm.txt").read_text(encoding="utf-8")
