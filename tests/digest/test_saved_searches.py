"""What saved searches bring into a mail, told as stories on a real store. Day 0 is a Monday."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.app.mails.mail_links import MailLinks
from matcher.digest.compose import compose
from matcher.digest.network_part import compose_network
from matcher.digest.subject_line import subject
from matcher.model.call import Deadline
from matcher.model.decision import Act, Owner
from matcher.model.language import Language
from matcher.model.searched import SavedSearch, Search
from matcher.model.subscription import Frequency, MailState
from matcher.present.words import Words
from tests.helpers.story import ANA, World, call, changed, day, told

WATER = SavedSearch("water", Search(("water",)))
ROCKS = SavedSearch("rocks", Search(("rocks",)))
GOOD = SavedSearch("good", Search(("good",)), threshold=60)

BEA = replace(ANA, identifier="bea", address="bea@example.org", institutes=(), searches=(WATER,))
BOTH = replace(ANA, searches=(WATER, ROCKS))


@pytest.fixture
def searching(world: World) -> World:
    """A and B hold water, B and C rocks."""
    world.finds = {WATER: ("B", "A"), ROCKS: ("B", "C"), GOOD: ("A", "B", "C")}
    world.show(call("A"), call("B"), call("C"), call("D"))
    return world


def test_who_has_searches_alone_is_told_what_they_find_once(searching: World) -> None:
    searching.fits = {"A": 3, "B": 3}
    digest = searching.morning(0, BEA)
    assert told(digest) == {"new": ["A", "B"]}
    assert digest.items[0].matches[0].sentence
    assert searching.morning(1, BEA) is None
    searching.finds[WATER] = ("E", "B", "A")
    searching.show(call("E"))
    assert told(searching.morning(2, BEA)) == {"new": ["E"]}


def test_a_call_that_an_institute_and_two_searches_bring_stands_once(searching: World) -> None:
    searching.fits = {"A": 10, "B": 70, "C": 10, "D": 10}
    digest = searching.morning(0, BOTH)
    assert told(digest) == {"new": ["B", "A", "C"]}
    named = {
        item.call.identifier: [m.search.name if m.search else m.institute for m in item.matches]
        for item in digest.items
    }
    assert {name: sorted(by) for name, by in named.items()} == {
        "A": ["water"],
        "B": ["brgm", "rocks", "water"],
        "C": ["rocks"],
    }


def test_a_threshold_is_asked_of_what_is_found(searching: World) -> None:
    searching.fits = {"A": 60, "B": 59, "C": 61}
    assert told(searching.morning(0, replace(BEA, searches=(GOOD,), threshold=99))) == {"new": ["C", "A"]}


def test_what_comes_above_the_threshold_by_a_fit_anew_is_told_as_that(searching: World) -> None:
    reader = replace(BEA, searches=(GOOD,))
    searching.fits = {"A": 70, "B": 50, "C": 50}
    searching.morning(0, reader)
    searching.fits["B"] = 65
    assert told(searching.morning(1, reader)) == {"above": ["B"]}


def test_what_is_found_by_words_alone_is_new_whenever_it_is_found(searching: World) -> None:
    searching.morning(0, BEA)
    searching.finds[WATER] = ("B", "A", *"CD")  # their texts came after they were listed
    assert told(searching.morning(1, BEA)) == {"new": ["C", "D"]}


def test_another_search_brings_what_it_finds_as_new(searching: World) -> None:
    searching.fits = {"A": 95, "B": 95, "C": 95}
    searching.morning(0, BEA)
    assert told(searching.morning(1, replace(BEA, searches=(WATER, GOOD)))) == {"new": ["C"]}


def test_what_was_told_is_followed_when_the_search_finds_it_no_more(searching: World) -> None:
    searching.morning(0, BEA)
    searching.finds[WATER] = ()
    searching.show(call("A", closes=90), call("C", closes=90))
    digest = searching.morning(1, BEA)
    assert told(digest) == {"changed": ["A"]}
    assert changed(digest) == [("A", "deadlines", "moved")]
    del searching.listing["B"]
    assert changed(searching.morning(2, BEA)) == [("B", "call", "withdrawn")]


def test_reminders_come_of_what_was_found(searching: World) -> None:
    searching.morning(0, BEA)
    digest = searching.morning(90, BEA)
    assert told(digest) == {"closing": ["A", "B"]}
    assert {item.reminder for item in digest.items} == {30}
    assert searching.morning(91, BEA) is None
    assert searching.morning(92, replace(BEA, reminders_of_kept=True, reminders=(30, 29, 28))) is None


def test_muted_and_dismissed_calls_stay_away(searching: World) -> None:
    searching.fetch(0)
    muting = replace(BEA, mute_calls=("a",))
    assert told(searching.composed(0, muting)) == {"new": ["B"]}
    inputs = replace(searching.inputs(0), muted={"B": "floods"})
    digest = compose(replace(BEA, mute_terms=("floods",)), inputs)
    assert told(digest) == {"new": ["A"]}
    assert [(one.call.identifier, one.term, one.by) for one in digest.away] == [("B", "floods", "mute")]
    searching.decide(0, Act.DISMISS, "A", "not our field", owner=Owner("bea", is_reader=True))
    assert told(searching.composed(0, BEA)) == {"new": ["B"]}


def test_what_the_institute_dismissed_no_search_of_its_readers_brings_back(searching: World) -> None:
    searching.fetch(0)
    searching.decide(0, Act.DISMISS, "A", "not our field")
    reader = replace(ANA, threshold=99, searches=(WATER,))
    assert told(searching.composed(0, reader)) == {"new": ["B"]}
    assert told(searching.composed(0, BEA)) == {"new": ["A", "B"]}  # she reads for no institute


def test_filters_of_the_institutes_stop_no_search_that_has_its_own(searching: World) -> None:
    reader = replace(ANA, programmes=("LIFE",), searches=(WATER,))
    assert told(searching.morning(0, reader)) == {"new": ["A", "B"]}
    assert {match.search for item in searching.composed(0, reader).items for match in item.matches} == {WATER}


def test_a_search_that_finds_nothing_above_its_threshold_lets_no_filter_through(searching: World) -> None:
    searching.fits = {"A": 55, "B": 55, "C": 55, "D": 55}
    assert searching.morning(0, replace(ANA, programmes=("LIFE",), searches=(GOOD,))) is None


def test_more_than_fits_is_left_for_the_next_mail(searching: World) -> None:
    reader = replace(BEA, most=1)
    digest = searching.morning(0, reader)
    assert told(digest) == {"new": ["B"]}  # first among what is found
    assert digest.left_out == 1
    assert told(searching.morning(1, reader)) == {"new": ["A"]}


def test_a_weekly_reader_and_a_mail_that_failed(searching: World) -> None:
    weekly = replace(BEA, frequency=Frequency.WEEKLY, weekday=2)
    assert searching.morning(0, weekly) is None
    assert told(searching.morning(2, weekly, end=MailState.FAILED)) == {"new": ["A", "B"]}
    assert told(searching.morning(9, weekly)) == {"new": ["A", "B"]}
    assert told(searching.morning(16, weekly)) == {}  # a weekly mail says that there is nothing


def test_the_network_gets_what_its_searches_find(searching: World) -> None:
    searching.fits = {"A": 3, "B": 3, "C": 3, "D": 3}
    searching.fetch(0)
    digest = compose_network(replace(BEA, institutes=("*",)), searching.inputs(0), set())
    assert told(digest) == {"new": ["A", "B"]}


def test_a_moved_deadline_is_told_once(searching: World) -> None:
    searching.morning(0, BEA)
    searching.show(call("A", deadlines=(Deadline(day(100)),)))
    assert told(searching.morning(1, BEA)) == {"changed": ["A"]}
    assert searching.morning(2, BEA) is None


@pytest.mark.parametrize(
    ("searches", "institutes", "language", "said"),
    [
        ((WATER,), (), Language.EN, "1 new call for “water”"),
        ((WATER,), (), Language.FR, "1 nouvel appel pour « water »"),
        ((WATER, ROCKS), (), Language.EN, "1 new call for 2 searches"),
        ((WATER, ROCKS), ("brgm",), Language.FR, "1 nouvel appel pour BRGM et 2 recherches"),
        ((WATER,), ("brgm", "cetim"), Language.EN, "1 new call for 2 institutes and “water”"),
    ],
)
def test_the_subject_says_whom_the_mail_is_for(
    world: World, searches: tuple, institutes: tuple, language: Language, said: str
) -> None:
    world.finds = dict.fromkeys(searches, ("A",))
    world.show(call("A"))
    world.fetch(0)
    reader = replace(ANA, searches=searches, institutes=institutes, language=language)
    assert subject(world.composed(0, reader), Words(language)) == said


def test_links_decide_for_the_institute_of_who_reads_for_one(searching: World) -> None:
    searching.fits = {"A": 3, "B": 95}
    searching.fetch(0)
    links = MailLinks("https://calls.example.org", b"key")

    def institutes(*own: str) -> set[str | None]:
        reader = replace(ANA, institutes=own, searches=(WATER,))
        made = [links.of_item(reader, item) for item in searching.composed(0, reader).items]
        return {links.read(one.keep.rpartition("/")[2], [reader]).institute if one else None for one in made}

    assert institutes("brgm") == {"brgm"}
    assert institutes() == {None}
    assert institutes("brgm", "cetim") == {"brgm", None}
