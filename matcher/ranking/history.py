"""The parts of a programme, and how often an institute won in each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.model import Profile


def programme_part(identifier: str) -> str:
    """The part of the programme that a topic identifier names: `HORIZON-CL5-2027-07-D3-28` is `CL5-D3`."""
    words = identifier.upper().split("-")
    if words[0] != "HORIZON" or len(words) < 2:
        return words[0]
    named = [word for word in words[2:] if not word.isdigit()]
    return f"{words[1]}-{named[0]}" if named else words[1]


def wins_by_part(profile: Profile) -> dict[str, int]:
    """How many past projects of a profile were won in each part of the programme."""
    return dict(Counter(programme_part(part.topic) for part in profile.parts if part.topic))
