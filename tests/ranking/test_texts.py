"""Typed texts: what a word means decides what is found, and a word that nothing has is told."""

from __future__ import annotations

import pytest

from matcher.model.question import CallFilter
from matcher.ranking.matching import Depth, asked_text, best_matches
from matcher.ranking.skills import try_term
from tests.helpers.corpus import TODAY, call, indexed, profile, some_calls

ANY = CallFilter(status=frozenset())
CALLS = (
    (30, "urban transport with cars, all of them electric vehicles", "Cars in towns"),
    (31, "remediation of polluted soils for the health of people", "Soil health"),
    (32, "storage of hydrogen in tanks", "Hydrogen tanks"),
    (33, "resistance of bacteria that make beta-lactamases to antibiotics", "Antibiotics"),
    (34, "beta versions of isotopes in medicine", "Isotopes"),
    (35, "eHealth records for patients", "Digital records"),
    (36, "photocatalysis on titanium dioxide", "Surfaces that clean themselves"),
    (37, "plastics in rivers", "Plastics"),
    (38, "software in C++ for satellites", "On-board software"),
    (39, "small modular reactors and their safety", "Reactors"),
    (40, "steam methane reforming with carbon capture", "Reforming"),
)


@pytest.fixture(scope="module")
def index():
    return indexed([*some_calls(), *(call(n, text, title=title) for n, text, title in CALLS)], profile("photonics"))


def found(index, text):
    return [m.call.title for m in best_matches(asked_text(index, text).scored(index), ANY, TODAY, Depth(3))]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("e-health", "Digital records"),
        ("H2 storage", "Hydrogen tanks"),
        ("stockage de H2", "Hydrogen tanks"),
        ("beta-lactamase", "Antibiotics"),
        ("β-lactamases", "Antibiotics"),
        ("EV", "Cars in towns"),
        ("TiO2", "Surfaces that clean themselves"),
        ("C++", "On-board software"),
        ("SMR safety of nuclear reactors", "Reactors"),
        ("SMR of methane", "Reforming"),
    ],
)
def test_the_call_that_is_meant_comes_first(index, text, title):
    assert found(index, text)[0] == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("CAR-T", "Cars in towns"),
        ("e-health", "Soil health"),
        ("β-lactamase", "Isotopes"),
        ("plasticity", "Plastics"),
    ],
)
def test_a_call_that_only_shares_a_piece_of_a_word_is_not_found(index, text, title):
    assert title not in found(index, text)


def test_words_that_nothing_has_are_told_with_near_ones(index):
    asked = asked_text(index, "hydrogen storrage for zyxomatics")
    assert set(asked.unknown) == {"storrage", "zyxomatics"}
    assert asked.unknown["storrage"] == ("storage",)
    assert asked.wish.skills


def test_a_text_of_unknown_words_has_no_skill(index):
    asked = asked_text(index, "zyxomatic qwrtz")
    assert list(asked.unknown) == ["zyxomatic", "qwrtz"]
    assert not asked.wish.skills


@pytest.mark.parametrize(
    "text", ["hydrogen storage", "stockage de l'hydrogène", "the storage of hydrogen", "H2", "éolienne"]
)
def test_known_words_of_either_language_are_not_told(index, text):
    assert asked_text(index, text).unknown == {}


def test_a_term_that_is_tried_tells_its_unknown_words(index):
    assert "zyxomatic" in try_term(index, profile("photonics"), "zyxomatic photonics", TODAY).unknown.words
