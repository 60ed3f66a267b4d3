"""Typed texts: what a word means decides what is found, and a word that nothing has is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.model.match import THRESHOLD, Evidence, EvidenceKind, Match
from matcher.model.question import CallFilter
from matcher.ranking.needs.likeness import COVERAGE, uncentred
from matcher.ranking.needs.skillset import skills_of
from matcher.ranking.proposals.skills import try_term
from matcher.ranking.scores.asked_anew import asked_text
from matcher.ranking.scores.matching import Depth, best_matches, match_of
from matcher.text.analysis import Analyzer
from tests.helpers.corpus import TODAY, call, indexed, profile, scored_of, some_calls, totals

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
    (41, "critique of the school Matériaux in Lyon", "Schools"),
    (42, "critical materials for magnets", "Magnets"),
    (43, "three dimensions: 3D printing of bones", "Bones"),
    (44, "printing of newspapers", "Newspapers"),
    (45, "SMR: an aircraft with an airframe and a propulsion of its own", "Aircraft"),
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
        ("SMR aircraft", "Aircraft"),
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
        ("SMR hydrogen reforming", "Aircraft"),
    ],
)
def test_a_call_that_only_shares_a_piece_of_a_word_is_not_found(index, text, title):
    assert title not in found(index, text)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("TiO2", "titanium dioxide"),
        ("TiO2", "dioxyde de titane"),
        ("EV", "electric vehicles"),
        ("H2 tanks", "hydrogen tanks"),
    ],
)
def test_an_abbreviation_and_its_words_give_the_same_list(index, short, full):
    scores = [asked_text(index, text).scored(index).totals for text in (short, full)]
    assert scores[0] == pytest.approx(scores[1])


# parts of compounds, and what siblings share


def weights_of(index, skill):
    """What each term of a skill counts against the rarest way to say it: 1 where it counts whole."""
    (one,) = skills_of(profile(skill), Analyzer(), index, index.arrays)
    ratios = {term: one.weights[one.ids == index.find_term(term)] for term in Analyzer().terms(skill)}
    return {term: float(w[0] / index.idf[index.find_term(term)]) for term, w in ratios.items() if len(w)}


def test_a_part_of_a_compound_counts_for_how_often_it_stands_for_the_whole():
    texts = ["hazards of chemicals in factories"] * 12 + ["natural hazards and floods", "natural hazards in towns"]
    always = ["volcanic ash over airports"] * 3
    index = indexed([call(i, text) for i, text in enumerate([*texts, *always])], profile("photonics"))
    hazards = weights_of(index, "natural hazards")
    assert hazards["hazard"] < 0.75 * hazards["hazard natur"]
    assert hazards["natur"] == pytest.approx(hazards["hazard natur"], rel=1e-5)
    ash = weights_of(index, "volcanic ash")
    assert ash["volcan"] == pytest.approx(ash["ash volcan"], rel=1e-5)
    assert weights_of(index, "hazards") == {"hazard": pytest.approx(1 / index.idf[index.find_term("hazard")])}


@pytest.mark.parametrize(
    ("skill", "about", "shares"),
    [
        ("natural hazards", "forecasts of natural hazards", "labels for chemical hazards"),
        ("second-life batteries", "a second life for batteries", "the social life of old people"),
        ("disease progression modelling", "models of how a disease progresses", "a disease of mosquitos, its vectors"),
        ("matières premières critiques", "recovery of critical raw materials", "protection of critical infrastructure"),
        ("post-mining", "post-mining regions", "textiles after use, post-consumer clothes"),
        ("optical fibre", "cables of optical fibers", "textile fibres from wood, fibres for clothes"),
        ("fibre optique", "cables of optical fibers", "textile fibres from wood, fibres for clothes"),
    ],
)
def test_what_shares_a_part_comes_after_what_is_about_the_whole(skill, about, shares):
    frequent = (
        "hazards",
        "life",
        "disease",
        "critical",
        "batteries",
        "modelling",
        "natural",
        "raw materials",
        "regions",
    )
    others = [call(50 + i, f"{word} and {other}") for i, word in enumerate(frequent) for other in ("health", "towns")]
    others = [replace(one, identifier=f"{one.identifier}-{n}") for n, one in enumerate(others)]
    index = indexed([*some_calls(), call(30, about), call(31, shares), *others], profile("photonics"))
    scored = asked_text(index, skill).scored(index)
    rows = [index.row(call(n, "").identifier) for n in (30, 31)]
    assert scored.totals[rows[0]] > scored.totals[rows[1]]
    assert scored.fit(rows[1]) <= THRESHOLD


def test_a_call_covers_what_of_a_skill_it_has_words_of_however_often():
    texts = {30: "optical fibres", 31: "fibres, fibres of wood, fibres", 32: "old towns"}
    index = indexed([*some_calls(), *(call(n, text) for n, text in texts.items())], profile("optical fibre"))
    side, _ = index.side(everything=True)
    covered = uncentred(side, scored_of(index, "one").compared, COVERAGE)[0]
    whole, part, nothing = (covered[index.row(call(n, "").identifier)] for n in texts)
    assert whole == pytest.approx(1, abs=1e-5)
    assert nothing == pytest.approx(0, abs=1e-5)
    (skill,) = skills_of(profile("optical fibre"), Analyzer(), index, index.arrays)
    assert part == pytest.approx(float(skill.weights[skill.ids == index.find_term("fiber")][0]) ** 2, abs=1e-5)


def test_the_title_of_the_call_that_siblings_share_is_nothing_of_theirs():
    calls = [replace(one, call_title="BATTERIES and ENERGY", destination="Batteries") for one in some_calls()]
    plain = indexed([replace(one, call_title=None, destination=None) for one in calls], profile("batteries"))
    titled = indexed(calls, profile("batteries"))
    assert totals(titled) == totals(plain)
    scored = asked_text(titled, "batteries").scored(titled)
    holders = {titled.call(row).identifier for row in titled.holders("batteri")}
    first = best_matches(scored, ANY, TODAY, Depth(len(holders)))
    assert {match.call.identifier for match in first} <= holders
    assert not titled.holders("energi")


def test_text_that_siblings_share_says_little_of_one_of_them():
    shared = "Projects contribute to clean energy from batteries and hydrogen in Europe."
    subjects = [f"direct air capture number {i}" for i in range(8)] + ["recycling of lithium batteries"]
    calls = [call(40 + i, f"{shared}\n{own}") for i, own in enumerate(subjects)]
    index = indexed([*some_calls(), *calls], profile("photonics"))
    scored = asked_text(index, "lithium batteries").scored(index)
    *siblings, about = (scored.totals[index.row(one.identifier)] for one in calls)
    assert all(about > sibling + 1 for sibling in siblings)


# reasons


def test_a_reason_is_a_skill_of_which_the_call_has_words_with_them_and_their_sentence(index):
    row = index.row(call(33, "").identifier)
    match = match_of(asked_text(index, "antibiotic resistance").scored(index), row, 1, sentence=True)
    (reason,) = match.reasons(5)
    assert reason.term == "antibiotic resistance"
    assert reason.words == ("antibiotics", "resistance")
    assert reason.sentence == "resistance of bacteria that make beta-lactamases to antibiotics"
    assert match.sentence == reason.sentence


def test_a_skill_of_which_a_call_has_no_word_or_one_that_says_little_is_no_reason():
    skills = ("photonics", "life of batteries", "hydrogen storage in metal hydrides", "silicon")
    index = indexed([*some_calls(), *(call(60 + i, "the life of towns") for i in range(9))], profile(*skills))
    scored = scored_of(index, "one")
    towns = match_of(scored, index.row(call(60, "").identifier), 1, sentence=True)
    assert {e.term for e in towns.evidence if e.kind is EvidenceKind.LIKENESS} <= set(skills)
    assert "life of batteries" not in towns.words(5)
    photonic = match_of(scored, index.row(call(0, "").identifier), 1, sentence=True)
    assert set(photonic.words(5)) <= {"photonics", "silicon", "hydrogen storage in metal hydrides"}
    for match in (towns, photonic):
        assert match.base + sum(e.weight for e in match.evidence) == pytest.approx(match.score)
        weights = [e.weight for e in match.reasons(20)]
        assert weights == sorted(weights, reverse=True)
        assert sum(e.sentence is not None for e in match.evidence) <= 5


def test_a_skill_whose_words_are_scattered_over_a_call_is_no_reason():
    between = " ".join(["photonics and lasers for towns"] * 6)
    texts = {
        60: f"deep tissue {between} brain research {between} stimulation of markets",
        61: "stimulation that reaches into the brain at a deep place",
    }
    index = indexed([*some_calls(), *(call(n, text) for n, text in texts.items())], profile("deep brain stimulation"))
    scored = scored_of(index, "one")
    kinds = [match_of(scored, index.row(call(n, "").identifier), 1, sentence=False).evidence for n in texts]
    assert not [e for e in kinds[0] if e.kind is EvidenceKind.TERM]
    assert [e.term for e in kinds[1] if e.kind is EvidenceKind.TERM] == ["deep brain stimulation"]


def test_what_is_written_in_several_ways_is_near_all_words():
    index = indexed([*some_calls(), call(60, "storage of carbon dioxide")], profile("CO2 storage"))
    match = match_of(scored_of(index, "one"), index.row(call(60, "").identifier), 1, sentence=False)
    assert "CO2 storage" in match.words(5)


def reasons(**weights):
    """A match with these skills as its reasons."""
    evidence = [Evidence(term.replace("_", " "), weight, None, None) for term, weight in weights.items()]
    return Match(1, call(0, ""), 1.0, 73, tuple(evidence), None)


def test_a_longer_skill_stands_for_a_part_of_it_where_it_counts_about_as_much():
    assert reasons(sensors=0.6, image_sensors=0.4).words(5) == ("image sensors",)
    assert reasons(sensors=0.6, image_sensors=0.05).words(5) == ("sensors",)
    assert reasons(image_sensors=0.6, sensors=0.5).words(5) == ("image sensors",)


def test_a_skill_that_hardly_counts_is_no_reason_in_short():
    match = reasons(energy_harvesting=2.6, internet=0.15, diagnostics=0.02)
    assert match.words(5) == ("energy harvesting", "internet")
    assert len(match.reasons(5)) == 3


def test_a_word_that_no_call_has_leaves_little_to_the_others_of_its_skill():
    index = indexed(some_calls(), profile("photonics", "tsunami photonics"))
    photonic = match_of(scored_of(index, "one"), index.row(call(0, "").identifier), 1, sentence=False)
    assert {e.term for e in photonic.evidence if e.kind is EvidenceKind.TERM} == {"photonics"}


# languages


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("turbines éoliennes", "Topic about offshore"),
        ("hydrogène", "Hydrogen tanks"),
        ("santé des sols", "Soil health"),
        ("matériaux critiques", "Magnets"),  # the French words are known too, of a name
        ("3-D printing", "Bones"),
    ],
)
def test_a_text_is_read_in_the_language_of_which_more_words_are_known(index, text, title):
    assert found(index, text)[0] == title


# unknown words


def test_words_that_nothing_has_are_told_with_near_ones(index):
    asked = asked_text(index, "hydrogen storrage for zyxomatics")
    assert set(asked.unknown) == {"storrage", "zyxomatics"}
    assert asked.unknown["storrage"] == ("storage",)
    assert asked.need.skills


def test_a_text_of_unknown_words_has_no_skill(index):
    asked = asked_text(index, "zyxomatic qwrtz")
    assert list(asked.unknown) == ["zyxomatic", "qwrtz"]
    assert not asked.need.skills


@pytest.mark.parametrize(
    "text",
    ["hydrogen storage", "stockage de l'hydrogène", "the storage of hydrogen", "H2", "éolienne", "éolienne en 2019"],
)
def test_known_words_of_either_language_are_not_told(index, text):
    assert asked_text(index, text).unknown == {}


def test_a_term_that_is_tried_tells_its_unknown_words(index):
    assert "zyxomatic" in try_term(index, profile("photonics"), "zyxomatic photonics", TODAY).unknown.words
