"""What somebody is in the network, and so what he may see and do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of a subscriber."""

    READER = "reader"  # reads what concerns his institutes
    OFFICER = "officer"  # and decides for them
    NETWORK = "network"  # reads of all institutes
    OPERATOR = "operator"  # has the machine: may do everything

    @property
    def decides(self) -> bool:
        """Whether calls can be kept and dismissed, for the institutes that are the person's."""
        return self in {Role.OFFICER, Role.OPERATOR}
