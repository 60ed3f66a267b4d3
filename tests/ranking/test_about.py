"""Calls that are about a term: by their title, by a main term, in either language; and what an excluded one does."""

from __future__ import annotations

import pytest

from matcher.model.question import CallFilter
from matcher.ranking.scores.about import calls_about
from matcher.ranking.scores.matching import Depth, best_matches, kept_away, place, suiting
from tests.helpers.corpus import SUBJECTS, TODAY, call, indexed, profile, scored_of, some_calls

ANY = CallFilter(status=frozenset())
LONG = "\n".join(f"{subject} and further work on it in {n} regions" for n, subject in enumerate(SUBJECTS))


def about(calls, *terms):
    index = indexed(calls, profile("photonics"))
    return {index.call(row).title: term for row, term in calls_about(index, terms).items()}


@pytest.mark.parametrize(
    ("title", "term", "is_about"),
    [
        ("Safety of nuclear reactors", "nuclear", True),
        ("Recycling of metals at sea", "metal recycling", True),
        ("Power electronics for wind-assisted ships", "wind power", False),
        ("Safety of nuclear reactors", "nucléaire", True),
        ("Energy storage for islands", "stockage d'énergie", True),
        ("Sensors for ships", "zyxomatic", False),
        ("Sensors for ships", "the", False),
    ],
)
def test_a_title_with_the_words_side_by_side_is_about_them(title, term, is_about):
    filling = call(2, "nuclear wind power metal recycling energy storage")
    assert (title in about([call(1, LONG, title=title), filling], term)) is is_about


def test_a_main_term_of_the_text_is_enough_and_a_word_in_passing_is_not():
    heavy = call(1, "tidal turbines, tidal currents, tidal range; " * 5, title="Energy from the sea")
    passing = call(2, f"{LONG}\nAlso tidal works.", title="Many things")
    assert about([heavy, passing, *some_calls()], "tidal") == {"Energy from the sea": "tidal"}


def test_an_excluded_subject_goes_everywhere_and_is_told():
    calls = [*some_calls(), call(40, SUBJECTS[5], title="Gene therapy for all")]
    index = indexed(calls, profile(SUBJECTS[5], exclude=("therapy",)))
    scored, row = scored_of(index, "one"), index.row(calls[-1].identifier)
    assert row not in {index.row(m.call.identifier) for m in best_matches(scored, ANY, TODAY, Depth(50))}
    assert scored.fits()[row] == 0
    assert row not in suiting(scored, 0)
    assert place(scored, ANY, TODAY, row, top=5).away == "therapy"
    assert place(scored, ANY, TODAY, row, top=5).match.rank == 0
    told = {one.call.identifier: one.term for one in kept_away(scored, ANY, TODAY, 0)}
    assert told[calls[-1].identifier] == "therapy"
    assert kept_away(scored, ANY, TODAY, 101) == ()


def test_a_pinned_call_is_shown_whatever_is_excluded():
    calls = [*some_calls(), call(40, SUBJECTS[5], title="Gene therapy for all")]
    index = indexed(calls, profile(SUBJECTS[5], exclude=("therapy",), pin=("gene therapy",)))
    scored = scored_of(index, "one")
    assert calls[-1].identifier in {m.call.identifier for m in best_matches(scored, ANY, TODAY, Depth(50))}
    assert calls[-1].identifier not in {one.call.identifier for one in kept_away(scored, ANY, TODAY, 0)}
