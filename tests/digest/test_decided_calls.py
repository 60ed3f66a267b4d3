"""What is decided bears on every mail: dismissed calls go, kept ones come first, given ones arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.digest.inputs import for_subscriber
from matcher.digest.item_view import decided_text
from matcher.digest.network_part import SEVERAL, _untaken, compose_network
from matcher.model.call import Deadline, Section
from matcher.model.decision import Act, Owner
from matcher.model.language import Language
from matcher.model.subscription import Frequency, MailSection, Subscriber
from matcher.present.words import Words
from matcher.text.alike import likeness
from tests.helpers.story import ANA, World, call, changed, day, told

BEA = replace(ANA, identifier="bea", address="bea@example.org", programmes=("LIFE",), threshold=100)
"""A reader whose filters let nothing through."""

NETWORK = Subscriber("all", "All", "all@example.org", institutes=("*",), frequency=Frequency.DAILY, threshold=50)


def test_what_an_institute_dismissed_is_gone_with_its_changes_even_where_readers_resurface(world: World) -> None:
    resurfacing = replace(ANA, resurface=True)
    world.show(call("A", closes=40), call("B"))
    assert told(world.morning(0, resurfacing)) == {"new": ["A", "B"]}
    world.decide(0, Act.DISMISS, "A", "no capacity")
    world.show(call("A", closes=45))
    assert world.morning(1, resurfacing) is None
    world.decide(1, Act.KEEP, "A")
    assert told(world.morning(2, resurfacing)) == {"kept": ["A"]}


def test_what_one_institute_dismissed_stays_for_the_other_of_the_same_reader(world: World) -> None:
    both = replace(ANA, institutes=("brgm", "cetim"))
    world.show(call("A"))
    world.decide(-1, Act.DISMISS, "A")
    digest = world.morning(0, both)
    assert [[match.institute for match in item.matches] for item in digest.items] == [["cetim"]]


def test_what_is_kept_has_a_section_of_its_own_with_changes_first(world: World) -> None:
    names = ("A", "B", "C", "D")
    world.show(*(call(name) for name in names), call("E", closes=31))
    world.fits = {"D": 10}
    assert "D" not in told(world.morning(0))["new"]
    for name in names:
        world.decide(0, Act.KEEP, name)
    world.decide(0, Act.ASSIGN, "E", "Some lab")
    world.show(call("B", grants=4), call("C", closes=100))
    digest = world.morning(1)
    assert told(digest) == {"kept": ["C", "B", "E", "D"]}  # deadline moved, grants, due, never told
    assert changed(digest)[0][:2] == ("C", "deadlines")
    assert digest.items[2].reminder == 30
    assert world.morning(2) is None


def test_reminders_of_kept_calls_only(world: World) -> None:
    quiet = replace(ANA, reminders_of_kept=True)
    world.show(call("A", closes=40), call("B", closes=40))
    world.morning(0, quiet)
    world.decide(0, Act.STATE, "A", "preparing")
    assert told(world.morning(10, quiet)) == {"kept": ["A"]}


def test_who_is_given_a_call_gets_it_whatever_his_filters_are(world: World) -> None:
    world.show(call("A"))
    assert world.morning(0, BEA) is None
    world.decide(0, Act.ASSIGN, "A", "bea")
    assert told(world.morning(1, BEA)) == {"kept": ["A"]}
    assert world.morning(2, BEA) is None
    other = replace(BEA, identifier="cleo", institutes=("cetim",))
    world.decide(2, Act.ASSIGN, "A", "cleo")
    assert told(world.morning(3, other)) == {"kept": ["A"]}


def test_who_was_told_of_a_call_is_told_that_it_is_his(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.decide(1, Act.ASSIGN, "A", "ana")
    assert told(world.morning(2)) == {"kept": ["A"]}
    assert world.morning(3) is None


def test_the_calls_of_one_who_is_absent_are_shown_to_the_others(world: World) -> None:
    world.show(call("A"))
    world.decide(-1, Act.ASSIGN, "A", "ana")
    assert world.morning(0, BEA) is None
    world.absent = frozenset({"ana"})
    assert told(world.morning(1, BEA)) == {"kept": ["A"]}


def test_a_dismissed_call_that_becomes_another_one_is_new_and_told_as_such(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.decide(0, Act.DISMISS, "A", "not our field")
    world.show(call("A", sections=(Section("Scope", "Rocks that are warm, and stones. " * 20),)))
    assert world.morning(1) is None
    other = {"title": "Pigs", "sections": (Section("Scope", "Pigs fly over farms and fields. " * 20),)}
    world.show(call("A", **other))
    digest = world.morning(2)
    assert told(digest) == {"new": ["A"]}
    assert changed(digest) == [("A", "subject", "changed")]
    assert world.morning(3) is None


def test_the_network_sees_what_institutes_decided(world: World) -> None:
    world.show(call("A"), call("B"))
    world.decide(-1, Act.KEEP, "A")
    world.decide(-1, Act.DISMISS, "A", "no capacity", owner=Owner("cetim"))
    world.fetch(0)
    digest = compose_network(NETWORK, for_subscriber(world.inputs(0), world.store, NETWORK), ())
    (item,) = digest.of(MailSection.KEPT)
    said = decided_text(item.decisions, digest, Words(Language.EN))
    assert said == "1 institute keeps it (BRGM); cetim: dismissed: no capacity"
    own = decided_text(item.decisions, world.composed(0), Words(Language.EN))
    assert own == "kept (bea, 31 May); cetim: dismissed: no capacity"
    assert [match.institute for match in item.matches] == ["brgm"]


def test_what_suits_several_and_nobody_keeps_is_told_to_the_network(world: World) -> None:
    world.show(call("A"), call("B"))
    world.fetch(0)
    told_before = {"A", "B"}
    everyone = world.inputs(0)
    matches = {
        name: [replace(m, institute=name) for m in everyone.matches["brgm"]] for name in ("brgm", "cetim", "leti")
    }
    quiet = replace(NETWORK, programmes=("LIFE",))
    for decides in (False, True):
        if decides:
            world.decide(-1, Act.KEEP, "B")
        inputs = for_subscriber(replace(world.inputs(0), matches=matches), world.store, quiet)
        view = compose_network(quiet, inputs, told_before).network
        assert [item.call.identifier for item in view.untaken] == []  # two of two are joint bids
    more = {f"C{n}": call(f"C{n}") for n in range(12)}
    world.show(*more.values())
    world.fetch(1)
    wide = {name: [replace(m, institute=name) for m in world.inputs(1).matches["brgm"]] for name in matches}
    inputs = for_subscriber(replace(world.inputs(1), matches=wide), world.store, quiet)
    view = compose_network(quiet, inputs, {*more, *told_before}).network
    assert view.joint[0].call.identifier == "B" or len(view.joint) == 10
    assert len(view.untaken) == 14 - 10


def test_what_nobody_keeps_stands_by_its_next_deadline(world: World) -> None:
    world.show(call("A", closes=20), call("B", deadlines=(Deadline(day(3), 1), Deadline(day(90), 2))))
    world.fetch(0)
    suited = {match.call.identifier: [match] * SEVERAL for match in world.inputs(0).matches["brgm"]}
    assert _untaken(suited, {"A": 0, "B": 0}, (), day(0)) == ["B", "A"]


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [("warm rocks", "warm rocks", 1, 1), ("warm rocks", "flying pigs", 0, 0), ("", "", 1, 1), ("a rock", "", 0, 0)],
)
def test_likeness_of_texts(one: str, other: str, least: float, most: float) -> None:
    assert least <= round(likeness(one, other), 6) <= most
