"""Who may see and do what: one table, denied by default."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from matcher.model.role import Role


class Right(StrEnum):
    """What a page asks of who comes."""

    NOTHING = "nothing"  # the style sheet, the language: nothing of anybody
    READ = "read"  # calls, projects, the health of the watch
    INSTITUTE = "institute"  # an institute's list and profile
    DECIDE = "decide"  # for an institute
    NETWORK = "network"  # all institutes side by side
    OPERATE = "operate"  # the product itself


MAY = {
    Role.READER: {Right.READ, Right.INSTITUTE},
    Role.OFFICER: {Right.READ, Right.INSTITUTE, Right.DECIDE},
    Role.NETWORK: {Right.READ, Right.INSTITUTE, Right.NETWORK},
    Role.OPERATOR: {Right.READ, Right.INSTITUTE, Right.DECIDE, Right.NETWORK, Right.OPERATE},
}
"""Role → what it may; `Right.INSTITUTE` and `Right.DECIDE` hold for the person's own institutes (`Person.sees`)."""

_EVERYWHERE = {Role.NETWORK, Role.OPERATOR}


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks at a page: `name` is a subscriber's id, None of whoever has the machine, `role` of nobody known.

    `by_proxy` says that a proxy named him, so that signing out here would do nothing.
    """

    role: Role | None
    name: str | None = None
    institutes: frozenset[str] = frozenset()
    by_proxy: bool = False

    def may(self, right: Right, institute: str | None = None) -> bool:
        """Whether the person's role may do it, for this institute where one is meant."""
        if right is Right.NOTHING:
            return True
        return self.role is not None and right in MAY[self.role] and (institute is None or self.sees(institute))

    def sees(self, institute: str) -> bool:
        """Whether an institute's pages are this person's."""
        return self.role in _EVERYWHERE or institute in self.institutes

    def knows_persons_of(self, institute: str) -> bool:
        """Whether notes, and who decided for whom, are told: the network sees that an institute decided."""
        return self.role is not Role.NETWORK and self.sees(institute)


NOBODY = Person(None)
"""Whoever did not say who he is."""

OPERATOR = Person(Role.OPERATOR)
"""Whoever has the machine."""
