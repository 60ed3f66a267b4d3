"""Terms that decided calls share: for the keywords of a profile, and for what it excludes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.ranking.proposals.decided_terms import decided_terms, worded
from matcher.ranking.scores.feedback import Example
from tests.helpers.corpus import distant_calls, indexed, profile

if TYPE_CHECKING:
    from matcher.ranking.index import Index

OWN = profile("glaciers and ice")


@pytest.fixture(scope="module")
def index() -> Index:
    return indexed(distant_calls(), OWN)


def suggested(index: Index, kept: tuple[int, ...], dismissed: tuple[int, ...]) -> tuple[list[str], list[str]]:
    examples = [Example(row, kept=row in kept) for row in (*kept, *dismissed)]
    keywords, exclude = decided_terms(index, examples, OWN.parts, 20)
    return [one.term for one in keywords], [one.term for one in exclude]


def test_what_kept_calls_share_is_a_keyword_and_what_dismissed_ones_share_is_excluded(index: Index) -> None:
    keywords, exclude = decided_terms(index, [*(Example(row, kept=row < 2) for row in (0, 1, 9, 10))], OWN.parts, 20)
    assert keywords[0].term == "silicon photonics"
    assert (keywords[0].calls, keywords[0].decided) == (3, ("HORIZON-CL4-2026-00", "HORIZON-CL4-2026-01"))
    assert exclude[0].term == "textile recycling"
    assert "textile" not in {one.term for one in exclude}  # the pair says it


def test_a_term_of_one_call_or_of_both_sides_or_of_the_profile_is_not_suggested(index: Index) -> None:
    assert suggested(index, (0, 3), (9, 12)) == ([], [])
    assert suggested(index, (0, 1), (2,)) == ([], [])
    keywords, _ = suggested(index, (12, 13), (0,))
    assert "ice" not in keywords
    assert keywords


def test_nothing_is_suggested_of_fewer_than_three(index: Index) -> None:
    assert suggested(index, (0, 1), ()) == ([], [])


def test_terms_are_told_in_the_words_of_the_calls(index: Index) -> None:
    assert worded(index, ["photon silicon", "microb", "unheard"], [0, 6]) == {
        "photon silicon": "silicon photonics",
        "microb": "microbes",
        "unheard": "unheard",
    }
