"""Calls that are shown together: those of one call for proposals, those of one part of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from matcher.model.parts import PartKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matcher.model.call import Call
    from matcher.model.parts import Part

GROUPS = ("part",)
"""What a list can be grouped by."""

Thing = TypeVar("Thing")


def families(things: Iterable[Thing], call_of: Callable[[Thing], Call]) -> list[tuple[Thing, ...]]:
    """What is listed, by the call for proposals that it belongs to: each family where its first one stands.

    A call of which no call for proposals is known is a family of its own.
    """
    found: dict[str, list[Thing]] = {}
    for thing in things:
        call = call_of(thing)
        found.setdefault(call.call_id or f"\0{call.identifier}", []).append(thing)
    return [tuple(members) for members in found.values()]


def by_part(things: Iterable[Thing], call_of: Callable[[Thing], Call]) -> list[tuple[Part | None, tuple[Thing, ...]]]:
    """What is listed, by the part of a programme that it is told under: each part where its first one stands.

    Calls of which no programme is known come last, under None.
    """
    found: dict[Part | None, list[Thing]] = {}
    for thing in things:
        found.setdefault(told_under(call_of(thing)), []).append(thing)
    unknown = found.pop(None, [])
    groups: list[tuple[Part | None, tuple[Thing, ...]]] = [(part, tuple(members)) for part, members in found.items()]
    return [*groups, (None, tuple(unknown))] if unknown else groups


def told_under(call: Call) -> Part | None:
    """The one part that a call is told under: a mission, cluster or partnership, else the widest part that is no
    pillar (EIC, ERC, LIFE's strands), else the pillar or the programme; None where nothing is known.
    """
    for kinds in _TELLING:
        for part in call.parts:
            if part.kind in kinds:
                return part
    return None


_TELLING = (
    {PartKind.MISSION},
    {PartKind.CLUSTER},
    {PartKind.PARTNERSHIP},  # those that call in a cluster are told under the cluster
    {PartKind.SCHEME, PartKind.STRAND},
    {PartKind.PILLAR},
    {PartKind.PROGRAMME},
)
