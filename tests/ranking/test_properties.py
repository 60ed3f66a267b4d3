"""Laws of the ranking that hold whatever the calls and the profile are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matcher.model.call import Section
from matcher.model.match import EvidenceKind
from matcher.model.question import CallFilter
from matcher.ranking.scores.asked_anew import asked_text
from matcher.ranking.scores.matching import Depth, best_matches, match_of
from tests.helpers.corpus import (
    SUBJECTS,
    TODAY,
    WORDS,
    call,
    fits,
    indexed,
    keywords,
    phrases,
    profile,
    scored_of,
    some_calls,
    texts,
    totals,
)
from tests.helpers.forms import tries

ANY = CallFilter(status=frozenset())
several = settings(max_examples=tries(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])


# a term more, a call more, another order


@several
@given(keywords, st.data())
def test_a_profiles_own_term_added_to_a_call_never_lowers_what_its_words_score(skills, data):
    """On a fitted model: the call changes and the index is built again, with the model kept.

    The words of a profile as a whole promise it; likeness by other texts and places cannot.
    """
    calls = some_calls()
    skills = [SUBJECTS[0], *skills]
    number = data.draw(st.integers(0, len(calls) - 1))
    term = data.draw(st.sampled_from(skills))
    before = indexed(calls, profile(*skills))
    changed = data.draw(st.sampled_from([_as_keyword, _as_line, _as_section]))(calls[number], term)
    after = indexed([*calls[:number], changed, *calls[number + 1 :]], profile(*skills), previous=before)
    assert after.meta["fitted"] == before.meta["fitted"]
    scores = [index.scores(index.query("one")).total[index.row(changed.identifier)] for index in (before, after)]
    assert scores[1] >= scores[0] - 1e-6


def _as_keyword(item, term):
    return replace(item, keywords=(*item.keywords, term))


def _as_line(item, term):
    section = item.sections[0]
    return replace(item, sections=(Section(section.name, f"{section.text}\n{term}"),))


def _as_section(item, term):
    return replace(item, sections=(*item.sections, Section("Objective", term)))


@several
@example(["silicon", "silicon silicon"], ["silicon silicon"], 30)  # makes a pair known: not two skills of one
@example(["sensors silicon silicon"], ["silicon silicon"], 30)  # nor does it weigh the words of a skill anew
@given(keywords, texts, st.integers(30, 60))
def test_one_call_more_moves_no_score_and_no_fit_of_the_others(skills, lines, number):
    calls = some_calls()
    before = indexed(calls, profile(*skills))
    after = indexed([*calls, call(number, "\n".join(lines))], profile(*skills), previous=before)
    new = call(number, "").identifier.upper()
    others = {name: score for name, score in totals(after).items() if name != new}
    assert others == pytest.approx(totals(before), abs=1e-6)
    assert {name: fit for name, fit in fits(after).items() if name != new} == fits(before)


def test_a_kept_model_is_given_up_when_a_tenth_of_the_calls_is_new():
    calls = some_calls()
    before = indexed(calls, profile(*SUBJECTS[:2]))
    few = indexed([*calls, call(40, "tides"), call(41, "waves")], profile(*SUBJECTS[:2]), previous=before)
    many = indexed(calls + [call(i, f"tides {i}") for i in range(40, 50)], profile(*SUBJECTS[:2]), previous=before)
    assert few.fitted_terms == before.fitted_terms
    assert many.fitted_terms > before.fitted_terms


@several
@given(keywords, st.randoms(use_true_random=False))
def test_the_order_of_calls_makes_no_difference(skills, chance):
    calls = some_calls()
    shuffled = chance.sample(calls, len(calls))
    one, other = indexed(calls, profile(*skills)), indexed(shuffled, profile(*skills))
    assert totals(one) == totals(other)
    assert fits(one) == fits(other)


def test_equal_calls_are_ranked_by_identifier_every_time():
    same = [replace(call(i, SUBJECTS[1]), title="Same", identifier=f"SAME-{i}") for i in (3, 1, 2, 0)]
    index = indexed([*same, *some_calls()], profile(SUBJECTS[1]))
    ranked = [m.call.identifier for m in best_matches(scored_of(index, "one"), ANY, TODAY, Depth(30))]
    assert [name for name in ranked if name.startswith("SAME")] == ["SAME-0", "SAME-1", "SAME-2", "SAME-3"]


# odd texts and odd profiles

ODD_TEXTS = {
    "empty": "",
    "one word": "photonics",
    "stop words": "the of and which with for from this that",
    "numbers": "1 22 333 4,5",
    "no Latin": "光子 сенсоры ωμέγα",
    "controls": "\x00\x01\u2028photonics\ufeff\ud800",
    "a megabyte": "silicon photonics for sensors and wafers. " * 25_000,
    "a megabyte on one line without a space": "x" * 1_000_000,
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_scores_are_finite_for_any_text_of_a_call(text):
    index = indexed([*some_calls(), call(50, text)], profile(*SUBJECTS[:3]))
    assert all(map(math.isfinite, totals(index).values()))
    assert all(0 <= fit <= 100 for fit in fits(index).values())


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_scores_are_finite_for_any_text_of_a_profile(text):
    index = indexed(some_calls(), profile(text))
    assert all(map(math.isfinite, totals(index).values()))
    assert np.isfinite(asked_text(index, text).scored(index).totals).all()


@pytest.mark.parametrize("profiles", [(), (profile(),), (profile("photonics"),)], ids=["none", "empty", "one word"])
@pytest.mark.parametrize("calls", [[], [call(1, "silicon photonics")], [call(1, "")]], ids=["none", "one", "wordless"])
def test_an_index_of_hardly_anything_answers(calls, profiles):
    index = indexed(calls, *profiles)
    assert len(index) == len(calls)
    for one in profiles:
        assert len(totals(index)) == len(calls)
        assert all(map(math.isfinite, totals(index).values()))
        scored = scored_of(index, one.identifier)
        assert len(best_matches(scored, ANY, TODAY, Depth(5, sentences=True))) <= len(calls)
    assert len(asked_text(index, "photonics").scored(index).totals) == len(calls)


def test_a_profile_without_a_word_in_common_has_no_match():
    index = indexed(some_calls(), profile("zyxomatic"))
    assert best_matches(scored_of(index, "one"), ANY, TODAY, Depth(5)) == []


# evidence


@several
@given(keywords)
def test_the_weights_of_the_evidence_add_up_to_the_score(skills):
    index = indexed(some_calls(), profile(*skills))
    scored = scored_of(index, "one")
    for row in range(len(index)):
        match = match_of(scored, row, 0, sentence=False)
        assert match.base + sum(e.weight for e in match.evidence) == pytest.approx(match.score, abs=1e-6)
        assert all(e.source in skills for e in match.evidence if e.kind is EvidenceKind.TERM)


def test_a_french_skill_finds_english_calls_and_shows_both_words():
    index = indexed(some_calls(), profile(french=["éolienne en mer", "piles à hydrogène"]))
    best = best_matches(scored_of(index, "one"), ANY, TODAY, Depth(5))
    shown = {(e.profile_term, e.term) for match in best for e in match.evidence if e.profile_term}
    assert any(french == "piles à hydrogène" and "hydrogen" in english for french, english in shown)
    assert any("turbine" in m.title or "hydrogen" in m.title for m in (match.call for match in best))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stockage de l'hydrogène", "stockage de hydrogene"),
        ("stockage de l’hydrogène", "STOCKAGE DE L'HYDROGÈNE"),
        ("les matériaux composites", "le matériau composite"),
        ("traitement des eaux", "traitement de l'eau"),
        ("wind-turbines", "wind turbine"),
        ("Lithium Batteries", "lithium battery"),
    ],
)
def test_case_accents_plurals_elisions_and_hyphens_make_no_difference(one, other):
    index = indexed(some_calls(), profile("photonics"))
    scores = asked_text(index, one).scored(index).totals
    assert asked_text(index, one).scored(index).related.any()
    assert asked_text(index, other).scored(index).totals == pytest.approx(scores, abs=1e-6)


# pinned and excluded terms


@several
@given(phrases, st.sampled_from(WORDS))
def test_an_excluded_term_never_counts(skill, excluded):
    index = indexed(some_calls(), profile(SUBJECTS[0], skill, excluded, exclude=(excluded,)))
    assert excluded not in index.query("one").words
    plain = indexed(some_calls(), profile(SUBJECTS[0], skill, exclude=(excluded,)))
    assert totals(index) == totals(plain)


def test_pinned_calls_come_first_whatever_their_fit_but_not_past_a_filter():
    index = indexed(some_calls(), profile(SUBJECTS[0], pin=("gene therapy",)))
    scored = scored_of(index, "one")
    best = best_matches(scored, ANY, TODAY, Depth(10, 20))
    holders = {index.call(row).identifier for row in index.holders("gene therapi")}
    assert holders
    assert {match.call.identifier for match in best if match.pinned} == holders
    assert all(match.pinned for match in best[: len(holders)])
    assert [match.rank for match in best] == list(range(1, len(best) + 1))
    other = CallFilter(status=frozenset(), programmes=frozenset({"NO SUCH PROGRAMME"}))
    filtered = best_matches(scored, other, TODAY, Depth(10))
    assert filtered == []
