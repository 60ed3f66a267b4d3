"""The index as an object: which calls are live, what it says of terms and calls, and that saving changes nothing."""

from __future__ import annotations

import gc
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model.call import LIVE, Deadline, Status
from matcher.model.match import Group
from matcher.model.question import CallFilter
from matcher.model.terms import Audience, Name, Term, Terms, Who
from matcher.ranking.build import build
from matcher.ranking.index import LAYOUT, open_index
from matcher.ranking.needs.chance import chance
from matcher.ranking.scores.asked_anew import asked_text
from matcher.ranking.scores.matching import Depth, best_matches, place
from matcher.ranking.scores.scoring import score
from matcher.ranking.texts.background import Background
from matcher.ranking.texts.generation import narrowest, write_generation
from matcher.ranking.texts.tfidf import count_terms, nearest, unit_rows
from matcher.text.analysis import Analyzer
from tests.helpers.corpus import META, NOW, SUBJECTS, TODAY, call, fits, indexed, profile, scored_of, some_calls, totals
from tests.helpers.forms import tries

days = st.dates(TODAY - timedelta(40), TODAY + timedelta(40))
fates = st.builds(
    dict,
    status=st.sampled_from([None, *Status]),
    opening=st.none() | days,
    deadlines=st.lists(days, max_size=3).map(lambda found: tuple(Deadline(day) for day in sorted(found))),
    gone=st.none() | days,
)


@settings(max_examples=tries(60), deadline=None)
@given(st.lists(fates, min_size=1, max_size=8), days)
def test_the_index_and_the_calls_agree_on_what_is_live(drawn, today: date):
    calls = [replace(call(i, SUBJECTS[0]), **fate) for i, fate in enumerate(drawn)]
    index = indexed(calls, profile(SUBJECTS[0]))
    live = {c.identifier for c in calls if c.is_live(today)}
    assert {index.call(row).identifier for row in index.live_rows(today)} == live
    scored = scored_of(index, "one")
    shown = {match.call.identifier for match in best_matches(scored, CallFilter(), today, Depth(20))}
    assert shown <= live
    everything = best_matches(scored, CallFilter(status=frozenset()), today, Depth(20))
    assert shown == {match.call.identifier for match in everything if match.call.status_on(today) in LIVE}


def test_a_saved_index_answers_as_the_one_in_memory(tmp_path):
    built = indexed(some_calls(), profile(*SUBJECTS[:4], french=["recyclage"], pin=("steel",)))
    write_generation(tmp_path, LAYOUT, built.generation)
    opened = open_index(tmp_path)
    assert totals(opened) == totals(built)
    assert fits(opened) == fits(built)
    assert [opened.full_call(row) for row in range(len(opened))] == sorted(some_calls(), key=lambda c: c.identifier)
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in opened.arrays.values())


def test_no_array_of_whole_numbers_takes_more_room_than_it_needs():
    index = indexed(some_calls(), profile(*SUBJECTS[:4], french=["recyclage"]))
    wide = {name: array.dtype for name, array in index.arrays.items() if narrowest(array).dtype != array.dtype}
    assert wide == {}
    assert {array.dtype.kind for array in index.arrays.values()} <= {"u", "i", "f", "b"}
    assert index.arrays["posting_rows"].dtype == np.uint8


def test_what_research_may_not_enter_stands_apart_whatever_its_fit():
    closed = Terms((Term(Name.WHO, Who.SME, "a rule"),))
    calls = [replace(c, terms=closed) if i == 0 else c for i, c in enumerate(some_calls())]
    scored = scored_of(indexed(calls, profile(SUBJECTS[0], pin=("photonics",))), "one")

    def shown(**asked: object) -> dict[str, Group]:
        found = best_matches(scored, CallFilter(status=frozenset(), **asked), TODAY, Depth(50))
        return {match.call.identifier: match.group for match in found}

    name = calls[0].identifier
    assert list(shown())[-1] == name
    assert [n for n, group in shown().items() if group is Group.CLOSED] == [name]
    assert name not in shown(open_to=Audience.RESEARCH)
    for audience in (Audience.SME, Audience.ANY):
        assert next(iter(shown(open_to=audience))) == name
        assert Group.CLOSED not in shown(open_to=audience).values()


def test_an_index_that_is_let_go_closes_its_files_at_once(tmp_path):
    write_generation(tmp_path, LAYOUT, indexed(some_calls(), profile(*SUBJECTS[:4])).generation)
    gc.collect()
    gc.disable()  # a process that runs for months opens more than may be open between two collections
    try:
        before = _open_files()
        index = open_index(tmp_path)
        assert index.call(0).identifier
        assert _open_files() > before
        del index
        assert _open_files() == before
    finally:
        gc.enable()


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_calls_and_terms_are_found_whatever_the_case():
    index = indexed(some_calls(), profile(SUBJECTS[0]))
    identifier = some_calls()[4].identifier
    assert index.call(index.row(f" {identifier.lower()} ")).identifier == identifier
    assert index.row("HORIZON-NO-SUCH") is None
    assert index.find_term("zyxomat") is None
    assert index.holders("zyxomat") == set()
    assert index.find_term("photon") is not None
    assert index.holders("photon")
    with pytest.raises(KeyError):
        index.query("no-such-institute")


def test_words_of_new_calls_are_found_beside_those_of_the_fit():
    before = indexed(some_calls(), profile("photonics", "aardvark husbandry"))
    assert before.find_term("aardvark") is None
    after = indexed(
        [*some_calls(), call(40, "aardvark husbandry")], profile("photonics", "aardvark husbandry"), previous=before
    )
    assert after.find_term("aardvark") >= after.fitted_terms
    assert after.find_term("photon") == before.find_term("photon")
    assert scored_of(after, "one").related[after.row(call(40, "").identifier)]


@pytest.mark.parametrize(("later", "kept"), [(-2, True), (30, True), (31, False), (-31, False)])
def test_a_fit_is_kept_for_a_month_also_where_the_clock_was_set_back(later: int, *, kept: bool):
    calls, own = some_calls(), [profile("photonics")]
    before = build(calls, own, now=NOW, meta=META)
    after = build(calls, own, now=NOW + timedelta(days=later), meta=META, previous=before)
    assert (after.meta["fitted"] == before.meta["fitted"]) is kept


def test_the_place_of_a_call_is_the_one_that_the_list_shows():
    index = indexed(some_calls(), profile(*SUBJECTS[:3]))
    scored = scored_of(index, "one")
    wanted = CallFilter(status=frozenset())
    for match in best_matches(scored, wanted, TODAY, Depth(30)):
        placed = place(scored, wanted, TODAY, index.row(match.call.identifier), top=2)
        assert (placed.match.rank, placed.match.score, placed.match.fit) == (match.rank, match.score, match.fit)
        assert (
            placed.score_needed
            == scored.totals[index.row(best_matches(scored, wanted, TODAY, Depth(2))[1].call.identifier)]
        )


def test_fits_follow_the_scores_and_are_chances():
    index = indexed(some_calls(), profile(*SUBJECTS[:3]))
    scores, found = totals(index), fits(index)
    ranked = sorted(scores, key=scores.__getitem__)
    assert [found[name] for name in ranked] == sorted(found.values())
    assert found[ranked[-1]] == round(100 / (1 + math.exp(-scores[ranked[-1]])))


def test_calls_that_say_the_same_are_told_apart_by_no_rounding():
    """On a young store, or one of a single call for proposals, likenesses are the same for all but their last digit."""
    about = "Silicon photonics, integrated circuits, microelectronics, materials and MEMS sensors on wafers."
    calls = [call(n, about, title=f"Silicon photonics, part {n}", keywords=("MEMS sensors",)) for n in range(6)]
    index = indexed(calls, profile("silicon photonics", "wafers"))
    asked = score(index, asked_text(index, "wafers").need, everything=True)
    for scored in (scored_of(index, "one"), asked):
        assert np.all(np.abs(scored.totals) < 100)


def test_a_chance_is_a_number_whatever_the_score():
    assert chance(np.array([-1e6, -800.0, 0.0, 1e6])).tolist() == pytest.approx([0.0, 0.0, 0.5, 1.0])


@pytest.mark.parametrize("size", [3, 40, 200, 257])
def test_the_nearest_calls_are_those_of_a_plain_search(size):
    chance = np.random.default_rng(size)
    from scipy import sparse

    dense = chance.random((size, 30)) * (chance.random((size, 30)) < 0.3)
    vectors = unit_rows(sparse.csr_array(dense.astype(np.float32)))
    found, weights = nearest(vectors, vectors, np.arange(size))
    likeness = (vectors @ vectors.T).toarray()
    np.fill_diagonal(likeness, 0)
    best = -np.sort(-likeness, axis=1)[:, : found.shape[1]]
    assert np.take_along_axis(likeness, found.astype(np.int64), axis=1) == pytest.approx(best)
    assert weights.sum(axis=1) == pytest.approx((best.sum(axis=1) > 0).astype(float), abs=1e-5)


@pytest.mark.parametrize("size", [3, 150])
def test_the_background_nearest_to_many_calls_is_the_nearest_to_each(size):
    """An index reads its calls by the hundred, a question its skills one by one."""
    index = indexed(
        [call(n, f"{SUBJECTS[n % 12]} {SUBJECTS[n % 7]} number{n % 5}") for n in range(size)], profile("wind")
    )
    starts = index.arrays["posting_starts"]
    rows, terms = index.arrays["posting_rows"], np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    for row in range(size):
        here = rows == row
        weights = index.arrays["posting_weights"][here] / np.sqrt(index.arrays["squares"][row])
        near = Background(index.arrays).nearest(terms[here].astype(np.int32), weights)
        of_many = index.arrays["call_near_shares"][row]
        assert of_many[: len(near.rows)] == pytest.approx(near.shares, abs=1e-6)
        assert not of_many[len(near.rows) :].any()
        told = dict(zip(index.arrays["call_near_rows"][row][: len(near.rows)].tolist(), of_many.tolist(), strict=False))
        last = near.shares[-1]  # of several that are as near as the last one, either may be told
        assert all(
            told.get(n, last) == pytest.approx(near.shares[i], abs=1e-6) for i, n in enumerate(near.rows.tolist())
        )


def test_terms_are_counted_as_scikit_learn_counts_them():
    from sklearn.feature_extraction.text import CountVectorizer

    from matcher.ranking.texts.tfidf import call_terms

    analyzer = Analyzer()
    counted = count_terms(some_calls(), analyzer)
    vectorizer = CountVectorizer(analyzer=lambda item: call_terms(item, analyzer))
    expected = vectorizer.fit_transform(some_calls())
    assert counted.terms == vectorizer.get_feature_names_out().tolist()
    assert (counted.matrix.toarray() == expected.toarray()).all()
