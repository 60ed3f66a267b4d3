"""The network's lists tell a joint bid once, and again when others are in it; what stands is counted."""

from __future__ import annotations

from dataclasses import replace

from matcher.digest.item_view import Limits
from matcher.digest.network_news import after
from matcher.digest.network_part import JOINT, network_page, shown_lists
from matcher.model.decision import Act, Owner
from matcher.model.language import Language
from matcher.model.subscription import NETWORK, Digest, MailState
from matcher.present.words import Words
from tests.helpers.story import ANA, World, call

NET = replace(ANA, identifier="net", institutes=(NETWORK,), programmes=("LIFE",), language=Language.EN)
"""Its filter keeps every call out of the sections, so that the lists have them all."""

CETIM = Owner("cetim")


def joint(digest: Digest | None) -> tuple[list[str], int]:
    """The joint bids that a mail tells, and how many stand."""
    assert digest is not None
    assert digest.network is not None
    return [item.call.identifier for item in digest.network.joint], digest.network.before.joint


def shared(world: World, *names: str) -> None:
    """Calls that suit both institutes."""
    world.show(*(call(name) for name in names))
    world.shared = len(world.listing)


def test_a_joint_bid_is_told_once_and_counted_from_then_on(world: World) -> None:
    shared(world, "A", "B")
    assert joint(world.morning(0, NET)) == (["A", "B"], 0)
    assert joint(world.morning(1, NET)) == ([], 2)
    shared(world, "C")
    assert joint(world.morning(2, NET)) == (["C"], 2)
    assert joint(world.morning(3, NET)) == ([], 3)


def test_it_is_told_again_when_others_are_in_it_or_keep_it_and_not_when_they_leave(world: World) -> None:
    world.show(call("A"))
    world.shared = 1
    assert joint(world.morning(0, NET)) == (["A"], 0)
    world.decide(0, Act.KEEP, "A")
    assert joint(world.morning(1, NET)) == (["A"], 0)
    assert joint(world.morning(2, NET)) == ([], 1)
    world.decide(2, Act.DISMISS, "A", owner=CETIM)
    assert joint(world.morning(3, NET)) == ([], 0)  # one institute is no joint bid
    world.decide(3, Act.KEEP, "A", owner=CETIM)
    assert joint(world.morning(4, NET)) == (["A"], 0)


def test_a_mail_that_never_came_told_nothing(world: World) -> None:
    shared(world, "A")
    assert joint(world.morning(0, NET, end=MailState.FAILED)) == (["A"], 0)
    assert joint(world.morning(1, NET)) == (["A"], 0)


def test_what_the_first_mail_has_no_room_for_is_counted_and_later_news_wait(world: World) -> None:
    shared(world, *(f"A{n:02}" for n in range(JOINT + 3)))
    told, rest = joint(world.morning(0, NET))
    assert (len(told), rest) == (JOINT, 3)
    assert joint(world.morning(1, NET)) == ([], JOINT + 3)
    shared(world, *(f"B{n:02}" for n in range(JOINT + 2)))
    first, _ = joint(world.morning(2, NET))
    second, _ = joint(world.morning(3, NET))
    assert (len(first), len(second)) == (JOINT, 2)
    assert {name[0] for name in (*first, *second)} == {"B"}


def test_what_nobody_saw_or_keeps_is_told_once_too(world: World) -> None:
    world.show(call("A"), call("B"))
    world.decide(-1, Act.KEEP, "Z")
    first = world.morning(0, NET)
    second = world.morning(1, NET)
    assert first is not None
    assert first.network is not None
    assert second is not None
    assert second.network is not None
    assert [item.call.identifier for item in first.network.unseen] == ["B"]  # A is a joint bid
    assert (second.network.unseen, second.network.before.unseen) == ((), 1)


def test_only_what_the_mail_has_room_for_counts_as_told(world: World) -> None:
    shared(world, "A", "B", "C")
    world.fetch(0)
    digest = world.composed(0, NET)
    assert digest.network is not None
    assert digest.standing is not None
    cut = shown_lists(digest.network, Limits(items=2))
    assert set(after(digest.standing, cut).network or {}) == {"A", "B"}


def test_the_count_names_the_command_that_lists_them(world: World) -> None:
    shared(world, "A", "B")
    world.morning(0, NET)
    for language, said in (
        (Language.EN, "2 more stand as before: `matcher bids --top 2` lists all."),
        (Language.FR, "`matcher bids --top 2`"),
    ):
        digest = world.composed(1, replace(NET, language=language))
        assert digest.network is not None
        page = network_page(digest, digest.network, Words(language), Limits())
        assert page.joint == ()
        assert said in (page.joint_before or "")
