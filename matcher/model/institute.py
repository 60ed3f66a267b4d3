"""Institutes, their labs and projects, and the profile that calls are scored against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from matcher.model.language import Language
from matcher.model.profile_parts import Profile, ProfilePart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matcher.model.project import Project


class Take(StrEnum):
    """Which projects of a legal entity are an institute's own."""

    ALL = "all"  # the entity is the institute
    SELECTED = "selected"  # the entity is larger, or shared: those that the skills select


@dataclass(frozen=True, slots=True)
class LegalName:
    """A legal entity that carries an institute, with its PIC on the portal where known."""

    name: str
    pic: str | None = None
    take: Take = Take.SELECTED


@dataclass(frozen=True, slots=True)
class ByHand:
    """Numbers of CORDIS projects that a person put in, or out, whatever the legal entities are in."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lab:
    """A unit of an institute with skills, and projects, of its own."""

    name: str
    keywords_en: tuple[str, ...] = ()
    keywords_fr: tuple[str, ...] = ()
    cordis: ByHand = ByHand()


@dataclass(frozen=True, slots=True)
class WrittenSkill:
    """A skill as it is written, and every key of the file that it stands under: `keywords`, `labs: Optics`."""

    text: str
    language: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposedSkill:
    """A skill that a document says, for a person to take or leave: the `sentence` it stands in, of which document
    (`source`), and how many `calls` and `projects` have it as it stands.
    """

    text: str
    language: str
    weight: float
    source: str
    sentence: str
    calls: int = 0
    projects: int = 0


@dataclass(frozen=True, slots=True)
class Institute:
    """A Carnot institute and its skill profile."""

    identifier: str
    acronym: str
    name_en: str
    name_fr: str
    label_2015: bool | None = None  # None: uncertain, see `label_note`
    label_current: bool | None = None
    label_note: str = ""
    successor: str | None = None
    location: str = ""
    website: str | None = None
    legal_names: tuple[LegalName, ...] = ()
    domains: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    keywords_fr: tuple[str, ...] = ()
    description_en: str = ""
    description_fr: str = ""
    labs: tuple[Lab, ...] = ()
    projects: tuple[Project, ...] = ()
    include: tuple[str, ...] = ()  # terms that count on top of the keywords
    exclude: tuple[str, ...] = ()  # terms that never count
    pin: tuple[str, ...] = ()  # a call that holds one of these is always shown
    cordis: ByHand = ByHand()

    @property
    def by_hand(self) -> ByHand:
        """What was put in and out by hand, the labs' own among it; a number that is in both is out."""
        lists = [self.cordis, *(lab.cordis for lab in self.labs)]
        drop = dict.fromkeys(number for one in lists for number in one.drop)
        add = dict.fromkeys(number for one in lists for number in one.add if number not in drop)
        return ByHand(tuple(add), tuple(drop))

    def name_in(self, language: Language) -> str:
        """What it is called in a language."""
        return self.name_fr if language is Language.FR else self.name_en

    def pics(self, take: Take) -> tuple[str, ...]:
        """The PICs of the legal entities whose projects are taken so."""
        return tuple(entity.pic for entity in self.legal_names if entity.pic and entity.take is take)

    def written_skills(self) -> tuple[WrittenSkill, ...]:
        """Each skill once, however often it is written."""
        places = [
            ("keywords", "en", self.keywords_en),
            ("domains", "en", self.domains),
            ("include", "en", self.include),
            ("keywords", "fr", self.keywords_fr),
        ]
        for lab in self.labs:
            places += [(f"labs: {lab.name}", "en", lab.keywords_en), (f"labs: {lab.name}", "fr", lab.keywords_fr)]
        found: dict[tuple[str, str], tuple[str, list[str]]] = {}
        for source, language, texts in places:
            for text in texts:
                found.setdefault((text.casefold(), language), (text, []))[1].append(source)
        return tuple(
            WrittenSkill(text, language, tuple(dict.fromkeys(sources)))
            for (_, language), (text, sources) in found.items()
        )

    def profile(self) -> Profile:
        """The ranking profile: every text the institute has, each with where it comes from."""
        parts = [ProfilePart("keyword", k, k, "en") for k in (*self.keywords_en, *self.domains, *self.include)]
        parts += [ProfilePart("keyword", k, k, "fr") for k in self.keywords_fr]
        for lab in self.labs:
            parts += [ProfilePart("lab", lab.name, k, "en") for k in lab.keywords_en]
            parts += [ProfilePart("lab", lab.name, k, "fr") for k in lab.keywords_fr]
        if self.description_en:
            parts.append(ProfilePart("description", "description", self.description_en, "en"))
        if self.description_fr:
            parts.append(ProfilePart("description", "description", self.description_fr, "fr"))
        parts += map(project_part, self.projects)
        return Profile(self.identifier, self.name_en, tuple(parts), self.exclude, self.pin, self.acronym)

    def lab_profiles(self) -> list[Profile]:
        """The profile of each lab, known as `institute/lab`."""
        return [self._lab_profile(lab) for lab in self.labs]

    def _lab_profile(self, lab: Lab) -> Profile:
        parts = [ProfilePart("lab", lab.name, text, "en") for text in lab.keywords_en]
        parts += [ProfilePart("lab", lab.name, text, "fr") for text in lab.keywords_fr]
        return Profile(f"{self.identifier}/{lab.name}", lab.name, tuple(parts), self.exclude, self.pin)


def project_part(project: Project, number: str = "", *, selected: bool = False) -> ProfilePart:
    """A past project as a part of a profile: title, text and each of its keywords on a line of its own."""
    text = "\n".join((project.title, project.text, *re.split(r"[,;]", project.keywords)))
    return ProfilePart("project", project.label, text, "en", project.topic, project.date, number, selected)


@dataclass(frozen=True, slots=True)
class Graded:
    """An institute with its past projects, and how relevant calls (identifiers) turned out to be for it, 0 to 3.

    A call that it won counts as 1 where nothing else is known.
    """

    institute: Institute
    past: tuple[Project, ...]
    grades: Mapping[str, int]
