"""What decisions teach a list: bounded, explained, and off for fewer than three."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model.match import EvidenceKind
from matcher.ranking.scores.feedback import BOUND, HALF_LIFE, LEAST, Example, feedback_of, learned_terms
from matcher.ranking.scores.scoring import score
from tests.helpers.corpus import distant_calls, indexed, profile
from tests.helpers.forms import tries

if TYPE_CHECKING:
    from matcher.ranking.index import Index


@pytest.fixture(scope="module")
def index() -> Index:
    """Calls that are far from each other, and an institute of none of them."""
    return indexed(distant_calls(), profile("glaciers and ice"))


EXAMPLES = st.lists(
    st.builds(Example, st.integers(0, 14), st.booleans(), st.integers(0, 2000)), max_size=12, unique_by=lambda e: e.row
)


@given(EXAMPLES)
@settings(max_examples=tries(60), deadline=None)
def test_one_decision_moves_no_call_by_more_than_the_bound(index: Index, examples: list[Example]) -> None:
    nothing = np.zeros(len(index))
    totals = [
        nothing if (feedback := feedback_of(index, examples[:n])) is None else feedback.total
        for n in range(len(examples) + 1)
    ]
    for before, after in pairwise(totals):
        assert np.abs(after - before).max() <= BOUND + 1e-9
    assert pytest.approx(0.5) == BOUND


def test_nothing_is_learned_of_fewer_than_three(index: Index) -> None:
    assert feedback_of(index, [Example(0, kept=True)] * (LEAST - 1)) is None
    assert learned_terms(index, [Example(0, kept=True)]) == []


def test_calls_like_the_kept_ones_rise_and_those_like_the_dismissed_fall(index: Index) -> None:
    kept, dismissed = (0, 1), (3, 4)
    feedback = feedback_of(
        index, [*(Example(r, kept=True) for r in kept), *(Example(r, kept=False) for r in dismissed)]
    )
    assert feedback.total[2] > 0.05
    assert feedback.total[5] < -0.05
    assert abs(feedback.total[8]) < min(feedback.total[2], -feedback.total[5])
    terms = dict(learned_terms(index, feedback.examples))
    assert set(max(terms, key=terms.__getitem__).split()) <= {"silicon", "photon"}
    assert set(min(terms, key=terms.__getitem__).split()) <= {"hydrogen", "storag"}


def test_each_term_is_learned_once_and_equal_ones_come_in_alphabetical_order(index: Index) -> None:
    terms = learned_terms(index, [Example(0, kept=True), Example(1, kept=True), Example(3, kept=False)], 1_000)
    assert len(dict(terms)) == len(terms) > 2
    assert terms == sorted(terms, key=lambda one: (-one[1], one[0]))
    assert len({weight for _, weight in terms}) < len(terms), "none are equal, so that this shows nothing"


def test_what_is_old_counts_less_beside_what_is_new(index: Index) -> None:
    old, new = Example(0, kept=True, days=HALF_LIFE), Example(3, kept=True)
    others = [Example(row, kept=True) for row in range(6, 12)]
    feedback = feedback_of(index, [old, new, *others])
    assert feedback.each[0].max() == pytest.approx(feedback.each[1].max() / 2, rel=0.2)


def test_the_reasons_add_up_to_the_score_and_name_the_nearest_decision(index: Index) -> None:
    feedback = feedback_of(index, [Example(0, kept=True), Example(1, kept=True), Example(3, kept=False)])
    scored = score(index, index.need("one"), everything=True, feedback=feedback)
    plain = score(index, index.need("one"), everything=True)
    assert scored.totals[2] == pytest.approx(plain.totals[2] + feedback.total[2])
    evidence = scored.evidence(2)
    learned = [one for one in evidence if one.kind is EvidenceKind.LEARNED]
    assert learned[0].term == "more like calls that you kept (2)"
    assert learned[0].source in {index.call(0).identifier, index.call(1).identifier}
    assert scored.base_of(2, evidence) + sum(one.weight for one in evidence) == pytest.approx(scored.totals[2])
    base = plain.base_of(2, plain.evidence(2))
    assert scored.base_of(2, evidence) == pytest.approx(base)
