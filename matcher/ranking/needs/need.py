"""What calls are scored for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    import numpy.typing as npt

    from matcher.ranking.needs.chance import Standard
    from matcher.ranking.needs.profile import QueryVector
    from matcher.ranking.needs.profile_projects import OwnProject
    from matcher.ranking.needs.skillset import Skill


@dataclass(frozen=True, slots=True)
class Own:
    """What the own projects of a profile say: their `query`, and mean and spread of their scores over the reference.

    `weight` is what a spread counts in log-odds, `projects` are those that count.
    """

    query: QueryVector
    mean: float
    spread: float
    weight: float
    projects: tuple[OwnProject, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What calls are scored for: skills, with what they have with the reference calls, and own projects.

    Without any skill the own projects alone are asked, and the other way round.
    """

    skills: tuple[Skill, ...] = ()
    standard: Standard | None = None
    own: Own | None = None
    pin: tuple[str, ...] = ()  # calls that hold one of these terms are always shown
    exclude: tuple[str, ...] = ()  # calls that are about one of these are never shown
    institute: str = ""  # whose it is, in the words of `Match.institute`

    @property
    def shares(self) -> npt.NDArray[np.float64] | None:
        """(skills,) what each skill counts of the whole; None where they all count the same."""
        weights = np.array([skill.weight for skill in self.skills], dtype=np.float64)
        return weights / weights.sum() if len(set(weights.tolist())) > 1 else None
