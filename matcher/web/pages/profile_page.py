"""An institute's profile, edited with a look at what that would change before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.app.decisions.deciding import who_decides
from matcher.app.decisions.learned_list import clear_learned
from matcher.app.profiles.own_profile import suggest, switched_projects
from matcher.app.profiles.profile_editing import EditConflict, check_terms, compare, editable, revert, save, undo
from matcher.errors import UsageError
from matcher.model.profile_terms import LabTerms, ProfileTerms
from matcher.present.skill_words import skill_text
from matcher.web.failures import Refused
from matcher.web.rights import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from matcher.model.institute import Institute
    from matcher.model.profile_revision import Editable
    from matcher.model.project import Suggestions
    from matcher.web.visit import Visit

MOVES = 10
"""Calls that move within the list and are shown, those that move furthest."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What stands in the form: terms, from which version they were made, and what is told beside them."""

    terms: ProfileTerms
    mark: str
    theirs: ProfileTerms | None = None  # what somebody else saved meanwhile


def profile(visit: Visit) -> Response:
    """The profile as its file holds it."""
    institute = visit.institute()
    now = editable(visit.home, institute.identifier)
    return _page(visit, now, _Form(now.terms, now.mark))


def edit(visit: Visit) -> Response:
    """Look at what the form would change, save it, take the last edit back, or forget what was learned."""
    institute = visit.institute(Right.DECIDE)
    name, mark, by = institute.identifier, visit.form.get("mark", ""), who_decides(visit.home, visit.person.name)
    what = visit.form.get("do", "preview")
    try:
        if what == "undo":
            return _done(
                visit,
                name,
                visit.words.say("Taken back: {said}", said=undo(visit.home, name, mark=mark, by=by).summary),
            )
        if what == "revert":
            revert(visit.home, name, by=by)
            return _done(visit, name, visit.words.say("The file counts again."))
        if what == "forget":
            clear_learned(visit.home, name)
            return _done(visit, name, visit.words.say("The list forgot what it had learned; the decisions stay."))
        terms = _with_taken(read_terms(visit.form, institute), visit.form)
        if what == "save":
            save(visit.home, name, terms, mark=mark, by=by)
            return _done(visit, name, visit.words.say("Saved. The list is made anew with it."))
    except EditConflict as conflict:
        theirs = conflict.theirs
        mine = read_terms(visit.form, institute) if what == "save" else theirs.terms
        return _page(visit, theirs, _Form(mine, theirs.mark, theirs.terms))
    if what != "preview":
        raise Refused("The form does not say what to do with the profile.")
    return _page(visit, editable(visit.home, name), _Form(terms, mark))


def _done(visit: Visit, name: str, told: str) -> Response:
    answer = visit.see_other(f"/institutes/{name}/profile")
    visit.tell(answer, told)
    return answer


def read_terms(form: Mapping[str, str], institute: Institute) -> ProfileTerms:
    """The terms of a form: a line each; a field that is not there stays as the institute has it."""
    now = ProfileTerms.of(institute)
    labs = tuple(
        LabTerms(lab.name, _lines(form, f"lab-{n}-en", lab.en), _lines(form, f"lab-{n}-fr", lab.fr))
        for n, lab in enumerate(now.labs)
    )
    return replace(
        now,
        en=_lines(form, "en", now.en),
        fr=_lines(form, "fr", now.fr),
        exclude=_lines(form, "exclude", now.exclude),
        drop=_lines(form, "drop", now.drop),
        labs=labs,
    )


def _lines(form: Mapping[str, str], name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    if name not in form:
        return otherwise
    return tuple(dict.fromkeys(" ".join(line.split()) for line in form[name].splitlines() if line.strip()))


def _with_taken(terms: ProfileTerms, form: Mapping[str, str]) -> ProfileTerms:
    """With a suggested term, or a project switched off or on, where its button was pressed."""
    if off := form.get("switch-off"):
        return replace(terms, drop=tuple(dict.fromkeys((*terms.drop, off))))
    if on := form.get("switch-on"):
        return replace(terms, drop=tuple(one for one in terms.drop if one != on))
    if taken := form.get("take"):
        return replace(terms, en=tuple(dict.fromkeys((*terms.en, taken))))
    if taken := form.get("take-exclude"):
        return replace(terms, exclude=tuple(dict.fromkeys((*terms.exclude, taken))))
    return terms


def _page(visit: Visit, now: Editable, form: _Form) -> Response:
    name = now.institute.identifier
    is_changed = form.terms != now.terms
    return visit.page(
        "profile.html",
        institute=now.institute,
        form=form,
        now=now,
        comparison=compare(visit.home, name, form.terms) if is_changed else None,
        checked=[(one, skill_text(one, visit.words)) for one in check_terms(visit.home, name, form.terms)],
        suggestions=_suggestions(visit, name, form.terms),
        switched=switched_projects(visit.home, name, form.terms.drop),
        decides=visit.person.may(Right.DECIDE, name),
        moves=MOVES,
    )


def _suggestions(visit: Visit, name: str, terms: ProfileTerms) -> Suggestions | None:
    """What own projects and decisions suggest, less what the form has already."""
    try:
        found = suggest(visit.home, name)
    except UsageError:
        return None
    had = {term.casefold() for _, held in terms.lists() for term in held}
    return replace(
        found,
        suggestions=tuple(one for one in found.suggestions if one.term.casefold() not in had),
        kept=tuple(one for one in found.kept if one.term.casefold() not in had),
        exclude=tuple(one for one in found.exclude if one.term.casefold() not in had),
    )
