"""A question and its address: what is asked can be written down and read again, and a slip is told."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.errors import MatcherError, UsageError
from matcher.model.day import FIRST_DAY, LAST_DAY
from matcher.model.profile_parts import Profile
from matcher.model.question import FILTERS, MOST, STATUSES, CallFilter, Question
from matcher.model.searched import SORTS, Search
from matcher.model.terms import Audience
from tests.helpers.fuzz.harness import short

WORDS = st.text(min_size=1, max_size=12).filter(str.strip)
SEARCHED = st.lists(WORDS.filter(lambda word: any(c.isalnum() for c in word)), max_size=3).map(tuple)
SOME = st.lists(WORDS, max_size=3).map(tuple)
DAYS = st.none() | st.dates(FIRST_DAY, LAST_DAY)
VALUES = {
    "status": st.lists(st.sampled_from(sorted(STATUSES)), max_size=3),
    "audience": st.none() | st.sampled_from([audience.value for audience in Audience]),
    "day": DAYS,
    "words": SOME,
    "flag": st.booleans(),
}
FILTER = st.fixed_dictionaries(
    {one.name: VALUES["status" if one.name == "status" else one.kind] for one in FILTERS}
).filter(lambda words: not (words["decided"] and words["undecided"]))
QUESTIONS = st.builds(
    lambda words, **asked: Question(filter=CallFilter.of(**words), **asked),
    FILTER,
    about=st.none() | WORDS | st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    top=st.none() | st.integers(1, MOST),
    min_fit=st.none() | st.integers(0, 100),
    as_of=DAYS,
    explain=st.booleans(),
    search=st.builds(
        lambda words, phrase, without: Search(words, phrase and bool(words), without), SEARCHED, st.booleans(), SEARCHED
    ),
    sort=st.none() | st.sampled_from([sort for sort in SORTS if sort != "relevance"]),
    limit=st.none() | st.integers(1, MOST),
)


@given(QUESTIONS)
@example(Question())
def test_what_is_asked_is_read_from_its_address_again(question: Question) -> None:
    assert Question.from_query(question.to_query()) == question


def test_the_default_question_has_an_empty_address_and_a_draft_has_none() -> None:
    assert Question().to_query() == ""
    with pytest.raises(UsageError, match="save it as an institute"):
        Question(about=Profile("draft", "A draft", ())).to_query()


@given(st.text(max_size=60) | st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=4).map(urlencode))
@example("top=0")
@example("status=alive")
@example("deadline_before=2026-02-30")
@example("institute=brgm&text=soil")
@example("open_to=nobody")
def test_any_address_is_a_question_or_told_as_a_slip(query: str) -> None:
    try:
        Question.from_query(query)
    except MatcherError as error:
        short(error, 2_000)


def test_a_key_that_nothing_is_asked_by_is_told_with_the_near_one() -> None:
    with pytest.raises(UsageError, match="deadline_before"):
        Question.from_query("deadline_befor=2026-01-01")
    assert Question.from_query("as_of=2026-05-07").as_of == date(2026, 5, 7)
