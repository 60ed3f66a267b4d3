"""A part of a programme and a subject in one search: `cluster 6 groundwater`, `LIFE batteries`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.model.parts import PartKind
from matcher.text.folding import words
from matcher.text.french import is_term_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.model.part_table import PartTable
    from matcher.model.parts import Part
    from matcher.text.analysis import Analyzer

_LONGEST_NAME = 8  # words
_SHORTEST_NAME = 3  # letters of a name that is not in capitals: `if` and `he` are words

_KINDS = frozenset({"cluster", "pole", "pillar", "pilier", "mission", "partnership", "partenariat", "ju"})
"""What a name of ordinary words has beside them where it is no subject: `soil mission`, not `raw materials`."""


@dataclass(frozen=True, slots=True)
class PartAndSubject:
    """A part that a search names, and what else it says; the subject of a name alone is empty.

    A name alone is not `sure` where it is ordinary words, which may be a subject themselves.
    """

    part: Part
    subject: str
    sure: bool = True


def part_and_subject(table: PartTable, text: str, analyzer: Analyzer) -> PartAndSubject | None:
    """The part that a search is the name of, or else begins or ends with the name of; None where it names none.

    Beside a subject, ordinary words are no name ("life cycle", "raw materials"), unless they are in capitals.
    """
    whole = table.known_as(text)
    if whole is not None:
        return PartAndSubject(whole, "", sure=_is_name(whole, text.split(), "", analyzer))
    for name, beside in _ends(text.split()):
        part = table.known_as(" ".join(name))
        if part is not None and _is_name(part, name, text, analyzer):
            subject = " ".join(beside)
            return PartAndSubject(part, subject if _tells(subject, analyzer) else "")
    return None


def _ends(said: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The words that a search begins or ends with, the longest first, each with the others."""
    for length in range(min(len(said) - 1, _LONGEST_NAME), 0, -1):
        yield said[:length], said[length:]
        yield said[-length:], said[:-length]


def _is_name(part: Part, name: Sequence[str], text: str, analyzer: Analyzer) -> bool:
    spelt = " ".join(name)
    if spelt.isupper() and not text.isupper():
        return True
    found = words(spelt)
    if len(found) > 1 and (part.kind is PartKind.PROGRAMME or not _KINDS.isdisjoint(found)):
        return True
    return any(
        len(word) >= _SHORTEST_NAME and not is_term_word(word) and analyzer.stem(word) is not None for word in found
    )


def _tells(text: str, analyzer: Analyzer) -> bool:
    return any(word.isdigit() or analyzer.stem(word) is not None for word in words(text))
