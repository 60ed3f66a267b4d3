"""The terms of entry on one line, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.model.language import Language
from matcher.model.terms import Name, Term, Terms, Who
from matcher.present import facts
from matcher.present.entry_words import _WHO, entry_rows, unknown_names
from matcher.present.facts import closed_line, terms_line
from matcher.present.words import Words
from tests.helpers.story import call


def with_terms(**values: object) -> Terms:
    return Terms.of(Term(Name(name), value, "a rule", "these words") for name, value in values.items())


@pytest.mark.parametrize(
    ("values", "english", "french"),
    [
        (
            {"who": Who.CONSORTIUM, "partners": 3, "rate": 100, "costs": "lump sum", "stages": 2},
            "consortium of 3+; 100% for you; lump sum; two stages",
            "consortium de 3 ou plus\u202f; 100\u202f% pour vous\u202f; forfait\u202f; deux étapes",
        ),
        ({"who": Who.RESEARCHER}, "a researcher with a host", "un chercheur avec un organisme d’accueil"),
        ({"stages": 1}, "—", None),
    ],
)
def test_a_line_says_what_is_known(values: dict[str, object], english: str, french: str | None) -> None:
    entered = replace(call("A"), terms=with_terms(**values))
    assert terms_line(entered) == english
    assert facts.terms(entered, Words(Language.EN)) == (english if english != "—" else None)
    assert facts.terms(entered, Words(Language.FR)) == french


def test_the_reason_of_what_is_closed() -> None:
    towns = replace(call("A"), terms=with_terms(who=Who.AUTHORITIES))
    assert closed_line(towns) == "public authorities only (a rule): “these words”"
    assert facts.closed(towns, Words(Language.EN)) == "not open to us: public authorities only"
    assert closed_line(call("B")) is None
    assert facts.closed(call("B"), Words(Language.FR)) is None


def test_everybody_who_may_apply_has_words() -> None:
    assert {*_WHO, Who.CONSORTIUM, Who.PROGRAMMES} == set(Who)


def test_each_term_has_a_name_and_a_value_in_the_readers_language() -> None:
    terms = with_terms(who=Who.CONSORTIUM, partners=4, company_rate=70, third_party_eur=60_000, control=True)
    rows = [(row.name, row.value.replace("\u202f", " ")) for row in entry_rows(terms, Words(Language.FR))]
    assert rows == [
        ("Qui peut candidater", "consortium de 4 ou plus"),
        ("Partenaires au moins", "4"),
        ("Taux pour les entreprises", "70 %"),
        ("À chacun de ces tiers au plus", "60 k€"),
        ("Sans contrôle étranger", "oui"),
    ]
    assert "Pages at most" in unknown_names(terms, Words(Language.EN))
    assert len(rows) + len(unknown_names(terms, Words(Language.EN))) == len(Name)
