"""Search by words: what is found, in which order, and what is said of nothing found."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.errors import UsageError
from matcher.model.call import Call, Section
from matcher.model.searched import MOST_WORDS, Search
from matcher.ranking.call_words import search_calls
from matcher.ranking.index import open_index
from tests.helpers.corpus import indexed
from tests.helpers.forms import either, has_a_long_form, tries
from tests.helpers.searches import both_passes, mean_share, tried_searches


def make(number: int, text: str = "", **fields: object) -> Call:
    words = {"title": f"Topic {number}", "identifier": f"HORIZON-CL5-2027-07-D3-{number:02}", **fields}
    return Call(sections=(Section("Scope", text),) if text else (), **words)


CALLS = (
    make(10, title="Batteries for ships"),
    make(11, "A battery, a battery, and one more battery for every battery."),
    make(12, "Solid electrolytes of a new state, to be made safe; the paper and the wood; a battery comes last."),
    make(13, "A solid state battery is made."),
    make(14, "State of a solid wall: no battery."),
    make(15, "Groundwater below a city."),
    make(
        16, "Eco-design of lamps and micro-plastics in rivers; eco-design; micro-plastics; eco-design; micro-plastics."
    ),
    make(17, "Sensors of gas for mines.", call_title="PUMPS AND VALVES"),
    make(18, "The quality of the internet of things.", keywords=("pumps",)),
    make(19, "Digitisation of fibre plants.", identifier="HORIZON-EIC-2027-PATHFINDEROPEN"),
)


@pytest.fixture(scope="module")
def index():
    return indexed(CALLS)


def found(index, *words: str, **how: object) -> list[str]:
    sought = search_calls(index, Search(words, **how))
    return [index.call(row).identifier.removeprefix("HORIZON-CL5-2027-07-D3-") for row in sought.rows]


def test_any_form_of_a_word_finds_the_same_title_first(index):
    assert found(index, "battery") == found(index, "Batteries")
    assert found(index, "battery")[:2] == ["10", "11"]


def test_all_words_must_be_there_and_those_that_stand_together_come_first(index):
    assert found(index, "solid", "state", "battery") == ["13", "14", "12"]


def test_a_phrase_stands_side_by_side_also_across_stop_words(index):
    assert found(index, "solid", "state", phrase=True) == ["13"]
    assert found(index, "internet of things", phrase=True) == ["18"]
    assert found(index, "the internet of things", phrase=True) == ["18"]
    assert found(index, "these batteries for ships", phrase=True) == ["10"]  # it begins the very first field
    assert found(index, "things internet", phrase=True) == []


def test_what_must_not_be_there(index):
    assert found(index, "battery", without=("solid",)) == ["10", "11"]
    assert found(index, "battery", without=("solid state",)) == ["10", "11", "14", "12"]
    assert "10" not in found(index, without=("ships",))


def test_french_finds_english(index):
    assert found(index, "capteurs", "de", "gaz") == ["17"]
    assert found(index, "eaux souterraines") == ["15"]
    assert found(index, "écoconception") == ["16"]


def test_a_compound_is_one_word_or_two(index):
    assert found(index, "ground", "water") == ["15"]
    assert found(index, "ecodesign") == found(index, "eco-design") == ["16"]
    assert found(index, "microplastics") == ["16"]


def test_both_spellings_and_abbreviations(index):
    assert found(index, "digitization") == found(index, "fiber") == ["HORIZON-EIC-2027-PATHFINDEROPEN"]
    assert found(index, "IoT") == ["18"]


def test_a_keyword_counts_more_than_the_title_of_the_parent_call(index):
    assert found(index, "pumps") == ["18", "17"]


@pytest.mark.parametrize(
    "name",
    ["HORIZON-CL5-2027-07-D3-15", "horizon cl5 2027 07 d3 15", "D3-15", "HORZON-CL5-2027-07-D3-15", "CL5-2027-7-D3-15"],
)
def test_an_identifier_may_be_cut_or_misspelt(index, name):
    assert found(index, name)[0] == "15"


def test_an_identifier_that_is_cut_finds_all_that_begin_so(index):
    assert len(found(index, "HORIZON-CL5-2027-07-D3-1")) == len(CALLS) - 1
    assert found(index, "pathfinder") == ["HORIZON-EIC-2027-PATHFINDEROPEN"]


@pytest.mark.parametrize(("words", "first"), [(("batery", "ships"), "10"), (("groundwatter",), "15")])
def test_a_misspelt_word_finds_what_has_the_nearest_and_is_told(index, words, first):
    sought = search_calls(index, Search(words))
    assert found(index, *words)[0] == first
    assert sought.guessed
    assert list(sought.missing) == [words[0]]


def test_of_nothing_found_it_is_said_which_word_no_call_has(index):
    sought = search_calls(index, Search(("zyxomat", "ships")))
    assert (sought.rows, dict(sought.missing)) == ([], {"zyxomat": ()})
    assert search_calls(index, Search(("ships", "groundwater"))).missing == {}


@pytest.mark.parametrize("word", ["welding", "electrolyse", "glass"])
def test_a_word_that_merely_looks_like_another_is_told_and_not_read_as_it(word):
    sought = search_calls(indexed([make(1, "Wellbeing on grass, electrons, and more")]), Search((word,)))
    assert (sought.rows, sought.guessed, list(sought.missing)) == ([], False, [word])


def test_of_three_words_that_no_call_has_all_of_those_with_most_are_shown_and_of_two_none():
    calls = [make(1, "pumps of steel"), make(2, "pumps of copper and glass"), make(3, "boats"), make(4, "pumps")]
    sought = search_calls(indexed(calls), Search(("pumps", "copper", "boats")))
    assert (sought.guessed, sought.partly, sought.missing) == (True, True, {})
    assert sought.rows == [1]
    two = search_calls(indexed(calls), Search(("copper", "boats")))
    assert (two.rows, two.guessed, two.partly) == ([], False, False)
    assert search_calls(indexed(calls), Search(("pumps", "copper", "boats"), phrase=True)).rows == []


def test_a_french_term_that_no_call_has_as_one_is_looked_for_word_by_word():
    calls = [make(1, "construction of houses of wood"), make(2, "timber"), make(3, "construction")]
    assert search_calls(indexed(calls), Search(("construction bois",))).rows == [0]


@pytest.mark.parametrize(
    ("word", "stem"), [("citties", "cities"), ("netwroks", "networks"), ("acelerators", "accelerator")]
)
def test_a_slip_is_known_in_every_form_of_a_word(word, stem):
    calls = [make(1, f"Of {stem}."), make(2, "Of ciders, nets and access.")]
    sought = search_calls(indexed(calls), Search((word,)))
    assert (sought.rows, sought.guessed) == ([0], True)


def test_a_french_term_finds_what_its_english_is_short_for():
    calls = [make(1, "Models of ML."), make(2, "Carbon capture by plants."), make(3, "Clusters of CCUS.")]
    assert search_calls(indexed(calls), Search(("apprentissage automatique",))).rows == [0]
    assert search_calls(indexed(calls), Search(("captage du carbone",))).rows == [1, 2]
    assert search_calls(indexed(calls), Search(("carbon", "capture"))).rows == [1, 2]


def test_the_sentence_that_matched_is_short_and_holds_the_words():
    call = make(1, "Nothing here. " + "Long " * 200 + "and a turbine here " + "tail " * 200 + ". A pump.")
    sought = search_calls(indexed([call]), Search(("turbines",)))
    sentence = sought.sentences([call])[call.identifier]
    assert "turbine" in sentence
    assert len(sentence) <= 240


@pytest.mark.parametrize(
    ("make_search", "said"),
    [
        (lambda: Search(("word",) * (MOST_WORDS + 1)), "at most 50 words"),
        (lambda: Search(("…",)), "holds no word"),
        (lambda: Search(("\u202e\x00",)), "holds no word"),
        (lambda: Search(phrase=True), "needs its words"),
    ],
)
def test_what_is_no_search_is_refused(make_search, said):
    with pytest.raises(UsageError, match=said):
        make_search()


@settings(max_examples=tries(60), deadline=None)
@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.text(max_size=8), max_size=2), st.booleans())
@example(["a-1", "\ud800b"], [], True)
@example(["the", "of"], ["l'"], False)
def test_no_search_is_an_unexpected_error(index, words, without, phrase):
    try:
        asked = Search(tuple(words), phrase, tuple(without))
    except UsageError:
        return
    rows = search_calls(index, asked).rows
    assert len(set(rows)) == len(rows)


# on the recorded listing


@pytest.fixture(scope="module")
def listing(request):
    """The recorded listing, indexed: in the short form the first pass, which other tests ask too, else both."""
    return either(short=lambda: open_index(request.getfixturevalue("recorded_once").home / "index"), long=both_passes)()


@has_a_long_form
def test_the_first_ten_hold_what_a_person_expects(listing):
    tried = tried_searches(listing)
    assert len(tried) >= 40
    assert mean_share(tried, "found") >= 0.95
    assert mean_share(tried, "by_fts5") <= mean_share(tried, "found")
