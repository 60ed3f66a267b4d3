"""Which of CORDIS's projects are an institute's own, or may be, and its profile with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.institute import Take, project_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matcher.model.institute import Institute
    from matcher.model.profile_parts import Profile, ProfilePart
    from matcher.store.projects import Projects


def profiles_with_projects(kept: Projects, institutes: Sequence[Institute]) -> list[Profile]:
    """The profile of each institute, with those of its projects that the store has."""
    entities = kept.numbers_of(pic for institute in institutes for take in Take for pic in institute.pics(take))
    taken = {institute.identifier: dict(_taken(institute, entities)) for institute in institutes}
    parts = _parts(kept, taken)
    return [
        replace(
            profile, parts=(*profile.parts, *(parts[one] for one in taken[profile.identifier].items() if one in parts))
        )
        for profile in (institute.profile() for institute in institutes)
    ]


def whole_projects(kept: Projects, institute: Institute) -> tuple[str, ...]:
    """Numbers of the projects that are own anyhow, by hand or of an entity that is taken whole; newest first."""
    entities = kept.numbers_of(institute.pics(Take.ALL))
    return tuple(sorted((number for number, selected in _taken(institute, entities) if not selected), reverse=True))


def _taken(institute: Institute, entities: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, bool]]:
    """(number, whether it must be selected) of every project that an institute may have, each once."""
    by_hand = institute.by_hand
    whole = {number for pic in institute.pics(Take.ALL) for number in entities.get(pic, ())} | {*by_hand.add}
    open_ones = {number for pic in institute.pics(Take.SELECTED) for number in entities.get(pic, ())} - whole
    for numbers, selected in ((whole, False), (open_ones, True)):
        yield from ((number, selected) for number in sorted(numbers) if number not in by_hand.drop)


def _parts(kept: Projects, taken: Mapping[str, Mapping[str, bool]]) -> dict[tuple[str, bool], ProfilePart]:
    """The part that each project makes, the same for every institute that has it: hosts share many."""
    wanted = {one for numbers in taken.values() for one in numbers.items()}
    found = {project.identifier: project for project in kept.named(number for number, _ in wanted)}
    return {
        (number, selected): project_part(found[number], number, selected=selected)
        for number, selected in sorted(wanted)
        if number in found
    }
