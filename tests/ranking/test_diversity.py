"""The order of a list covers the skills of a profile, among calls of about the same chance only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matcher.model.match import Group
from matcher.model.question import CallFilter
from matcher.ranking.scores.diversity import WEIGHT, diversified
from matcher.ranking.scores.matching import Depth, best_matches, is_recommended
from tests.helpers.corpus import SUBJECTS, TODAY, call, indexed, profile, scored_of, some_calls

ANY = CallFilter(status=frozenset())


@pytest.fixture(scope="module")
def scored():
    """Six calls on one skill, and one each on two others."""
    subjects = [SUBJECTS[0]] * 6 + [SUBJECTS[3], SUBJECTS[5]]
    calls = [call(40 + n, f"{one}\nand its use", title=one) for n, one in enumerate(subjects)]
    return scored_of(indexed([*some_calls(), *calls], profile(SUBJECTS[0], SUBJECTS[3], SUBJECTS[5])), "one")


def best_skill(scored, row):
    return int(scored.skill_weights([row])[:, 0].argmax())


def ordered(scored):
    return sorted(np.flatnonzero(scored.related).tolist(), key=lambda row: -scored.totals[row])


def test_the_first_ones_are_of_more_skills_than_by_score_alone(scored):
    plain = ordered(scored)
    spread = diversified(scored, plain)
    assert sorted(spread) == sorted(plain)
    assert spread[0] == plain[0]
    by_score, by_skills = ([best_skill(scored, row) for row in rows] for rows in (plain, spread))
    for top in range(1, len(plain)):
        assert len(set(by_skills[:top])) >= len(set(by_score[:top]))
    assert max(map(by_skills[:9].count, range(3))) <= 4  # of each skill about as many
    assert by_skills != by_score


def test_no_call_is_put_before_one_whose_score_is_out_of_its_reach(scored):
    spread = diversified(scored, ordered(scored))
    for place, row in enumerate(spread):
        assert all(scored.totals[later] <= scored.totals[row] + WEIGHT + 1e-9 for later in spread[place:])


def test_a_short_list_is_the_beginning_of_a_long_one(scored):
    whole = [m.call.identifier for m in best_matches(scored, ANY, TODAY, Depth(50))]
    for top in (1, 3, 6):
        assert [m.call.identifier for m in best_matches(scored, ANY, TODAY, Depth(top))] == whole[:top]


def test_what_stands_in_the_list_is_what_is_recommended(scored):
    depth = Depth(4)
    listed = {m.call.identifier for m in best_matches(scored, ANY, TODAY, depth)}
    rows = range(len(scored.index))
    assert {scored.index.call(r).identifier for r in rows if is_recommended(scored, ANY, TODAY, depth, r)} == listed


def test_without_a_skill_the_order_is_that_of_scores():
    scored = scored_of(indexed(some_calls(), profile("zyxomatic")), "one")
    assert diversified(scored, [3, 1, 2]) == [3, 1, 2]
    assert diversified(scored, []) == []


@pytest.mark.parametrize(
    ("identifier", "group"),
    [
        ("HORIZON-EIC-2026-PATHFINDEROPEN", Group.BROAD),
        ("HORIZON-EIC-2026-PATHFINDERCHALLENGES-01-01", Group.MAIN),
        ("HORIZON-MSCA-2027-SE-01-01", Group.BROAD),
    ],
)
def test_calls_that_name_a_subject_are_not_open_to_any_science(identifier, group):
    one = replace(call(1, SUBJECTS[0]), identifier=identifier)
    scored = scored_of(indexed([*some_calls(), one], profile(SUBJECTS[0])), "one")
    assert {m.call.identifier: m.group for m in best_matches(scored, ANY, TODAY, Depth(50))}[identifier] is group
