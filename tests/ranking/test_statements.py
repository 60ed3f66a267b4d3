"""Long texts: each passage says skills of its own, the evidence names it, and what says nothing counts nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from benchmarks.statements import compared
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.learning import index_of
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.project import Project
from matcher.model.question import CallFilter
from matcher.ranking.needs.statements import MOST, expressions
from matcher.ranking.scores.asked_anew import asked_profile, asked_text
from matcher.ranking.scores.matching import Depth, best_matches
from matcher.ranking.texts.project_words import project_word_arrays
from matcher.text.analysis import Analyzer
from matcher.text.passages import WORDS
from tests.helpers.benchmarks import BENCHMARK, with_benchmark
from tests.helpers.corpus import SUBJECTS, TODAY, indexed, some_calls
from tests.helpers.corpus import WORDS as WORDS_OF_CALLS
from tests.helpers.prose import IDLE, page_of

ANY = CallFilter(status=frozenset())
PAGE = page_of(SUBJECTS)


@pytest.fixture(scope="module")
def index():
    return indexed(some_calls())


@pytest.fixture(scope="module")
def arrays(index):
    """An index whose projects have each subject as a keyword, and idle sentences in their texts."""
    projects = [
        Project(str(n), subject, " ".join(IDLE), re.sub(" (for|in|of|and) ", ", ", subject))
        for n, subject in enumerate(SUBJECTS * 3)
    ]
    return {**index.arrays, **project_word_arrays(projects, Analyzer())}


def test_a_long_text_is_as_many_skills_as_it_names_and_idle_sentences_are_none(index, arrays):
    found = expressions(PAGE, index, arrays)
    named = {word for one in found for word in one.text.lower().split()}
    for subject in SUBJECTS:
        assert any(one.text.lower() in subject for one in found), subject
    assert not {"institute", "visitors", "monday", "partners", "punctuality", "years"} & named


def test_an_expression_stands_in_the_passage_that_is_named(index, arrays):
    for one in expressions(PAGE, index, arrays):
        assert one.text in " ".join(one.sentence.split())
        assert one.passage >= 1


@pytest.mark.parametrize("sign", ["la R&D", "le C++", "les PM2.5", "les cellules CAR-T", "l’impression 3-D", "les ½"])
def test_what_stands_beside_a_word_with_a_sign_is_read_in_french_too(index, arrays, sign):
    told = {one.text for one in expressions(f"Nous menons {sign} pour les batteries et le vent.", index, arrays)}
    assert told >= {"batteries", "vent"}


def test_evidence_names_the_passage_that_says_it(index):
    page = " ".join(IDLE) + " Our main strength is in offshore wind turbines.\n" + " ".join(IDLE[:3])
    match = best_matches(asked_text(index, page).scored(index), ANY, TODAY, Depth(1))[0]
    assert match.call.title == "Topic about offshore"
    (reason,) = [one for one in match.evidence if "turbines" in one.term]
    assert reason.passage == len(IDLE) + 1
    assert reason.source == f"passage {reason.passage}: “Our main strength is in offshore wind turbines.”"
    assert reason.named == f"{reason.term} (passage {reason.passage})"


def test_a_skill_counts_what_it_weighs_and_equal_weights_change_nothing(index):
    def scored(*weights: float):
        words = ("offshore wind turbines", "silicon photonics")
        parts = (ProfilePart("lab", w, w, weight=x) for w, x in zip(words, weights, strict=True))
        return asked_profile(index, Profile("", "", tuple(parts))).scored(index)

    def first(found) -> str:
        return best_matches(found, ANY, TODAY, Depth(1))[0].call.title

    assert (scored(2, 2).totals == scored(1, 1).totals).all()
    assert [first(scored(50, 1)), first(scored(1, 50))] == ["Topic about offshore", "Topic about silicon"]
    match = best_matches(scored(3, 1), ANY, TODAY, Depth(1))[0]
    assert match.base + sum(e.weight for e in match.evidence) == pytest.approx(match.score)


def test_a_short_text_is_one_skill_and_no_passage(index):
    asked = asked_text(index, "offshore wind turbines " * (WORDS // 3))
    assert len(asked.need.skills) == 1
    assert asked.need.skills[0].passage == 0


def test_a_very_long_text_has_a_bound(index):
    pairs = [f"{one} of {other}." for one in WORDS_OF_CALLS for other in WORDS_OF_CALLS]
    assert len(expressions("\n".join(pairs), index, index.arrays)) > MOST / 10
    assert len(asked_text(index, "\n".join(pairs)).need.skills) <= MOST


@pytest.mark.parametrize(("language", "share"), [("en", 0.9), ("fr", 0.9)])
@with_benchmark
def test_a_page_of_prose_ranks_as_its_keywords_do(judged, language, share):
    assert compared(*judged, language).share >= share


@pytest.fixture(scope="module")
def judged():
    """Every third judged institute and call: `python -m benchmarks.statements` takes all of them, and projects."""
    folder = BENCHMARK / "judged"
    whole = load_benchmark(folder)
    institutes = tuple(p for p in whole.profiles if whole.groups[p.identifier]["kind"] == "institute")
    benchmark = replace(whole, calls=whole.calls[::3], profiles=institutes[::3])
    return index_of(benchmark), benchmark, load_qrels(folder)


def test_in_french_what_is_done_to_something_is_no_part_of_its_name(index, arrays):
    """`analyse les batteries` is a verb with its object, `le recyclage des batteries` one thing."""
    text = "L'équipe analyse les batteries. Elle étudie l'éolien en mer et le recyclage des batteries."
    told = {one.text for one in expressions(text, index, arrays)}
    assert not [one for one in told if one.startswith("analyse les")]
    assert "batteries" in told
    assert not {one.text for one in expressions("Il batteries, et on éolien.", index, arrays)}


def test_of_prose_no_verb_and_no_idle_word_is_told_as_unknown(index):
    short = "Nous valorisons des batteries ; elle zyxomatise, et nos zyxomates aussi."
    assert set(asked_text(index, short).unknown) & {"valorisons", "zyxomatise"} == set()
    assert "zyxomates" in asked_text(index, short).unknown
    page = " ".join(f"Nos collègues permettaient {n} zyxomates, batteries et éoliennes." for n in range(9))
    asked = asked_text(index, page)
    assert asked.need.skills
    assert asked.unknown == {}
