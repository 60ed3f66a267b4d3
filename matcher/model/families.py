"""Calls of one call for proposals, shown together."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matcher.model.call import Call

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
