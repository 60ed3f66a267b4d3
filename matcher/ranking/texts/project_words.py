"""Projects that hold the words of a search: which field counts how much, and the sentence that tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from matcher.ranking.texts.generation import StringTable
from matcher.ranking.texts.searching import search, telling_sentence
from matcher.ranking.texts.unmet import Unmet, unmet
from matcher.ranking.texts.word_positions import WordPositions, place_arrays
from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from matcher.model.project import Project
    from matcher.model.searched import Search

PREFIX = "project_word"
"""What the names of the arrays of places begin with in the index."""

NUMBERS = "project_numbers"
"""The table of the projects' numbers, in the order of rows."""

FIELDS = {"title": 8.0, "name": 8.0, "keywords": 4.0, "text": 1.0}
"""What a word counts in each field; the name is the acronym and the number."""

_TABLES = (f"{PREFIX}_stems", f"{PREFIX}_spellings", NUMBERS)

ARRAYS = (
    *(f"{PREFIX}_{kind}" for kind in ("places_steps", "places_starts", "edges")),
    *(f"{table}_{kind}" for table in _TABLES for kind in ("blob", "offsets")),
)
"""Every array that a search of projects reads."""


def project_fields(project: Project) -> tuple[tuple[str, ...], ...]:
    """The lines of each of `FIELDS`."""
    keywords = tuple(project.keywords.replace(";", ",").split(","))
    return (project.title,), (project.acronym, project.identifier), keywords, tuple(project.text.splitlines())


def project_word_arrays(projects: Iterable[Project], analyzer: Analyzer) -> dict[str, npt.NDArray[Any]]:
    """`ARRAYS` of these projects, which are read one by one."""
    numbers: list[bytes] = []

    def fields() -> Iterable[tuple[tuple[str, ...], ...]]:
        for project in projects:
            numbers.append(project.identifier.encode())
            yield project_fields(project)

    arrays = place_arrays(fields(), analyzer, PREFIX)
    return {**arrays, **StringTable.pack(numbers).arrays(NUMBERS)}


@dataclass(frozen=True)
class SoughtProjects:
    """The numbers of projects that were found, best first, and the words that none has, with near ones.

    `guessed` where no word is spelt so, but nearly; or, `partly`, where none has all of the words, and these most.
    """

    numbers: tuple[str, ...]
    guessed: bool
    partly: bool
    missing: Mapping[str, tuple[str, ...]]
    _stems: frozenset[str]

    def sentences(self, projects: Iterable[Project]) -> dict[str, str]:
        """The sentence of each objective that holds most of the words, by number."""
        analyzer = Analyzer()
        told = ((one.identifier, telling_sentence((one.text,), self._stems, analyzer)) for one in projects)
        return {number: sentence for number, sentence in told if sentence}


def search_projects(arrays: Mapping[str, npt.NDArray[Any]], asked: Search) -> SoughtProjects:
    """Every project that holds all the words; where none does, the nearest to those that none has, or most of them."""
    places, analyzer = WordPositions(arrays, PREFIX, len(FIELDS)), Analyzer()
    numbers = StringTable(arrays[f"{NUMBERS}_blob"], arrays[f"{NUMBERS}_offsets"])
    weights = tuple(FIELDS.values())
    seek = partial(search, places, weights, analyzer=analyzer)
    sought = seek(asked)
    other = Unmet({}, None)
    if asked.words and not sought.rows:
        other = unmet(places, weights, asked, analyzer, seek)
    sought = other.instead or sought
    found = tuple(numbers[row].decode() for row in sought.rows)
    return SoughtProjects(found, bool(found and other.instead), other.partly, other.missing, sought.stems)
