"""A profile that can be changed, ranked and compared before anybody edits its file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.api.labels import labelled, marked
from matcher.api.results import Matches
from matcher.errors import UsageError, shorten
from matcher.model.institute import Institute, WrittenSkill
from matcher.model.profile_parts import Profile
from matcher.model.project import Project
from matcher.model.question import CallFilter, check_limits
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from matcher.model.match import Match
    from matcher.ranking.index import Index

COMPARED = 20
"""How long the lists are that are compared, as in `matcher profile --try`."""

MOVES = ["enters", "leaves", "up", "down", "same"]


class Draft:
    """An institute's profile as it is, or as it would be; every change gives a new draft, the file stays as it is."""

    def __init__(self, institute: Institute, saved: Institute, index: Index, as_of: date) -> None:
        self.institute = institute
        self._saved = saved
        self._index = index
        self._as_of = as_of

    # change

    def add(self, *terms: str, language: str | None = None) -> Draft:
        """With these keywords too, in `en` or `fr`; by default in the language in which they find more calls.

        Example:
            >>> session.profile("brgm").add("stockage de l’hydrogène").institute.keywords_fr[-1]
            'stockage de l’hydrogène'
        """
        keywords = {"en": list(self.institute.keywords_en), "fr": list(self.institute.keywords_fr)}
        if language is not None and language not in keywords:
            raise UsageError(f"No keyword is written in {shorten(language)}; there are en and fr.")
        for term in _cleaned(terms):
            kept = keywords[language or self._language(term)]
            if term not in kept:
                kept.append(term)
        return self._with(keywords_en=tuple(keywords["en"]), keywords_fr=tuple(keywords["fr"]))

    def remove(self, *terms: str) -> Draft:
        """Without these keywords, in any case. Raises UsageError for one that the profile does not have.

        Example:
            >>> session.profile("brgm").remove("groundwater")
            brgm: ... keywords, 0 projects [packaged sample, ...]
              - groundwater
        """
        unwanted = {term.casefold() for term in _cleaned(terms)}
        here = self.institute
        known = {k.casefold() for k in (*here.keywords_en, *here.keywords_fr, *here.domains, *here.include)}
        if missing := unwanted - known:
            raise UsageError(f"{here.identifier} has no keyword {', '.join(sorted(missing))}; see its `keywords`.")

        def kept(words: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(word for word in words if word.casefold() not in unwanted)

        return self._with(
            keywords_en=kept(here.keywords_en),
            keywords_fr=kept(here.keywords_fr),
            domains=kept(here.domains),
            include=kept(here.include),
        )

    def exclude(self, *terms: str) -> Draft:
        """With terms that never count.

        Example:
            >>> session.profile("brgm").exclude("climate").institute.exclude
            ('climate',)
        """
        return self._with(exclude=(*self.institute.exclude, *_cleaned(terms)))

    def pin(self, *terms: str) -> Draft:
        """With terms whose calls are always shown.

        Example:
            >>> session.profile("inria").pin("hydrogen").rank(top=1)[0].pinned
            True
        """
        return self._with(pin=(*self.institute.pin, *_cleaned(terms)))

    def add_projects(self, *texts: str) -> Draft:
        """With past projects, each a text whose first line is its title.

        Example:
            >>> draft = session.new_profile("my-lab", "My lab")
            >>> draft.add_projects("Sodium batteries for stationary storage")
            my-lab: 0 keywords, 1 project [packaged sample, ...]
        """
        projects = list(self.institute.projects)
        for text in _cleaned(texts):
            title, _, rest = text.partition("\n")
            projects.append(Project(f"project-{len(projects) + 1}", title.strip(), rest.strip()))
        return self._with(projects=tuple(projects))

    # look

    @property
    def keywords(self) -> tuple[str, ...]:
        """Its keywords, English ones first."""
        return (*self.institute.keywords_en, *self.institute.keywords_fr)

    @property
    def terms(self) -> pd.DataFrame:
        """The terms that the ranking reads, heaviest first; columns: `matcher.present.frames.TERM_COLUMNS`."""
        from matcher.present.frames import terms_frame
        from matcher.ranking.scores.asked_anew import asked_profile
        from matcher.ranking.scores.matching import profile_terms

        terms = profile_terms(asked_profile(self._index, self.institute.profile()).query)
        return labelled(terms_frame(terms), self._sample)

    def check(self) -> pd.DataFrame:
        """What calls say of each keyword; columns: `matcher.present.frames.SKILL_COLUMNS`.

        Example:
            >>> session.profile("brgm").check()["verdict"].cat.categories.tolist()
            ['matches', 'matches in part', 'never matches']
        """
        from matcher.present.frames import skills_frame
        from matcher.ranking.proposals.skills import check_skills

        return labelled(skills_frame(check_skills(self._index, self.institute.written_skills())), self._sample)

    def rank(self, *, top: int = 10, min_fit: int = 0, status: Iterable[str] = ("live",)) -> Matches:
        """Its best calls, as for any profile.

        Example:
            >>> session.profile("brgm").rank(top=1)
            BRGM Carnot Institute ...: 1 best call as of 2026-05-07 [packaged sample, ...]
                1  fit  80  HORIZON-CL4-2027-01-MAT-PROD-16  ...
        """
        from matcher.model.answers import Ranking

        check_limits(top, min_fit)
        found = self._ranked(self.institute, CallFilter.of(status=status), top=top, min_fit=min_fit, sentences=True)
        name = self.institute.name_en
        return Matches(Ranking(self.institute.identifier, name, self._as_of, tuple(found), self._sample))

    def compare(self, other: Draft | None = None, *, top: int = COMPARED) -> pd.DataFrame:
        """How the list of live calls moves against another draft, or against the profile as it is in the file.

        Returns:
            (calls in either list, 6) `call`, `title`, `rank_before`, `rank_after` (NA outside of the list), `fit` now
            or before, and `move`: enters, leaves, up, down, same.

        Example:
            >>> session.profile("brgm").compare()["move"].unique().tolist()
            ['same']
        """
        from matcher.present.frames import tidy

        check_limits(top)
        base = self._saved if other is None else other.institute
        before, after = (
            {match.call.identifier: match for match in self._ranked(one, CallFilter(), top=top)}
            for one in (base, self.institute)
        )
        rows = [_moved(before.get(name), after.get(name)) for name in dict.fromkeys([*after, *before])]
        return labelled(tidy(rows, _COMPARISON).astype({"move": _moves()}), self._sample)

    def try_term(self, term: str, *, top: int = COMPARED) -> pd.DataFrame:
        """What one keyword more would change, as `compare` shows it.

        Example:
            >>> moves = session.new_profile("my-lab", "My lab").add("groundwater").try_term("quantum computing")
            >>> "enters" in set(moves["move"])
            True
        """
        return self.add(term).compare(self, top=top)

    def suggest(self, most: int = 20) -> pd.DataFrame:
        """Terms of its past projects and descriptions that would make keywords, best first.

        Returns:
            (terms, 4) `term`, its `weight` in the profile, the `calls` that hold it and the `source` it stands in;
            terms that are in a keyword already, that hardly any call has or that too many have are left out.

        Example:
            >>> draft = session.new_profile("my-lab", "My lab")
            >>> draft.add_projects("Sodium batteries for stationary storage").suggest(1)["term"].tolist()
            ['batteries']
        """
        from matcher.present.frames import tidy

        check_limits(most, name="most")
        return labelled(tidy(_suggested(self._index, self, most), _SUGGESTION), self._sample)

    def to_yaml(self) -> str:
        """The profile as the text of `config/institutes/<id>.yaml`.

        Example:
            >>> print(session.new_profile("my-lab", "My lab").to_yaml())
            id: my-lab
            acronym: MY-LAB
            ...
        """
        from matcher.config.institutes import institute_yaml

        return institute_yaml(self.institute)

    def __repr__(self) -> str:
        added, gone = self._edits()
        edits = "".join([*(f"\n  + {word}" for word in added), *(f"\n  - {word}" for word in gone)])
        held = f"{counted(len(self.keywords), 'keyword')}, {counted(len(self.institute.projects), 'project')}"
        return marked(f"{self.institute.identifier}: {held}{edits}", self._sample)

    def _repr_html_(self) -> str:
        from matcher.present.templating import environment

        added, gone = self._edits()
        return (
            environment()
            .get_template("notebook/draft.html")
            .render(institute=self.institute, keywords=self.keywords, added=added, gone=gone, sample=self._sample)
        )

    @property
    def _sample(self) -> str | None:
        label: str | None = self._index.meta["sample"]
        return label

    def _with(self, **changes: object) -> Draft:
        edited: Institute = replace(self.institute, **changes)  # type: ignore[arg-type]
        return Draft(edited, self._saved, self._index, self._as_of)

    def _language(self, term: str) -> str:
        from matcher.ranking.scores.text_language import reading

        return reading(self._index, term).language

    def _edits(self) -> tuple[list[str], list[str]]:
        saved = (*self._saved.keywords_en, *self._saved.keywords_fr)
        return [k for k in self.keywords if k not in saved], [k for k in saved if k not in self.keywords]

    def _ranked(
        self, institute: Institute, wanted: CallFilter, *, top: int, min_fit: int = 0, sentences: bool = False
    ) -> list[Match]:
        from matcher.ranking.scores.asked_anew import asked_profile
        from matcher.ranking.scores.matching import Depth, best_matches

        asked = asked_profile(self._index, institute.profile())
        scored = asked.scored(self._index, wanted, self._as_of)
        return best_matches(scored, wanted, self._as_of, Depth(top, min_fit, sentences=sentences))


_LEAST_CALLS = 2
_COMPARISON = {
    "call": "string",
    "title": "string",
    "rank_before": "Int64",
    "rank_after": "Int64",
    "fit": "int64",
    "move": "string",
}
_SUGGESTION = {"term": "string", "weight": "float64", "calls": "int64", "source": "string"}


def _suggested(index: Index, draft: Draft, most: int) -> list[dict[str, object]]:
    from matcher.model.match import SkillVerdict
    from matcher.ranking.proposals.skills import check_skills
    from matcher.ranking.scores.asked_anew import asked_profile
    from matcher.ranking.scores.matching import profile_terms

    whole = draft.institute.profile()
    texts = tuple(part for part in whole.parts if part.kind in {"project", "description"})
    query = asked_profile(index, Profile(whole.identifier, whole.name, texts, whole.exclude)).query
    taken = " ".join(draft.keywords).casefold()
    found: list[dict[str, object]] = []
    for term in profile_terms(query):
        [judged] = check_skills(index, [WrittenSkill(term.term, "en", ())])
        if (
            judged.verdict is SkillVerdict.MATCHES
            and judged.calls >= _LEAST_CALLS
            and term.term.casefold() not in taken
        ):
            found.append({"term": term.term, "weight": term.weight, "calls": judged.calls, "source": term.source})
        if len(found) == most:
            break
    return found


def new_institute(identifier: str, name: str) -> Institute:
    """An institute of which nothing is known but its name. Raises UsageError when no file can have the identifier."""
    import re

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", identifier):
        raise UsageError(f"{shorten(identifier)} is no identifier: use small letters, digits and hyphens.")
    return Institute(identifier, identifier.upper(), name, name)


def _cleaned(terms: Iterable[str]) -> list[str]:
    found = [term.strip() for term in terms]
    if not found or not all(found):
        raise UsageError("Give at least one term, and no empty one.")
    return found


def _moved(before: Match | None, after: Match | None) -> dict[str, object]:
    shown = after or before
    if shown is None:
        raise ValueError("a call in neither list")
    if before is None or after is None:
        move = "leaves" if after is None else "enters"
    else:
        move = "same" if after.rank == before.rank else "up" if after.rank < before.rank else "down"
    return {
        "call": shown.call.identifier,
        "title": shown.call.title,
        "rank_before": before.rank if before else None,
        "rank_after": after.rank if after else None,
        "fit": shown.fit,
        "move": move,
    }


def _moves() -> pd.CategoricalDtype:
    import pandas as pd

    return pd.CategoricalDtype(MOVES)
