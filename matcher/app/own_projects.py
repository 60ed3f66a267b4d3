"""Which of CORDIS's projects are an institute's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.institute import Take

if TYPE_CHECKING:
    from matcher.model.institute import Institute
    from matcher.store.projects import Projects


def own_projects(kept: Projects, institute: Institute) -> dict[str, tuple[str, ...] | None]:
    """Number → the skills that select it, None where it is own anyhow: put in by hand, or of an entity taken whole.

    Newest first, by number.
    """
    by_hand = institute.by_hand
    whole = {number for numbers in kept.numbers_of(institute.pics(Take.ALL)).values() for number in numbers}
    return dict.fromkeys(sorted({*whole, *by_hand.add} - {*by_hand.drop}, reverse=True))
