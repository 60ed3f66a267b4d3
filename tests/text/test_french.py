"""French terms become English ones, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.text.analysis import Analyzer
from matcher.text.french import languages, pieces, translated, verbs


def anything(_text: str) -> bool:
    return True


def english(text: str) -> set[str]:
    analyzer = Analyzer()
    return {term for piece, _ in translated(text, anything) for term in analyzer.terms(piece)}


@pytest.mark.parametrize(
    ("french", "found"),
    [
        ("maladies rares", "rare diseases"),
        ("recyclage des métaux", "metal recycling"),
        ("hydrogène", "hydrogen"),
        ("jumeau numérique", "digital twin"),
        ("usure", "wear"),
        ("thermographie", "thermography"),
        ("fabrication additive", "additive manufacturing"),
        ("santé animale", "animal health"),
    ],
)
def test_terms(french, found):
    assert set(Analyzer().terms(found)) & english(french)


@pytest.mark.parametrize(
    "variants",
    [
        ("L'hydrogène vert", "hydrogene vert", "HYDROGÈNE  VERT", "l’hydrogène vert"),
        ("éco-conception", "eco conception", "Éco-Conception"),
        ("capteurs", "capteur"),
        ("matériaux", "matériau", "MATERIAUX"),
    ],
)
def test_accents_plurals_elisions_and_hyphens_make_no_difference(variants):
    first, *others = map(english, variants)
    assert first
    for other in others:
        assert other == first


def test_each_piece_names_its_french_words():
    assert ("rare disease", "maladies rares") in translated("les maladies rares de l'enfant", anything)


def test_a_rendering_that_calls_know_is_taken_before_one_that_they_lack():
    assert translated("réseau", anything) == [("network", "reseau")]
    assert translated("réseau", lambda text: text == "grid") == [("grid", "reseau")]
    assert translated("réseau", lambda _: False) == [("network", "reseau")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("recyclage des métaux dans les batteries", ("fr",)),
        ("recycling of metals in batteries", ("en",)),
        ("batteries lithium", ("fr", "en")),
        ("3-D printing", ("fr", "en")),
        ("n-type silicon", ("fr", "en")),
        ("IL-6", ("fr", "en")),
    ],
)
def test_languages(text, found):
    assert languages(text) == found


def test_three_dimensions_stay_a_word_in_french():
    assert [one.french for one in pieces("impression 3-D de métaux")] == ["impression 3d", "metaux"]


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    assert all(english and french for english, french in translated(text, anything))
    assert languages(text)


def test_the_lexicon_is_sorted_and_whole():
    from importlib import resources

    lines = resources.files("matcher.text").joinpath("lexicon.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(pairs) > 4_500
    assert all(len(pair) == 2 and all(pair) for pair in pairs)
    assert len({french for french, _ in pairs}) == len(pairs)


def test_what_stands_behind_a_subject_is_a_verb() -> None:
    text = "Nous étudions la corrosion, qui menace les ouvrages ; l'équipe s'appuie sur des essais. Elle use."
    assert verbs(text) == {"etudions", "menace", "appuie", "use"}
