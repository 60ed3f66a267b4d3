"""Money that several topics share is said to be shared wherever it is shown, and is a field of its own in files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matcher.model.language import Language
from matcher.model.searched import order_of
from matcher.present import facts
from matcher.present.call_rows import call_row
from matcher.present.records import call_record
from matcher.present.words import Words
from tests.helpers.corpus import TODAY, some_calls

ALONE = replace(next(iter(some_calls())), budget_eur=36_000_000, budget_shared_by=None)
SHARED = replace(ALONE, identifier="SHARED", budget_eur=90_000_000, budget_shared_by=18)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (facts.TERMINAL, "90 M€ shared by 18 topics"),
        (Words(Language.FR, terse=True), "90 M€ à partager entre 18 sujets"),
        (Words(Language.EN), "€90M shared by 18 topics"),
    ],
)
def test_a_line_and_a_page_say_that_it_is_shared(words, said):
    assert facts.budget(SHARED, words) == said
    assert said in facts.facts_line(SHARED, words)
    assert said in facts.funding(SHARED, words)
    assert facts.budget(ALONE, words) == words.money(36_000_000)


@pytest.mark.parametrize("shape", [call_record, call_row])
def test_files_have_a_field_of_its_own(shape):
    row = shape(SHARED, TODAY)
    assert (row["budget_eur"], row["budget_shared_by"]) == (90_000_000, 18)
    assert shape(ALONE, TODAY)["budget_shared_by"] is None


def test_most_money_first_counts_the_share_of_each_topic():
    unknown = replace(ALONE, identifier="UNKNOWN", budget_eur=None)
    assert sorted([unknown, SHARED, ALONE], key=order_of("budget", date(2026, 5, 7))) == [ALONE, SHARED, unknown]
