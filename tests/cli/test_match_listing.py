"""A ranking as people read it: groups, families together, what is below the threshold folded, an empty list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matcher.cli.match_listing import FOLDED, Layout, show_ranking
from matcher.model.answers import Ranking
from matcher.model.call import Call
from matcher.model.families import families
from matcher.model.match import Away, Group
from tests.helpers.matches import match_of

TODAY = date(2026, 6, 15)


def call(name: str, parent: str | None = None) -> Call:
    return Call(name, f"Title of {name}", call_id=parent)


def listed(*matches, **fields) -> Ranking:
    ranked = tuple(replace(match, rank=n) for n, match in enumerate(matches, 1))
    return Ranking("brgm", "BRGM", TODAY, ranked, None, **fields)


@pytest.fixture
def said(capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    def text(ranking: Ranking, **layout: bool) -> str:
        show_ranking(ranking, Layout(**layout))
        return capsys.readouterr().out

    return text


FAMILY = listed(
    match_of(call("A-1", "A"), 90, "rock"),
    match_of(call("B-1", "B"), 80, "sand"),
    match_of(call("A-2", "A"), 70, "ice"),
)


def test_families_stand_where_their_first_one_does():
    calls = [call("A-1", "A"), call("X"), call("B-1", "B"), call("A-2", "A"), call("Y")]
    names = [[one.identifier for one in family] for family in families(calls, lambda one: one)]
    assert names == [["A-1", "A-2"], ["X"], ["B-1"], ["Y"]]


def test_calls_of_one_call_are_shown_together_unless_unfolded(said):
    folded = said(FAMILY)
    assert [
        folded.index(name) for name in ("A-1", "and 1 more of this call (A):", "  3  fit  70  A-2", "B-1")
    ] == sorted(folded.index(name) for name in ("A-1", "and 1 more of this call (A):", "  3  fit  70  A-2", "B-1"))
    assert "because of ice" not in folded
    unfolded = said(FAMILY, unfold=True)
    assert "more of this call" not in unfolded
    assert unfolded.index("B-1") < unfolded.index("A-2")
    assert "because of ice" in unfolded


def test_what_is_below_the_threshold_and_what_suits_anyone_is_in_brief(said):
    looks = [replace(match_of(call(f"L-{n}"), 15, "sand"), group=Group.LOOK) for n in range(FOLDED + 2)]
    broad = replace(match_of(call("ERC"), 30, "air"), group=Group.BROAD)
    closed = replace(match_of(call("TOWNS"), 60, "ice"), group=Group.CLOSED)
    ranking = listed(match_of(call("A-1"), 90, "rock"), *looks, broad, closed)
    text = said(ranking)
    titles = ("A-1", "Also worth a look, below the threshold", "L-0", "and 2 more", "Open to any science", "ERC")
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)
    assert f"L-{FOLDED}" not in text
    assert "because of sand" not in text
    assert "because of air" not in text
    assert "because of ice" in text
    assert f"L-{FOLDED + 1}" in said(ranking, unfold=True)


def test_an_institute_that_nothing_suits_is_told_so_with_what_stands_below(said):
    look = replace(match_of(call("L-1"), 12, "sand"), group=Group.LOOK)
    text = said(listed(look, least=20))
    assert "No call suits: none that was asked for has a fit of 20 or more.\n" in text
    assert text.index("No call suits") < text.index("Also worth a look") < text.index("L-1")
    assert "Try --status all" not in text
    assert "Try --status all" in " ".join(said(listed(least=90)).split())


def test_what_is_kept_away_is_told_at_the_end(said):
    ranking = listed(match_of(call("A-1"), 90, "rock"), away=(Away(call("N-1"), 80, "nuclear"),))
    assert said(ranking).endswith(
        "1 call is kept away:\n  N-1 (fit 80) is about “nuclear”, which the profile excludes\n"
    )


def test_a_call_that_comes_first_by_a_pin_says_so(said):
    pinned = replace(match_of(call("PINNED-1"), 2), pinned=True)
    text = said(listed(pinned, match_of(call("OTHER-1"), 97)))
    assert [line.endswith(", pinned") for line in text.splitlines() if "-1 " in line] == [True, False]
