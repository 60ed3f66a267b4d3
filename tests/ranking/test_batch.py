"""Many profiles at once score as one at a time."""

from __future__ import annotations

from dataclasses import replace

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib.parallel import ThreadingBackend

from matcher.model.profile_parts import ProfilePart
from matcher.ranking.batch import BLOCK, top_matches
from matcher.ranking.texts.tfidf import largest
from tests.helpers.corpus import SUBJECTS, WORDS, indexed, profile, some_calls


def several(count: int):
    """Profiles of two to four skills, every other one with a past project."""
    won = ProfilePart("project", "P", "silicon photonics", topic=some_calls()[0].identifier)
    made = [profile(SUBJECTS[i % 12], *WORDS[i % 30 : i % 30 + 1 + i % 3]) for i in range(count)]
    return [replace(p, identifier=f"p{i}", parts=p.parts + (won,) * (i % 2)) for i, p in enumerate(made)]


@pytest.mark.parametrize(("count", "workers"), [(0, None), (1, None), (BLOCK + 1, 1), (2 * BLOCK + 3, 2)])
def test_the_best_calls_are_those_of_the_index_itself(count, workers):
    profiles = several(count)
    index = indexed(some_calls(), *profiles)
    best = top_matches(index, [index.query(p.identifier) for p in profiles], 5, workers=workers)
    assert best.rows.shape == best.scores.shape == (count, 5)
    for one, rows, scores in zip(profiles, best.rows, best.scores, strict=True):
        total = index.scores(index.query(one.identifier)).total
        assert scores == pytest.approx(-np.sort(-total)[:5], abs=1e-5)
        assert total[rows] == pytest.approx(scores, abs=1e-5)


class Noted(ThreadingBackend):
    """An engine that a program named to joblib; `asked` is how many workers were asked of it."""

    def __init__(self, asked: list[int], **options) -> None:
        super().__init__(**options)
        self.asked = asked

    def configure(self, n_jobs=1, parallel=None, **options):
        self.asked.append(n_jobs)
        return super().configure(2, parallel, **options)


@pytest.mark.parametrize(("configured", "workers", "expected"), [({}, None, -1), ({"n_jobs": 3}, None, 3), ({}, 4, 4)])
def test_the_engine_that_joblib_was_told_of_scores_the_blocks(configured, workers, expected):
    profiles = several(2 * BLOCK + 3)
    index = indexed(some_calls(), *profiles)
    queries = [index.query(p.identifier) for p in profiles]
    here, asked = top_matches(index, queries, 5, workers=1), []
    with joblib.parallel_config(backend=Noted(asked), **configured):
        there = top_matches(index, queries, 5, workers=workers)
    assert asked == [expected]
    assert (there.rows == here.rows).all()
    assert (there.scores == here.scores).all()


def test_fewer_calls_than_asked_for_and_an_empty_profile():
    index = indexed(some_calls()[:3], profile("photonics"), replace(profile(), identifier="two"))
    best = top_matches(index, [index.query("one"), index.query("two")], 50)
    assert best.rows.shape == (2, 3)
    assert np.isfinite(best.scores).all()


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 12), st.integers(0, 2**32))
def test_the_largest_of_each_row_are_those_that_sorting_finds(columns, k, seed):
    block = np.random.default_rng(seed).integers(-5, 50, (4, columns)).astype(np.float32)
    assert largest(block, k).tolist() == np.argsort(-block, axis=1, kind="stable")[:, :k].tolist()
