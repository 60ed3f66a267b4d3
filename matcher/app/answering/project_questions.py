"""What is asked of CORDIS's projects: an institute's own, those of a call or an organisation, those with some words."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from matcher.app.kept_index import refresh_index
from matcher.app.own_projects import whole_projects
from matcher.disk import can_be_written
from matcher.errors import IndexMissing, StoreMissing, UsageError, shorten
from matcher.model.project import ListedProject, ProjectListing
from matcher.model.searched import SearchOutcome
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.model.project import Participation, Project, ProjectQuestion
    from matcher.model.searched import Search
    from matcher.ranking.index import Index
    from matcher.ranking.texts.project_words import SoughtProjects
    from matcher.store.database import Store
    from matcher.store.projects import Projects

NO_PROJECTS = Saying("No projects were fetched yet: `matcher fetch --projects` brings CORDIS's.")

_COORDINATOR = "coordinator"


def projects(home: Home, question: ProjectQuestion) -> ProjectListing:
    """The projects that are asked for: those with words best first, an institute's own too, others newest first.

    Raises:
        UsageError: for an institute, organisation or programme that nobody knows, and before any project was fetched.
    """
    try:
        with home.open_store(read_only=True) as store:
            if not store.projects.counts().projects:
                raise UsageError(NO_PROJECTS)
            return _listing(home, store, question)
    except StoreMissing as error:
        raise UsageError(NO_PROJECTS) from error


def project(home: Home, number: str) -> tuple[Project, tuple[Participation, ...]]:
    """A project by its number, and who is or was in it. Raises UsageError when it is unknown."""
    try:
        with home.open_store(read_only=True) as store:
            found = store.projects.named([number.strip()])
            parts = store.projects.participations(one.identifier for one in found)
    except StoreMissing as error:
        raise UsageError(NO_PROJECTS) from error
    if not found:
        raise UsageError(
            "No project has the number {number}; `matcher projects WORDS` searches them.", number=shorten(number)
        )
    return found[0], tuple(parts.get(found[0].identifier, ()))


def _listing(home: Home, store: Store, question: ProjectQuestion) -> ProjectListing:
    kept = store.projects
    pics: frozenset[str] = frozenset()
    chosen: Mapping[str, tuple[str, ...] | None] = {}
    name = None
    if question.institute is not None:
        institute = home.institute(question.institute)
        name = institute.identifier
        pics = frozenset(entity.pic for entity in institute.legal_names if entity.pic)
        chosen = _own(home, store, institute)
    elif question.organisation is not None:
        pics = _organisations(kept, question.organisation)
    sought = _sought(home, store, question.search) if question.search else None
    wanted = [one for one in _candidates(kept, question, pics, chosen, sought) if _asked_for(one, question)]
    _check_programmes(kept, question, wanted)
    if sought is not None:
        wanted = _best_first(wanted, sought)
    elif name is None:
        wanted.sort(key=lambda one: one.identifier)
        wanted.sort(key=lambda one: one.date.toordinal() if one.date else 0, reverse=True)
    shown = wanted[: question.top]
    parts = kept.participations(one.identifier for one in shown)
    listed = (_listed(one, parts.get(one.identifier, ()), pics, chosen.get(one.identifier)) for one in shown)
    outcome = _outcome(sought, wanted, shown) if sought is not None else None
    return ProjectListing(name, tuple(listed), len(wanted), outcome)


def _sought(home: Home, store: Store, asked: Search) -> SoughtProjects:
    """What a search finds, in the index; without any call there is none, and the words are placed for this once."""
    from matcher.ranking.texts.project_words import project_word_arrays, search_projects
    from matcher.text.analysis import Analyzer

    index = _index(home, store)
    arrays = project_word_arrays(store.projects.all(), Analyzer()) if index is None else index.arrays
    return search_projects(arrays, asked)


def _index(home: Home, store: Store) -> Index | None:
    """The index of what the store holds now; None without any call."""
    with suppress(IndexMissing):
        return refresh_index(home, store, keep=can_be_written(home.settings.home))
    return None


def _best_first(candidates: Iterable[Project], sought: SoughtProjects) -> list[Project]:
    places = {number: place for place, number in enumerate(sought.numbers)}
    return sorted((one for one in candidates if one.identifier in places), key=lambda one: places[one.identifier])


def _outcome(sought: SoughtProjects, found: Sequence[Project], shown: Iterable[Project]) -> SearchOutcome:
    elsewhere = 0 if found or sought.partly else len(sought.numbers)
    sentences = sought.sentences(shown)
    return SearchOutcome(len(found), sentences, sought.missing, elsewhere, sought.guessed, sought.partly)


def _own(home: Home, store: Store, institute: Institute) -> dict[str, tuple[str, ...] | None]:
    """Number → the skills that select it, None where it is own anyhow; those first, then the best selected ones."""
    chosen: dict[str, tuple[str, ...] | None] = dict.fromkeys(whole_projects(store.projects, institute))
    if (index := _index(home, store)) is not None:  # without any call there is nothing that skills could be read by
        chosen |= {one.number: one.skills for one in index.own_projects(institute.identifier) if one.skills}
    return chosen


def _candidates(
    kept: Projects,
    question: ProjectQuestion,
    pics: frozenset[str],
    chosen: Mapping[str, object],
    sought: SoughtProjects | None,
) -> Iterable[Project]:
    if question.institute is not None:
        found = {one.identifier: one for one in kept.named(chosen)}
        return [found[number] for number in chosen if number in found]
    if question.organisation is not None:
        return kept.of_organisations(sorted(pics))
    if question.call is not None:
        return kept.of_call(question.call)
    return kept.all() if sought is None else kept.named(sought.numbers)


def _asked_for(one: Project, question: ProjectQuestion) -> bool:
    if question.call is not None and (one.topic or "").upper() != question.call.strip().upper():
        return False
    return not question.programmes or one.framework.upper() in question.programmes


def _check_programmes(kept: Projects, question: ProjectQuestion, found: list[Project]) -> None:
    """Raises UsageError for a programme that no project is of: an empty list would say that there is nothing."""
    if not question.programmes or found:
        return
    there = {one.framework.upper() for one in kept.all() if one.framework}
    if unknown := sorted(question.programmes - there):
        raise UsageError(
            "No project is of {unknown}; there are {known}.", unknown=", ".join(unknown), known=", ".join(sorted(there))
        )


def _organisations(kept: Projects, wanted: str) -> frozenset[str]:
    """The PICs of an organisation by its PIC or words of its name. Raises UsageError when it is in no project."""
    found = [wanted.strip()] if wanted.strip().isdecimal() else kept.called(wanted.split())
    if not wanted.strip() or not found or kept.unknown(found) == found:
        raise UsageError(
            "No organisation in a project is called {wanted}: give its PIC, or words of its name.",
            wanted=shorten(wanted),
        )
    return frozenset(found)


def _listed(
    one: Project, parts: Iterable[Participation], pics: frozenset[str], selected_by: tuple[str, ...] | None
) -> ListedProject:
    everybody = list(parts)
    own = [part for part in everybody if part.pic in pics]
    if not pics:
        return ListedProject(one, None, one.contribution_eur, tuple(_names(everybody)), selected_by)
    amounts = [part.contribution_eur for part in own if part.contribution_eur is not None]
    others = [part for part in everybody if part.pic not in pics]
    return ListedProject(one, _role(own), sum(amounts) if amounts else None, tuple(_names(others)), selected_by)


def _role(own: Iterable[Participation]) -> str | None:
    roles = [part.role for part in own]
    return _COORDINATOR if _COORDINATOR in roles else next(iter(roles), None)


def _names(parts: Iterable[Participation]) -> Iterator[str]:
    """Each organisation once, the coordinator first."""
    ordered = sorted(parts, key=lambda part: part.role != _COORDINATOR)
    yield from dict.fromkeys(part.name for part in ordered)
