"""Who was in which project, in arrays that are mapped: what partners and predecessors are counted from.

Projects stand in the order of their numbers, as in the background of an index that was built of the same ones.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.model.consortium import OrganisationType
from matcher.ranking.texts.generation import Generation, StringTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from matcher.ranking.index import Index

LAYOUT = 2

COORDINATOR = "coordinator"
AFFILIATED = "thirdParty"  # a part of another participant: no partner of its own

ProjectLine = tuple[str, str | None, "date | None"]
PartLine = tuple[str, str, str]
OrganisationLine = tuple[str, str, str, str, "bool | None"]

_UNSIGNED = 0
_UNTOLD = -1


def consortia_of(
    projects: Sequence[ProjectLine],
    parts: Iterable[PartLine],
    organisations: Iterable[OrganisationLine],
    meta: Mapping[str, Any],
) -> Generation:
    """The arrays of these projects (number, topic, signature), parts in them (number, PIC, role) and organisations
    (PIC, name, country, type, whether small); affiliated entities are left out, those that left a project are not.
    """
    ordered = sorted(projects)
    place = {number: row for row, (number, _, _) in enumerate(ordered)}
    listed = sorted(organisations, key=lambda line: line[0])
    known = {pic: i for i, (pic, *_) in enumerate(listed)}
    found: dict[tuple[int, int], bool] = {}
    for number, pic, role in parts:
        if role != AFFILIATED and number in place and pic in known:
            key = (place[number], known[pic])
            found[key] = found.get(key, False) or role == COORDINATOR
    keys = sorted(found)
    rows = np.array([row for row, _ in keys], dtype=np.int64)
    edges = np.searchsorted(rows, np.arange(len(ordered) + 1)).astype(np.int64)
    arrays: dict[str, npt.NDArray[Any]] = {
        "signed": np.array([day.toordinal() if day else _UNSIGNED for _, _, day in ordered], dtype=np.int32),
        "edges": edges,
        "members": np.array([member for _, member in keys], dtype=np.int32),
        "coordinates": np.array([found[key] for key in keys], dtype=np.bool_),
        **StringTable.pack(number.encode() for number, _, _ in ordered).arrays("numbers"),
        **StringTable.pack((topic or "").upper().encode() for _, topic, _ in ordered).arrays("topics"),
        "small": np.array([_UNTOLD if sme is None else sme for *_, sme in listed], dtype=np.int8),
        **StringTable.pack("\t".join(line[:4]).encode("utf-8", "replace") for line in listed).arrays("organisations"),
    }
    return Generation(meta, arrays)


class Consortia:
    """The projects of the past and who was in them.

    `members[edges[p]:edges[p + 1]]` are the organisations in project `p`, `coordinates` beside them tells who leads.
    """

    def __init__(self, generation: Generation) -> None:
        self.meta = generation.meta
        arrays = generation.arrays
        self.signed: npt.NDArray[np.int32] = arrays["signed"]
        self.edges: npt.NDArray[np.int64] = arrays["edges"]
        self.members: npt.NDArray[np.int32] = arrays["members"]
        self.coordinates: npt.NDArray[np.bool_] = arrays["coordinates"]
        self.numbers = generation.table("numbers")
        self._small = arrays["small"]
        self._topics = generation.table("topics")
        self._organisations = generation.table("organisations")
        self._by_topic: dict[date, Mapping[str, tuple[int, ...]]] = {}

    def __len__(self) -> int:
        return len(self.signed)

    def is_background_of(self, index: Index) -> bool:
        """Whether an index knows these very projects, so that calls can be compared with them: too few it does not."""
        return index.meta["background"] == "with_projects" and len(index.arrays["background_edges"]) - 1 == len(self)

    @cached_property
    def topics(self) -> list[str]:
        """The topic of each project in upper case, empty where unknown."""
        return [topic.decode() for topic in self._topics.all()]

    @cached_property
    def projects_of(self) -> npt.NDArray[np.int64]:
        """(parts,) the project of each entry of `members`."""
        return np.repeat(np.arange(len(self)), np.diff(self.edges))

    @cached_property
    def _codes(self) -> npt.NDArray[np.str_]:
        """(2, organisations) country and type of each, read at once."""
        codes = [line.decode().rsplit("\t", 2)[1:] for line in self._organisations.all()]
        return np.ascontiguousarray(np.array(codes, dtype=np.str_).reshape(-1, 2).T)

    @property
    def countries(self) -> npt.NDArray[np.str_]:
        """(organisations,) the EU's code of each one's country."""
        return np.asarray(self._codes[0])

    @cached_property
    def country_places(self) -> tuple[npt.NDArray[np.int64], list[str]]:
        """(organisations,) the place of each one's country among the codes, and the codes."""
        codes, places = np.unique(self.countries, return_inverse=True)
        return places.astype(np.int64), codes.tolist()

    @property
    def is_small(self) -> npt.NDArray[np.bool_]:
        """(organisations,) whether each is known to be a small or medium-sized company."""
        return np.asarray(self._small == 1)

    @property
    def types(self) -> npt.NDArray[np.str_]:
        """(organisations,) CORDIS's type of each: HES, REC, PRC, PUB, OTH."""
        return np.asarray(self._codes[1])

    @cached_property
    def kinds(self) -> list[OrganisationType | None]:
        """What each organisation is, in words."""
        return [_kind(code, flag) for code, flag in zip(self.types.tolist(), self._small.tolist(), strict=True)]

    def kind(self, position: int) -> OrganisationType | None:
        """What one is: who tells of a few need not read all."""
        return _kind(self.organisation(position)[3], int(self._small[position]))

    @property
    def organisations(self) -> int:
        return len(self._organisations)

    def organisation(self, position: int) -> tuple[str, str, str, str]:
        """PIC, name, country, type."""
        pic, name, country, kind = self._organisations[position].decode().split("\t", 3)
        return pic, name, country, kind

    def position(self, pic: str) -> int | None:
        """Of an organisation by its PIC (they are sorted by it)."""
        place = self._organisations.place(pic.encode("utf-8", "replace") + b"\t")
        return place if place < len(self._organisations) and self.organisation(place)[0] == pic else None

    def led_by(self, positions: Sequence[int], day: date) -> list[int]:
        """The projects before a day that one of these organisations coordinates, by their rows."""
        led = self.projects_of[np.isin(self.members, list(positions)) & self.coordinates]
        return [int(row) for row in np.unique(led[self.before(day)[led]])]

    def before(self, day: date) -> npt.NDArray[np.bool_]:
        """(projects,) those signed before a day; one without a signature is of no day."""
        return np.asarray((self.signed != _UNSIGNED) & (self.signed < day.toordinal()))

    def by_topic(self, day: date) -> Mapping[str, tuple[int, ...]]:
        """The projects of each topic that were signed before a day, by their rows; read once for all calls of a day."""
        if day not in self._by_topic:
            found: dict[str, list[int]] = defaultdict(list)
            for row in np.flatnonzero(self.before(day)).tolist():
                if self.topics[row]:
                    found[self.topics[row]].append(row)
            self._by_topic = {day: {topic: tuple(rows) for topic, rows in found.items()}}
        return self._by_topic[day]

    def numbers_at(self, rows: Iterable[int]) -> list[str]:
        return [self.numbers[row].decode() for row in rows]


def _kind(code: str, flag: int) -> OrganisationType | None:
    return OrganisationType.of(code, None if flag == _UNTOLD else bool(flag))
