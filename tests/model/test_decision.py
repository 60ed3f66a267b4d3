"""What stands of acts on a call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from matcher.errors import UsageError
from matcher.model.decision import (
    Act,
    Application,
    Cause,
    Decided,
    Entry,
    Owner,
    application_of,
    cause_of,
    checked_name,
    checked_text,
    standing,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BRGM = Owner("brgm")


def acts(*told: tuple[object, ...]) -> list[Entry]:
    """Each an act, its value, and `undo` where it takes one back."""
    return [
        Entry(BRGM, "A", act, NOW + timedelta(hours=n), *rest[:1], by=f"p{n}", undone="undo" in rest, version=n)
        for n, (act, *rest) in enumerate(told)
    ]


def test_the_later_of_two_stands() -> None:
    found = standing(acts((Act.KEEP,), (Act.DISMISS, "too late")))
    assert (found.act, found.reason, found.by, found.version) == (Act.DISMISS, Cause.TOO_LATE, "p1", 1)
    assert found.is_dismissed
    assert not found.is_followed


def test_of_two_at_the_same_moment_the_one_that_was_kept_later_stands() -> None:
    both = [Entry(BRGM, "A", act, NOW) for act in (Act.DISMISS, Act.KEEP)]
    assert standing(both).act is Act.KEEP
    assert standing(both[::-1]).act is Act.DISMISS


def test_what_is_taken_back_leaves_what_was_before() -> None:
    assert standing(acts((Act.KEEP,), (Act.DISMISS, None), (Act.DISMISS, None, "undo"))).act is Act.KEEP
    assert standing(acts((Act.DISMISS, None), (Act.DISMISS, "too late"), (Act.DISMISS, None, "undo"))) is None
    assert standing(acts((Act.ASSIGN, "a"), (Act.ASSIGN, "b"), (Act.ASSIGN, None, "undo"))) is None
    steps = acts((Act.STATE, "preparing"), (Act.STATE, "applied"), (Act.STATE, None, "undo"))
    assert standing(steps).state is Application.PREPARING
    notes = standing(acts((Act.NOTE, "one"), (Act.NOTE, "two"), (Act.NOTE, None, "undo"))).notes
    assert [note.text for note in notes] == ["one"]


def test_who_assigns_or_applies_wants_a_dismissed_call_after_all() -> None:
    for act in ((Act.ASSIGN, "ana"), (Act.STATE, "preparing")):
        assert standing(acts((Act.DISMISS, None), act)).is_followed
    assert standing(acts((Act.DISMISS, None), (Act.ASSIGN, "ana"), (Act.ASSIGN, None, "undo"))).is_dismissed


def test_a_note_alone_decides_nothing() -> None:
    found = standing(acts((Act.NOTE, "ask Paul")))
    assert not found.is_made
    assert [(note.text, note.by) for note in found.notes] == [("ask Paul", "p0")]


def test_a_day_that_is_replayed_knows_no_later_act() -> None:
    entries = [Entry(BRGM, "A", Act.KEEP, NOW), Entry(BRGM, "A", Act.DISMISS, NOW + timedelta(days=1))]
    entries.append(Entry(Owner("ana", is_reader=True), "A", Act.DISMISS, NOW))
    then, later = (Decided.on(entries, date(2026, 6, day)) for day in (1, 2))
    assert then.of("brgm/Some lab")["A"].act is Act.KEEP
    assert later.of("brgm")["A"].is_dismissed
    assert [one.owner for one in later.about("A")] == [BRGM]
    assert later.of_reader("ana")["A"].is_dismissed
    assert (later.calls(), later.calls("ana")) == ({"A"}, set())


@pytest.mark.parametrize("word", ["not-our-field", "NOT OUR_FIELD", "hors domaine", "  Pas notre  domaine"])
def test_a_reason_in_any_spelling(word: str) -> None:
    assert cause_of(word) is Cause.NOT_OUR_FIELD


def test_a_word_that_means_nothing_names_near_ones() -> None:
    with pytest.raises(UsageError, match="did you mean no capacity"):
        cause_of("no capcity")
    with pytest.raises(UsageError, match="there are preparing, applied, won, lost"):
        application_of("xyz")
    assert application_of("gagné") is Application.WON


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\x00b", "a\u202eb", "a\x1b[1m"])
def test_a_text_that_no_person_types_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        checked_text(text, "note")


def test_a_text_may_have_lines_and_a_name_has_one() -> None:
    assert checked_text(" a\nb ", "note") == "a\nb"
    assert checked_name("Ana\n Petit", "name") == "Ana Petit"
