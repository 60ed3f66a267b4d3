"""Searches that name a part of a programme, alone or beside a subject: what is in the part comes first."""

from __future__ import annotations

import pytest

from matcher.config.part_file import packaged_parts
from matcher.model.call import Call, Section
from matcher.model.searched import Search
from matcher.ranking.build import build
from matcher.ranking.call_words import search_calls
from tests.helpers.corpus import META, NOW

TABLE = packaged_parts()
D2, D3, D4 = (f"HORIZON-CL5-2027-0{n}-D{n}-01" for n in (2, 3, 4))
SOIL, SEALED = "HORIZON-MISS-2027-05-SOIL-01", "HORIZON-MISS-2027-05-SOIL-02"
EIC, LIFE = "HORIZON-EIC-2027-ACCELERATOR-01", "LIFE-2027-CET-01"
INDUSTRY, CARE = "HORIZON-CL4-2027-01-MAT-01", "HORIZON-HLTH-2027-01-CARE-01"

TEXTS = {
    D2: "Pumps of hydrogen, a cluster of 5.",
    D3: "Of cells. Of hydrogen once.",
    D4: "Of wind.",
    SOIL: "Hydrogen in the ground.",
    SEALED: "Sealed ground.",
    EIC: "A cluster of 5 makers of hydrogen.",
    LIFE: "The life of pumps.",
    INDUSTRY: "The life cycle of pumps, and their health; a mission.",
    CARE: "Pumps.",
}


@pytest.fixture(scope="module")
def index():
    calls = [
        TABLE.placed(Call(name, "A topic", programme=name.partition("-")[0], sections=(Section("Scope", text),)))
        for name, text in TEXTS.items()
    ]
    return build(calls, (), now=NOW, meta={**META, "part_table": TABLE.to_json()})


def found(index, words: str, **how: object) -> list[str]:
    return [index.call(row).identifier for row in search_calls(index, Search((words,), **how)).rows]


@pytest.mark.parametrize(
    ("words", "inside", "others"),
    [
        ("cluster 5 hydrogen", {D2, D3}, [EIC]),
        ("hydrogen in the cluster 5?", {D2, D3}, [EIC]),
        ("hydrogène pôle 5", {D2, D3}, [EIC]),
        ("soil mission hydrogen", {SOIL}, []),
        ("hydrogène mission sols", {SOIL}, []),
        ("the soil mission", {SOIL, SEALED}, []),
        ("eic hydrogen", {EIC}, []),
    ],
)
def test_what_is_in_a_part_and_holds_the_subject_comes_first(index, words, inside, others):
    names = found(index, words)
    assert (set(names[: len(inside)]), names[len(inside) :]) == (inside, others)


@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        ("clustr 5 hydrogen", "cluster 5 hydrogen"),
        ("mision soil", "mission soil"),
        ("eic acelerator", "eic accelerator"),
        ("soil misson hydrogen", "soil mission hydrogen"),
    ],
)
def test_a_misspelt_name_is_read_as_the_part_and_told(index, words, spelt):
    assert found(index, words) == found(index, spelt) != []
    assert search_calls(index, Search((words,))).guessed


def test_a_name_of_ordinary_words_is_one_beside_others_only_in_capitals(index):
    assert found(index, "health pumps") == [INDUSTRY]
    assert found(index, "cluster 1 pumps") == [CARE]
    assert found(index, "life cycle") == [INDUSTRY]
    assert found(index, "LIFE pumps") == [LIFE, INDUSTRY]
    assert found(index, "mission cycle") == [INDUSTRY]
    assert found(index, "if pumps") == found(index, "pumps")


def test_what_must_not_be_there_is_not_whatever_part_it_is_in(index):
    assert found(index, "soil mission", without=("hydrogen",)) == [SEALED]
    assert set(found(index, "cluster 5 hydrogen", without=("cells",))) == {D2, EIC}


def test_a_phrase_is_no_name(index):
    assert found(index, "cluster 5 hydrogen", phrase=True) == []


def test_the_sentence_holds_the_subject(index):
    sought = search_calls(index, Search(("cluster 5 hydrogen",)))
    assert sought.sentences([index.call(index.row(D3))]) == {D3: "Of hydrogen once."}
