"""A programme, or a part of one, by the names that people use."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from matcher.model.frozen import dataclass
from matcher.model.language import Language


class PartKind(StrEnum):
    """What a part is; a strand is a part of a smaller programme."""

    PROGRAMME = "programme"
    PILLAR = "pillar"
    CLUSTER = "cluster"
    MISSION = "mission"
    PARTNERSHIP = "partnership"
    SCHEME = "scheme"
    STRAND = "strand"
    DESTINATION = "destination"


@dataclass(frozen=True, slots=True)
class Signs:
    """What shows that a call is in a part: the portal's codes, types of action, identifiers and titles of calls
    (`*` is anything).
    """

    codes: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A programme or a part of one; `within` are the parts that it is a part of, `names` other names than its own."""

    identifier: str
    kind: PartKind
    en: str
    fr: str
    within: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    signs: Signs = field(default_factory=Signs)

    @property
    def called(self) -> tuple[str, ...]:
        """Every name that it is known by."""
        return (self.identifier, self.en, self.fr, *self.names)

    def __str__(self) -> str:
        return self.en

    def name_in(self, language: Language) -> str:
        """What it is called in a language."""
        return self.fr if language is Language.FR else self.en
