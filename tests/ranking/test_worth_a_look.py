"""What may be worth a look has half the chance that the threshold asks for; near nothing stands beside what suits."""

from __future__ import annotations

import pytest

from matcher.model.match import THRESHOLD, Group, worth_a_look
from matcher.model.question import CallFilter
from matcher.ranking.scores.matching import Depth, best_matches
from tests.helpers.corpus import SUBJECTS, TODAY, indexed, profile, scored_of, some_calls

ANY = CallFilter(status=frozenset())


@pytest.mark.parametrize(("threshold", "fit"), [(THRESHOLD, 10), (0, 0), (1, 1), (35, 18), (100, 50)])
def test_it_begins_at_half_the_threshold(threshold, fit):
    assert worth_a_look(threshold) == fit


@pytest.fixture(scope="module")
def scored():
    return scored_of(indexed(some_calls(), profile(SUBJECTS[0])), "one")


def listed(scored, **depth):
    return best_matches(scored, ANY, TODAY, Depth(50, **depth))


def test_what_is_less_sure_stands_in_no_group_but_what_suits_stays(scored):
    fits = sorted({match.fit for match in listed(scored)})
    middle = fits[len(fits) // 2]
    found = listed(scored, threshold=fits[-1] + 1, least=middle)
    assert {match.group for match in found} <= {Group.LOOK, Group.BROAD, Group.CLOSED}
    assert min(match.fit for match in found) == middle
    assert len(listed(scored, threshold=0, least=middle)) >= len(found)


def test_nothing_is_listed_where_nothing_suits_or_is_near(scored):
    assert listed(scored, threshold=101, least=101) == []
