"""Calls that come above a reader's threshold by a fit anew: told apart, at most five, once; what is new is not lost."""

from __future__ import annotations

from dataclasses import replace

from matcher.digest.compose import compose
from matcher.digest.notices import notices
from matcher.model.call import Deadline
from matcher.model.language import Language
from matcher.model.match import Group
from matcher.model.subscription import MailState
from matcher.present.words import Words
from tests.helpers.story import ANA, World, call, day, told

MANY = [f"L{n}" for n in range(8)]


def test_what_scores_higher_without_having_changed_is_not_new(world: World) -> None:
    world.fits = {"B": 5}
    world.show(call("A"), call("B"))
    assert told(world.morning(0)) == {"new": ["A"]}
    world.fits = {"B": 60}
    world.show(call("C"))
    assert told(world.morning(1)) == {"new": ["C"], "above": ["B"]}
    assert world.morning(2) is None


def test_at_most_five_are_told_once_and_the_others_are_counted(world: World) -> None:
    world.fits = dict.fromkeys(MANY, 5)
    world.show(call("A"), *map(call, MANY))
    world.morning(0)
    world.fits = {name: 60 + n for n, name in enumerate(MANY)}
    digest = world.morning(1)
    assert told(digest) == {"above": ["L7", "L6", "L5", "L4", "L3"]}
    assert digest.above_left == 3
    assert world.morning(2) is None
    world.show(call("L0", deadlines=(Deadline(day(200)),)))  # it changed: what it is now is new to the reader
    assert told(world.morning(3)) == {"new": ["L0"]}


def test_the_section_takes_no_room_from_what_is_new(world: World) -> None:
    reader = replace(ANA, most=2)
    world.fits = dict.fromkeys(MANY[:2], 5)
    world.show(call("A"), *map(call, MANY[:2]))
    world.morning(0, reader)
    world.fits = dict.fromkeys(MANY[:2], 99)
    world.show(call("B"), call("C"), call("D"))
    digest = world.morning(1, reader)
    assert told(digest) == {"new": ["B", "C"], "above": ["L0", "L1"]}
    assert digest.left_out == 1
    assert told(world.morning(2, reader)) == {"new": ["D"]}


def test_what_was_left_out_filtered_or_muted_is_new_when_it_comes(world: World) -> None:
    reader = replace(ANA, most=1, mute_calls=("M",), programmes=("HORIZON",))
    world.show(call("A"), call("B"), call("M"), call("P", programme="LIFE"))
    assert told(world.morning(0, reader)) == {"new": ["A"]}
    assert told(world.morning(1, reader)) == {"new": ["B"]}
    assert told(world.morning(2, replace(ANA, most=9))) == {"new": ["M", "P"]}


def test_a_reader_who_asks_for_more_gets_it_as_new(world: World) -> None:
    world.fits = {"B": 30}
    world.show(call("A"), call("B"))
    assert told(world.morning(0, replace(ANA, threshold=50))) == {"new": ["A"]}
    assert told(world.morning(1, replace(ANA, threshold=20))) == {"new": ["B"]}


def test_what_a_mail_told_that_failed_for_good_is_new_again(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.show(call("B"))
    assert told(world.morning(1, end=MailState.FAILED)) == {"new": ["B"]}
    assert told(world.morning(2)) == {"new": ["B"]}


def test_what_fell_below_the_threshold_is_followed_all_the_same(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.fits = {"A": 3}
    world.show(call("A", deadlines=(Deadline(day(90)),)))
    assert told(world.morning(1)) == {"changed": ["A"]}


def test_the_first_mail_after_the_upgrade_says_that_fit_means_something_else(world: World) -> None:
    world.standings, world.fits = False, {"B": 5}
    world.show(call("A"), call("B"))
    assert not world.morning(0).fit_is_new
    world.standings, world.fits = True, {"B": 60}
    digest = world.morning(1)
    assert told(digest) == {"above": ["B"]}
    assert digest.fit_is_new
    for language in Language:
        reader = replace(digest, subscriber=replace(ANA, language=language))
        (notice,) = notices(reader, Words(language))
        assert notice.text.count(". ") == 1
        assert not notice.fault
    world.show(call("C"))
    assert not world.morning(2).fit_is_new


def test_what_is_open_to_any_science_stands_apart_and_pushes_nothing_out(world: World) -> None:
    world.show(call("A"), call("ERC"))
    world.fetch(0)
    inputs = world.inputs(0)
    broad = [replace(m, group=Group.BROAD) if m.call.identifier == "ERC" else m for m in inputs.matches["brgm"]]
    both = replace(inputs, matches={"brgm": [replace(m, fit=99 if m.group is Group.BROAD else 60) for m in broad]})
    assert told(compose(ANA, both)) == {"new": ["A"], "broad": ["ERC"]}
    assert told(compose(replace(ANA, most=1), both)) == {"new": ["A"]}
