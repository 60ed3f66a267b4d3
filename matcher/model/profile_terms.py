"""The terms of a profile that a person edits, apart from the facts around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.model.institute import Institute, Lab

MOST_TERMS = 500
LONGEST_TERM = 200


@dataclass(frozen=True, slots=True)
class LabTerms:
    """The keywords of a lab."""

    name: str
    en: tuple[str, ...] = ()
    fr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """Keywords by language, those of each lab, terms that never count, and projects that are left out."""

    en: tuple[str, ...] = ()
    fr: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    labs: tuple[LabTerms, ...] = ()
    drop: tuple[str, ...] = ()

    @classmethod
    def of(cls, institute: Institute) -> ProfileTerms:
        """Those of an institute."""
        labs = tuple(LabTerms(lab.name, lab.keywords_en, lab.keywords_fr) for lab in institute.labs)
        return cls(institute.keywords_en, institute.keywords_fr, institute.exclude, labs, institute.cordis.drop)

    def applied(self, institute: Institute) -> Institute:
        """The institute with these terms instead of its own."""
        mine = {lab.name: lab for lab in self.labs}
        return replace(
            institute,
            keywords_en=self.en,
            keywords_fr=self.fr,
            exclude=self.exclude,
            labs=tuple(_applied(lab, mine) for lab in institute.labs),
            cordis=replace(institute.cordis, drop=self.drop),
        )

    def lists(self) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
        """Where each list stands in the file, labs by their place, and what it holds."""
        yield ("keywords", "en"), self.en
        yield ("keywords", "fr"), self.fr
        yield ("exclude",), self.exclude
        yield ("cordis", "drop"), self.drop
        for number, lab in enumerate(self.labs):
            yield ("labs", number, "keywords", "en"), lab.en
            yield ("labs", number, "keywords", "fr"), lab.fr


def _applied(lab: Lab, mine: dict[str, LabTerms]) -> Lab:
    found = mine.get(lab.name)
    return lab if found is None else replace(lab, keywords_en=found.en, keywords_fr=found.fr)
