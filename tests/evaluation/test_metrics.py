"""Metrics agree with values worked out by hand, and intervals and tests with what they must be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from matcher.evaluation import measuring
from matcher.evaluation.benchmark import Benchmark
from matcher.evaluation.judging import judgement
from matcher.model.profile_parts import Profile
from tests.helpers.listings import call

QRELS = {"a": {"x": 1, "y": 1}, "b": {"z": 1}}
RUN = {"a": {"x": 3.0, "n": 2.0, "y": 1.0}, "b": {"n": 2.0, "z": 1.0}}


def test_values_by_hand():
    values = measuring.per_profile(RUN, QRELS, ["a", "b"])
    ideal = 1 + 1 / math.log2(3)
    assert values["ndcg@10"] == pytest.approx([(1 + 1 / math.log2(4)) / ideal, 1 / math.log2(3)])
    assert values["p@10"] == pytest.approx([0.2, 0.1])
    assert values["recall@10"] == pytest.approx([1, 1])
    assert values["map"] == pytest.approx([(1 + 2 / 3) / 2, 0.5])
    assert values["mrr"] == pytest.approx([1, 0.5])


def test_a_profile_without_any_ranked_call_scores_nothing():
    values = measuring.per_profile({"a": RUN["a"]}, QRELS, ["a", "b"])
    assert values["map"][1] == 0


def test_the_interval_holds_the_mean_and_narrows_with_more_profiles():
    rng = np.random.default_rng(1)
    few, many = rng.random(20), rng.random(2_000)
    low, high = measuring.interval(few)
    assert low < few.mean() < high
    assert np.ptp(measuring.interval(many)) < high - low
    assert measuring.interval(np.ones(5)) == (1.0, 1.0)


def test_the_paired_test_sees_a_real_difference_and_no_other():
    rng = np.random.default_rng(2)
    base = rng.random(200)
    same = {"map": base}
    better = {"map": base + 0.05 + 0.01 * rng.standard_normal(200)}
    shuffled = {"map": base + 0.05 * rng.standard_normal(200)}
    assert measuring.compare(better, same)[0].p_value < 0.01
    assert measuring.compare(better, same)[0].ratio > 1
    assert measuring.compare(shuffled, same)[0].p_value > 0.01
    assert measuring.compare({"map": base}, {"map": np.zeros(200)})[0].ratio is None


def test_groups_are_means_of_their_members():
    table = measuring.by_group({"map": np.array([1.0, 0.0, 0.5])}, ["a", "b", "c"], {"a": "FR", "b": "FR", "c": "DE"})
    assert table == {"DE": {"map": 0.5, "profiles": 1}, "FR": {"map": 0.5, "profiles": 2}}


def test_a_minimum_fit_is_a_chance_and_other_scores_have_none():
    kinds = {"p": {"size": "few", "country": "FR", "kind": "text"}}
    known = Benchmark("", (call("A"), call("B")), (Profile("p", "P", ()),), kinds, frozenset("AB"))
    run = {"p": {"A": 0.0, "B": -3.0}}  # log-odds of 50 and of 5 in 100
    found = measuring.measure(known, {"p": {"B": 1}}, "one", measuring.Ranked(run, log_odds=True)).thresholds
    shown = {one.fit: (one.calls_shown, one.wins_shown) for one in found}
    assert [shown[fit] for fit in (0, 5, 10, 50, 70)] == [(2, 1), (2, 1), (1, 0), (1, 0), (0, 0)]
    assert measuring.measure(known, {"p": {"B": 1}}, "other", measuring.Ranked(run)).thresholds == []


def test_what_a_minimum_fit_shows_of_graded_calls_is_what_a_list_would_show():
    run = {"p": {"A": 0.0, "B": -3.0}}  # fits of 50 and, of 4.7 in 100, of 5
    shown = {one.fit: one for one in judgement({"p": {"A": 0, "B": 3}}, run, ["p"], {"p": "text"}).shown}
    assert [(shown[fit].calls, shown[fit].of_grade_3) for fit in (5, 10, 70)] == [(2, 1), (1, 0), (0, 0)]


def test_equal_scores_fall_in_a_run_as_a_file_too_so_that_tools_break_ties_alike():
    listed = (call("B"), call("C"), call("A"))
    known = Benchmark("", listed, (Profile("p", "P", ()),), {}, frozenset("ABC"))
    lines = [line.split() for line in measuring.trec_lines(measuring.run_of(known, np.full((1, 3), -4.25)), "one")]
    assert [line[2] for line in lines] == ["A", "B", "C"]
    scores = [float(line[4]) for line in lines]
    assert scores == sorted(set(scores), reverse=True)
