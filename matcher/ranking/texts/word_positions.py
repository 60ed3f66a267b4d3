"""Where every word of a body of texts stands: what search by words reads, for calls and for projects.

Each text has a few fields. All words of all fields stand in one long row, and the place of a word is its number in it;
`edges` says where each field begins. A stop word takes a place and is not kept, so that a phrase may run across it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from matcher.ranking.texts.generation import StringTable, edges_of
from matcher.ranking.texts.packed_runs import PackedRuns, pack_runs
from matcher.text.folding import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matcher.ranking.texts.generation import Whole
    from matcher.text.analysis import Analyzer

Places = npt.NDArray[np.int64]

GAP = 60
"""Places left free between two fields, so that nothing is near across them."""

NAMES = 1
"""The field of identifiers, in every body of texts."""

_LINE_GAP = 3
_NO_WORD = -1


def search_stem(word: str, analyzer: Analyzer) -> str | None:
    """The stem that a folded word is found by; numbers and single letters are words here; None for a stop word."""
    stem = analyzer.stem(word)
    if stem is None and (word.isdigit() or len(word) == 1):
        return word
    return stem


class _Numbering(dict[str, int]):
    """The number of every word's stem, given out as words come."""

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self._analyzer = analyzer
        self.stems: dict[str, int] = {}
        self.spellings: list[Counter[str]] = []

    def __missing__(self, word: str) -> int:
        stem = search_stem(word, self._analyzer)
        if stem is None:
            number = _NO_WORD
        else:
            number = self.stems.setdefault(stem, len(self.stems))
            if number == len(self.spellings):
                self.spellings.append(Counter())
            self.spellings[number][word] += 1
        self[word] = number
        return number


def place_arrays(
    texts: Iterable[Sequence[Sequence[str]]], analyzer: Analyzer, prefix: str
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of `WordPositions`; each text is a tuple of fields, each field its lines, as many for every text."""
    numbering = _Numbering(analyzer)
    number = numbering.__getitem__
    row = array("i")
    edges = [0]
    for fields in texts:
        for lines in fields:
            for line in lines:
                row.extend(map(number, words(line)))
                row.extend([_NO_WORD] * _LINE_GAP)
            row.extend([_NO_WORD] * GAP)
            edges.append(len(row))
    numbers = np.frombuffer(row, dtype=np.int32) if row else np.zeros(0, dtype=np.int32)
    kept = np.flatnonzero(numbers != _NO_WORD)
    stems = sorted(numbering.stems)
    rank = np.zeros(len(stems), dtype=np.int32)
    rank[[numbering.stems[stem] for stem in stems]] = np.arange(len(stems), dtype=np.int32)
    sorted_numbers = rank[numbers[kept]]
    order = np.argsort(sorted_numbers, kind="stable")
    starts = edges_of(np.bincount(sorted_numbers, minlength=len(stems)))
    shown = [_usual(numbering.spellings[numbering.stems[stem]]) for stem in stems]
    return {
        **pack_runs(kept[order], starts, f"{prefix}_places"),
        f"{prefix}_edges": np.array(edges, dtype=np.int32),
        **StringTable.pack(stem.encode() for stem in stems).arrays(f"{prefix}_stems"),
        **StringTable.pack(word.encode() for word in shown).arrays(f"{prefix}_spellings"),
    }


def _usual(spellings: Counter[str]) -> str:
    """The shortest spelling of a stem: mostly the singular."""
    return min(spellings, key=lambda word: (len(word), word))


class WordPositions:
    """The places of words in texts that have `fields` fields each; made for one question, it keeps what it has read."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], prefix: str, fields: int) -> None:
        self._places = PackedRuns(arrays, f"{prefix}_places")
        self._read: dict[str, Places] = {}
        self.edges: Whole = arrays[f"{prefix}_edges"]
        self.stems = StringTable(arrays[f"{prefix}_stems_blob"], arrays[f"{prefix}_stems_offsets"])
        self.spellings = StringTable(arrays[f"{prefix}_spellings_blob"], arrays[f"{prefix}_spellings_offsets"])
        self.fields = fields

    def __len__(self) -> int:
        return (len(self.edges) - 1) // self.fields

    def of(self, stem: str) -> Places:
        """Every place of a stem, in order."""
        if stem not in self._read:
            number = self.stems.find(stem.encode())
            self._read[stem] = np.zeros(0, dtype=np.int64) if number is None else self._places[number]
        return self._read[stem]

    def has(self, stem: str) -> bool:
        return self.stems.find(stem.encode()) is not None

    def beginning(self, start: str) -> Places:
        """Where a word of an identifier begins so and goes on."""
        low, high = self.stems.place(start.encode()), self.stems.place(start.encode() + b"\xff")
        found: Places = np.sort(self._places.span(low, high))
        named: Places = found[self.slots(found) % self.fields == NAMES]
        return named

    def slots(self, places: Places) -> npt.NDArray[np.int64]:
        """The field that each place stands in, counted over all texts: slot // fields is the text."""
        # numpy would copy all edges to the wider kind
        before = np.searchsorted(self.edges, places.astype(self.edges.dtype), side="right")
        slots: npt.NDArray[np.int64] = np.subtract(before, 1)
        return slots

    def phrase(self, stems: Sequence[str | None]) -> Places:
        """Where these stems stand side by side, by the place of the first; None is a stop word, which may be any."""
        steps = [(i, stem) for i, stem in enumerate(stems) if stem is not None]
        found: Places | None = None
        for step, stem in sorted(steps, key=lambda pair: len(self.of(pair[1]))):
            here = self.of(stem) - (step - steps[0][0])
            found = here if found is None else found[np.isin(found, here, assume_unique=True)]
            if not len(found):
                break
        return np.zeros(0, dtype=np.int64) if found is None else found

    def near(self, stems: Sequence[str], window: int) -> Places:
        """Where these stems stand within a window of each other in any order, by the place of the rarest."""
        lists = sorted((self.of(stem) for stem in stems), key=len)
        found = lists[0]
        for other in lists[1:]:
            found = found[nearest(found, other) <= window]
        return found


def nearest(places: Places, others: Places) -> npt.NDArray[np.int64]:
    """How far the nearest of `others` is from each of `places`; both in order."""
    if not len(others):
        return np.full(len(places), np.iinfo(np.int32).max, dtype=np.int64)
    after = np.searchsorted(others, places)
    right = others[np.minimum(after, len(others) - 1)].astype(np.int64)
    left = others[np.maximum(after - 1, 0)].astype(np.int64)
    here = places.astype(np.int64)
    found: npt.NDArray[np.int64] = np.minimum(np.abs(right - here), np.abs(here - left))
    return found
