"""What of the network's lists a reader was told: a joint bid is told once, and again when others are in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.subscription import Item

if TYPE_CHECKING:
    from matcher.digest.inputs import Inputs
    from matcher.model.subscription import NetworkView, Standing

Marks = Callable[[Item], frozenset[str]]
"""What a list tells of a call, as short words that are kept: it is told anew when there are others."""


def joint_marks(item: Item) -> frozenset[str]:
    """Whom the call suits, and who follows it."""
    suited = {match.institute for match in item.matches}
    return frozenset(suited | {f"{one.owner.name} follows" for one in item.decisions if one.is_followed})


def unseen_marks(_: Item) -> frozenset[str]:
    """That a call is in nobody's mail."""
    return frozenset({"unseen"})


def untaken_marks(_: Item) -> frozenset[str]:
    """That a call suits several and that nobody follows it."""
    return frozenset({"untaken"})


def told_before(inputs: Inputs) -> Mapping[str, frozenset[str]] | None:
    """What earlier mails told of the calls that are live; None before the first that kept it."""
    if inputs.standing is None or inputs.standing.network is None:
        return None
    matches = (match for key in inputs.network for match in inputs.matches[key])
    live = {match.call.identifier for match in matches if match.call.is_live(inputs.day)}
    return {call: marks for call, marks in inputs.standing.network.items() if call in live}


def added(
    told: Mapping[str, frozenset[str]], lists: Iterable[tuple[Iterable[Item], Marks]]
) -> dict[str, frozenset[str]]:
    """What is told once these items were, too."""
    found = dict(told)
    for items, marks in lists:
        for item in items:
            name = item.call.identifier
            found[name] = found.get(name, frozenset()) | marks(item)
    return found


def after(standing: Standing, view: NetworkView) -> Standing:
    """The standing once a mail has shown these lists."""
    lists = ((view.joint, joint_marks), (view.unseen, unseen_marks), (view.untaken, untaken_marks))
    return replace(standing, network=added(standing.network or {}, lists))
