"""Words as scientists write them: every way to write one comes to one term, and none to that of another."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.text.abbreviations import entries
from matcher.text.analysis import Analyzer, own_stems, stop_words
from matcher.text.french import translated
from matcher.text.tokens import tokens


def single(text: str) -> set[str]:
    """The terms of one word of a text."""
    return {term for term in Analyzer().terms(text) if " " not in term}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("eHealth", "e-health"),
        ("E-mobility", "emobility"),
        ("3-D printing", "3D printing"),
        ("5-G", "5G"),
        ("X-rays", "xray"),
        ("µLED", "micro-LED"),
        ("μLED", "microLED"),
        ("nano-particles", "nanoparticles"),
        ("bio‑based", "biobased"),  # a hyphen that does not break
        ("post-consumer", "postconsumer"),
        ("T cells", "T-cell"),
        ("α-synuclein", "alpha-synuclein"),
        ("β cell", "beta-cells"),
        ("gamma ray", "γ-rays"),
        ("TGF-β", "TGF-beta"),
        ("CAR T therapy", "CAR-T therapy"),
        ("hepatitis B", "hepatitis-B"),
        ("E. coli", "Escherichia coli"),
        ("S. aureus", "Staphylococcus aureus"),
        ("COVID-19", "COVID 19"),
        ("PM 2.5", "PM2.5"),
        ("R & D", "R&D"),
        ("ﬁbre", "fibre"),
        ("ｈｙｄｒｏｇｅｎ", "hydrogen"),
        ("œuvre", "oeuvre"),
        ("Ørsted", "orsted"),
        ("hy\xaddrogen", "hydrogen"),
        ("H₂ tanks", "H2 tanks"),
        ("H2 storage", "hydrogen storage"),
        ("CO₂", "carbon dioxide"),
        ("TiO2", "titanium dioxide"),
        ("EVs", "electric vehicle"),
        ("R&D", "research and development"),
        ("SMR for nuclear power", "small modular reactors"),
        ("SMR of methane to hydrogen", "steam methane reforming"),
        ("EV charging", "charging of electric vehicles"),
        ("EVs from stem cells", "extracellular vesicles"),
        ("optical fibres", "fiber"),
        ("centred", "centers"),
        ("kilometres", "kilometer"),
        ("tumours", "tumor"),
        ("behavioural", "behavior"),
        ("optimisation", "optimize"),
        ("localisation", "localization"),
        ("electrolysers", "electrolyzer"),
        ("catalogues", "catalog"),
        ("cyberdefence", "cyberdefense"),
        ("aluminium", "aluminum"),
        ("sulphates", "sulfate"),
        ("haemoglobin", "hemoglobin"),
        ("leukaemia", "leukemia"),
        ("paediatrics", "pediatric"),
        ("anaesthesia", "anesthesia"),
        ("œstrogens", "estrogen"),
        ("diarrhoea", "diarrhea"),
        ("moulds", "mold"),
    ],
)
def test_two_ways_to_write_one_thing_share_what_is_meant(one, other):
    assert single(one) & single(other)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("beta-lactamase", "beta version"),
        ("e-health", "soil health"),
        ("CAR-T", "car sharing"),
        ("p-type silicon", "type of action"),
        ("vitamin-D", "digital"),
        ("post-mining", "post"),
        ("C++", "C#"),
        ("α-helix", "alpha version"),
        ("plasticity of metals", "plastics"),
        ("motor windings", "wind energy"),
        ("SMR", "small reactors"),
        ("emergence", "emergency"),
        ("mechanical engineering", "mechanisms"),
        ("characterization", "characters"),
        ("polymerization", "polymers"),
        ("labour", "laboratories"),
        ("hourly", "horror"),
    ],
)
def test_what_belongs_to_a_word_is_none_by_itself(text, foreign):
    assert not single(text) & single(foreign)


@pytest.mark.parametrize("text", ["C++", "R&D", "µLED", "TiO2", "PM2.5", "CAR-T", "3-D", "p-type", "E. coli", "H2"])
def test_none_of_them_is_nothing(text):
    assert single(text)


@pytest.mark.parametrize("text", ["cellules CAR-T", "langage C++", "R&D", "particules PM2.5", "matériaux III-V"])
def test_a_french_text_keeps_them_whole(text):
    def known(_text: str) -> bool:
        return True

    last = text.split()[-1]
    assert single(last) <= {term for english, _ in translated(text, known) for term in single(english)}


@pytest.mark.parametrize("text", ["polymer", "battery", "metal", "sensor", "vehicle", "engine", "mechanism"])
def test_one_and_many_are_one_stem(text):
    many = text[:-1] + "ies" if text.endswith("y") else text + "s"
    assert single(text) == single(many)


def test_an_abbreviation_of_many_meanings_stays_itself_where_nothing_tells():
    assert single("SMR") == {"smr"}
    assert "smr" in single("SMR for nuclear power")


def test_what_most_words_tell_is_meant():
    assert single("SMR aircraft that fly on hydrogen, an airframe and its propulsion") & {"shortmediumrangaircraft"}
    assert "smallmodularreactor" not in single("SMR propulsion of an aircraft and its fuel")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.short}: {entry.long}")
@pytest.mark.parametrize("known", [True, False])
def test_an_abbreviation_asks_for_what_its_words_ask_for(entry, known):
    around = " ".join(entry.context)
    texts = [f"{name} {around}" for name in (entry.short, entry.long)]
    asked = [sorted(Analyzer().asked_terms(text, lambda _: known)) for text in texts]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.short}: {entry.long}")
def test_a_text_with_an_abbreviation_holds_what_its_words_ask_for(entry):
    around = " ".join(entry.context)
    asked = set(Analyzer().asked_terms(entry.long, lambda _: True))
    for text in (entry.short, entry.long):
        assert {term for term in asked if " " not in term} <= single(f"{text} {around}")


@pytest.mark.parametrize(
    ("french", "short"),
    [
        ("dioxyde de titane", "TiO2"),
        ("dioxyde de soufre", "SO2"),
        ("oxyde de zinc", "ZnO"),
        ("phosphure d'indium", "InP laser"),
        ("bisulfure de molybdène", "MoS2"),
        ("tellurure de cadmium", "CdTe"),
        ("peroxyde d'hydrogène", "H2O2"),
        ("protoxyde d'azote", "N2O"),
        ("phosphate de fer lithié", "LiFePO4"),
        ("véhicules électriques", "EV"),
    ],
)
def test_a_formula_asks_for_what_its_french_name_asks_for(french, short):
    english = " ".join(english for english, _ in translated(french, lambda _: True))
    named, asked = (set(Analyzer().asked_terms(text, lambda _: True)) for text in (english, short))
    assert named <= asked


def test_whoever_says_what_an_abbreviation_means_does_not_ask_for_its_letters():
    asked = Analyzer().asked_terms("SMR hydrogen reforming", lambda _: True)
    assert "smr" not in asked
    assert "steammethanreform" in asked
    assert Analyzer().asked_terms("SMR", lambda _: True) == ["smr"]


def test_what_no_text_has_in_one_term_is_asked_for_in_its_words():
    asked = Analyzer().asked_terms("TiO2 surfaces", lambda _: False)
    assert {"titanium", "dioxid", "titaniumdioxid", "dioxid titanium"} <= set(asked)
    assert Analyzer().asked_terms("titanium dioxide", lambda _: True) == ["titaniumdioxid"]
    assert Analyzer().asked_terms("CRM recycling", lambda _: True) == [
        "criticrawmateri",
        "critic raw",
        "materi raw",
        "recycl",
        "criticrawmateri recycl",
    ]


def test_the_list_of_abbreviations_holds_no_word_of_its_own_and_says_each_meaning_once():
    analyzer = Analyzer()
    for entry in entries():
        assert entry.short.lower() not in stop_words()
        assert analyzer.terms(entry.short), entry.short
        assert analyzer.terms(entry.long), entry.long
    assert len(set(entries())) == len(entries())
    always = [entry.short.lower() for entry in entries() if not entry.context]
    assert len(always) == len(set(always))


@pytest.mark.parametrize(
    ("word", "other"),
    [("authors", "authority"), ("transit", "transition"), ("fertility", "fertilisers"), ("twinning", "digital twin")],
)
def test_a_stem_of_its_own_is_no_stem_of_other_words(word, other):
    assert own_stems()[word]
    assert not single(word) & single(other)


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    for line in text.splitlines():
        assert all(token.word for token in tokens(line))
    Analyzer().worded_terms(text)


@pytest.mark.parametrize("piece", ["a-", "e-a", "1.1 ", "c+", "& a", "a & ", "-", "x. ", "9"])
def test_a_long_text_of_anything_is_read_in_a_moment(piece):
    started = time.monotonic()
    Analyzer().terms(piece * 60_000)
    assert time.monotonic() - started < 20


def test_an_analyzer_is_made_in_no_time(monkeypatch):
    """The list of abbreviations is read once for all of them: a question makes dozens, one for each call it quotes."""
    Analyzer()
    monkeypatch.setattr("matcher.text.abbreviations.entries", lambda: pytest.fail("the list was read again"))
    assert Analyzer().stems("IoT") == ["internetthing"]
