"""The form of a profile: a row for each keyword as it is being written, with what calls say of it beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.model.profile_terms import LabTerms, ProfileTerms
from matcher.present.skill_words import skill_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from matcher.model.match import SkillCheck
    from matcher.present.words import Words

MORE = "-more"
"""What the field of a list's new keywords is called beyond the name of the list."""


@dataclass(frozen=True, slots=True)
class KeywordList:
    """A list of keywords in the form: `rows` stand as they are written, emptied ones too, `more` are new ones.

    So a row keeps its place while the form is looked at, and what is told of it goes where it stands.
    """

    name: str
    language: str
    rows: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The keywords, each once."""
        return _terms((*self.rows, *self.more))

    def read(self, posted: Mapping[str, str]) -> KeywordList:
        """The list as a browser sends it; one that is not in the form stays as it is."""
        if self.name not in posted and self.name + MORE not in posted:
            return self
        rows = posted[self.name].split("\n") if self.name in posted else ()
        more = _terms(posted.get(self.name + MORE, "").splitlines())
        return replace(self, rows=tuple(" ".join(row.split()) for row in rows), more=more)


@dataclass(frozen=True, slots=True)
class LabList:
    """The keywords of a lab."""

    name: str
    en: KeywordList
    fr: KeywordList


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """All that can be written: keywords, those of labs, terms that keep calls away, projects that do not count."""

    en: KeywordList
    fr: KeywordList
    labs: tuple[LabList, ...] = ()
    exclude: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @classmethod
    def of(cls, terms: ProfileTerms) -> ProfileForm:
        """The form as a page first shows it."""
        labs = tuple(
            LabList(lab.name, KeywordList(f"lab-{n}-en", "en", lab.en), KeywordList(f"lab-{n}-fr", "fr", lab.fr))
            for n, lab in enumerate(terms.labs)
        )
        lists = KeywordList("en", "en", terms.en), KeywordList("fr", "fr", terms.fr)
        return cls(*lists, labs, terms.exclude, terms.drop)

    def read(self, posted: Mapping[str, str]) -> ProfileForm:
        """The form as a browser sends it, with what was added or left out by a button of it."""
        labs = tuple(replace(lab, en=lab.en.read(posted), fr=lab.fr.read(posted)) for lab in self.labs)
        read = ProfileForm(
            self.en.read(posted),
            self.fr.read(posted),
            labs,
            _lines(posted, "exclude", self.exclude),
            _lines(posted, "drop", self.drop),
        )
        return read._with_pressed(posted)

    def _with_pressed(self, posted: Mapping[str, str]) -> ProfileForm:
        if (term := posted.get("take")) and term not in self.en.terms:
            return replace(self, en=replace(self.en, more=_terms((*self.en.more, term))))
        if term := posted.get("take-exclude"):
            return replace(self, exclude=_terms((*self.exclude, term)))
        if project := posted.get("switch-off"):
            return replace(self, drop=_terms((*self.drop, project)))
        if project := posted.get("switch-on"):
            return replace(self, drop=tuple(one for one in self.drop if one != project))
        return self

    @property
    def terms(self) -> ProfileTerms:
        """What the form says that the profile shall hold."""
        labs = tuple(LabTerms(lab.name, lab.en.terms, lab.fr.terms) for lab in self.labs)
        return ProfileTerms(self.en.terms, self.fr.terms, self.exclude, labs, self.drop)

    def lists(self) -> Iterator[KeywordList]:
        """Every list of keywords."""
        yield from (self.en, self.fr)
        for lab in self.labs:
            yield from (lab.en, lab.fr)


@dataclass(frozen=True, slots=True)
class KeywordVerdict:
    """What calls say of a keyword, and whether it does anything for the ranking."""

    words: str
    is_well: bool


class KeywordVerdicts:
    """What calls say of each skill of a profile, in words."""

    def __init__(self, checks: Iterable[SkillCheck], words: Words) -> None:
        self._words = words
        self._checks = {(one.skill.casefold(), one.language): one for one in checks}

    def of(self, keyword: str, language: str) -> KeywordVerdict:
        """What stands beside a row."""
        if not keyword:
            return KeywordVerdict(self._words.say("left out"), is_well=True)
        found = self._checks.get((keyword.casefold(), language))
        if found is None:
            return KeywordVerdict("", is_well=True)
        return KeywordVerdict(skill_text(found, self._words), is_well=not found.verdict.does_nothing)

    def besides(self, form: ProfileForm) -> list[tuple[SkillCheck, KeywordVerdict]]:
        """The skills that the form has no row for, as only the file holds them."""
        shown = {(term.casefold(), one.language) for one in form.lists() for term in one.terms}
        left = (check for key, check in self._checks.items() if key not in shown)
        return [(check, self.of(check.skill, check.language)) for check in left]


def _lines(posted: Mapping[str, str], name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    return _terms(posted[name].splitlines()) if name in posted else otherwise


def _terms(lines: Iterable[str]) -> tuple[str, ...]:
    """Each line that says something, once."""
    return tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
