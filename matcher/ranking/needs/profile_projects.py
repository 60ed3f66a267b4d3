"""Own projects of a profile: which of them count, how much, and which is nearest to a call."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.frozen import dataclass
from matcher.ranking.texts.generation import edges_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matcher.model.profile_parts import ProfilePart
    from matcher.ranking.needs.skillset import Skill

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ids = npt.NDArray[np.integer[Any]]

SELECTED = 5
"""Projects of a larger entity that each skill selects: those most like it."""

LEAST_ALIKE = 0.05
"""A project that is less like a skill than this is not selected by it, even if the skill finds no better one."""

MOST_SELECTED = 100
"""Selected projects of a profile, the best."""

WEIGHT = 0.3
"""Log-odds for each spread by which a call is nearer to the own projects than calls are on the mean."""

FEW = 100
"""Of an entity with so many projects the selected ones weigh 1, of a larger one less: more of them are other people's,
and the best of many are alike by chance too."""

MOST_WEIGHT = 1.5
"""What selected projects weigh at most, however small the entity."""

HEAVIEST = 100
"""Terms of an own project by which the one nearest to a call is found."""


@dataclass(frozen=True, slots=True)
class OwnProject:
    """An own project that counts: `number` in CORDIS (empty where a person wrote it out), `label` what it is called.

    `skills` are those that select it, best first, None where it is own anyhow. `ids` (terms,) ascending and `weights`
    (terms,) are its heaviest terms.
    """

    number: str
    label: str
    share: float
    skills: tuple[str, ...] | None = None
    ids: Ids = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    weights: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A part of a profile that counts as an own project, and by which skills."""

    part: ProfilePart
    share: float
    skills: tuple[str, ...] | None = None


Vectors = list[tuple[Ids, Floats]]


def chosen_projects(
    parts: Sequence[ProfilePart], skills: Sequence[Skill], vector: Callable[[ProfilePart], tuple[Ids, Floats]]
) -> list[Chosen]:
    """The own projects among the parts of a profile, those that are own anyhow first, then the selected ones.

    Of a larger entity's projects each skill selects those most like it, and each counts for the likeness of the skills
    that select it. Where there is no skill to select by, all of them count alike.
    """
    own = [part for part in parts if part.kind == "project"]
    whole = [Chosen(part, 1.0) for part in own if not (part.selected and skills)]
    open_ones = [part for part in own if part.selected and skills]
    if not open_ones:
        return whole
    likeness = likenesses(skills, [vector(part) for part in open_ones])
    shares = np.zeros(len(open_ones))
    by_skill: list[list[tuple[float, str]]] = [[] for _ in open_ones]
    for skill, alike in zip(skills, likeness, strict=True):
        for row in np.lexsort((np.arange(len(alike)), -alike))[:SELECTED].tolist():
            if alike[row] >= LEAST_ALIKE:
                shares[row] += alike[row]
                by_skill[row].append((-float(alike[row]), skill.words))
    best = np.lexsort((np.arange(len(shares)), -shares))[:MOST_SELECTED]
    return whole + [
        Chosen(open_ones[row], float(shares[row]), tuple(words for _, words in sorted(by_skill[row])))
        for row in best.tolist()
        if shares[row] > 0
    ]


def own_weight(chosen: Sequence[Chosen], parts: Sequence[ProfilePart]) -> float:
    """What the own projects of a profile weigh: the mean over those that count, each by its share."""
    open_ones = sum(part.kind == "project" and part.selected for part in parts)
    selected = min(MOST_WEIGHT, FEW / max(open_ones, 1))
    total = sum(one.share for one in chosen)
    return sum(one.share * (WEIGHT if one.skills is None else selected) for one in chosen) / total


def likenesses(skills: Sequence[Skill], vectors: Vectors) -> Doubles:
    """(skills, vectors) the product of each skill with each vector."""
    wanted = np.unique(np.concatenate([np.zeros(0, dtype=np.int32), *(skill.ids for skill in skills)]))
    found = np.zeros((len(skills), len(vectors)))
    if not len(wanted):
        return found
    ids = np.concatenate([np.zeros(0, dtype=np.int32), *(one for one, _ in vectors)])
    weights = np.concatenate([np.zeros(0, dtype=np.float32), *(one for _, one in vectors)])
    rows = np.repeat(np.arange(len(vectors)), [len(one) for one, _ in vectors])
    places = np.minimum(np.searchsorted(wanted, ids), len(wanted) - 1)
    held = wanted[places] == ids  # a skill has few terms: all others fall away here
    rows, places, weights = rows[held], places[held], weights[held]
    for number, skill in enumerate(skills):
        asked = np.zeros(len(wanted))
        asked[np.searchsorted(wanted, skill.ids)] = skill.weights
        found[number] = np.bincount(rows, weights=weights * asked[places], minlength=len(vectors))
    return found


def nearest_project(projects: Sequence[OwnProject], ids: Ids, weights: Doubles) -> OwnProject | None:
    """The own project that has most with a call; `ids` ascending are the call's terms that the own projects have."""
    best, most = None, 0.0
    for project in projects:
        if not len(ids):
            break
        places = np.minimum(np.searchsorted(ids, project.ids), len(ids) - 1)
        held = ids[places] == project.ids
        value = float(project.weights[held] @ weights[places[held]])
        if value > most:
            best, most = project, value
    return best


def pack_projects(sets: Sequence[Sequence[OwnProject]]) -> dict[str, npt.NDArray[Any]]:
    """The own projects of several profiles as arrays; what they are called is kept apart (`project_facts`)."""
    projects = [project for found in sets for project in found]
    return {
        "owned_profiles": edges_of([len(found) for found in sets]),
        "owned_edges": edges_of([len(project.ids) for project in projects]),
        "owned_ids": np.concatenate([np.zeros(0, np.int32), *(p.ids for p in projects)]).astype(np.int32),
        "owned_weights": np.concatenate([np.zeros(0, np.float32), *(p.weights for p in projects)]).astype(np.float32),
        "owned_shares": np.array([project.share for project in projects], dtype=np.float32),
    }


def project_facts(projects: Sequence[OwnProject]) -> list[list[Any]]:
    """Number, name and skills of each, JSON-ready."""
    return [[project.number, project.label, project.skills] for project in projects]


def unpack_projects(
    arrays: Mapping[str, npt.NDArray[Any]], facts: Sequence[Sequence[Any]], profile: int
) -> tuple[OwnProject, ...]:
    """The own projects of one profile again; `facts` are its `project_facts`."""
    first = int(arrays["owned_profiles"][profile])
    found = []
    for row, (number, label, skills) in enumerate(facts, first):
        start, end = arrays["owned_edges"][row : row + 2].tolist()
        found.append(
            OwnProject(
                number,
                label,
                float(arrays["owned_shares"][row]),
                None if skills is None else tuple(skills),
                arrays["owned_ids"][start:end],
                arrays["owned_weights"][start:end],
            )
        )
    return tuple(found)
