"""An institute's profile, edited with a look at what that would change before it is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.app.decisions.deciding import who_decides
from matcher.app.decisions.learned_list import clear_learned
from matcher.app.profiles.own_profile import suggest, switched_projects
from matcher.app.profiles.profile_editing import EditConflict, check_terms, compare, editable, revert, save, undo
from matcher.errors import UsageError
from matcher.model.profile_terms import ProfileTerms
from matcher.present.edit_words import edit_text
from matcher.web.failures import Refused
from matcher.web.profile_form import KeywordVerdicts, ProfileForm
from matcher.web.rights import Right

if TYPE_CHECKING:
    from starlette.responses import Response

    from matcher.model.profile_revision import Editable
    from matcher.model.project import Suggestions
    from matcher.web.visit import Visit

MOVES = 10
"""Calls that move within the list and are shown, those that move furthest."""


def profile(visit: Visit) -> Response:
    """The profile as its file holds it."""
    institute = visit.institute()
    now = editable(visit.home, institute.identifier)
    return _page(visit, now, ProfileForm.of(now.terms), now.mark)


def edit(visit: Visit) -> Response:
    """Look at what the form would change, save it, take the last edit back, or forget what was learned."""
    institute = visit.institute(Right.DECIDE)
    name, mark, by = institute.identifier, visit.form.get("mark", ""), who_decides(visit.home, visit.person.name)
    what = visit.form.get("do", "preview")
    form = ProfileForm.of(ProfileTerms.of(institute)).read(visit.form)
    try:
        if what == "undo":
            said = edit_text(undo(visit.home, name, mark=mark, by=by).summary, visit.words)
            return _done(visit, name, visit.words.say("Taken back: {said}", said=said))
        if what == "revert":
            revert(visit.home, name, by=by)
            return _done(visit, name, visit.words.say("The file counts again."))
        if what == "forget":
            clear_learned(visit.home, name)
            return _done(visit, name, visit.words.say("The list forgot what it had learned; the decisions stay."))
        if what == "save":
            if not save(visit.home, name, form.terms, mark=mark, by=by):
                return _done(visit, name, visit.words.say("Nothing was changed: there is nothing to save."))
            return _done(visit, name, visit.words.say("Saved. The list is made anew with it."))
    except EditConflict as conflict:
        theirs = conflict.theirs
        mine = form if what == "save" else ProfileForm.of(theirs.terms)
        return _page(visit, theirs, mine, theirs.mark, theirs.terms)
    if what != "preview":
        raise Refused("The form does not say what to do with the profile.")
    return _page(visit, editable(visit.home, name), form, mark)


def _done(visit: Visit, name: str, told: str) -> Response:
    answer = visit.see_other(f"/institutes/{name}/profile")
    visit.tell(answer, told)
    return answer


def _page(visit: Visit, now: Editable, form: ProfileForm, mark: str, theirs: ProfileTerms | None = None) -> Response:
    """The page with a form that was made from the version of that mark; `theirs` is what somebody saved meanwhile."""
    name, terms = now.institute.identifier, form.terms
    verdicts = KeywordVerdicts(check_terms(visit.home, name, terms), visit.words)
    return visit.page(
        "profile.html",
        institute=now.institute,
        form=form,
        mark=mark,
        theirs=theirs,
        now=now,
        edits=[(one, edit_text(one.summary, visit.words)) for one in now.revisions],
        names_persons=visit.person.knows_persons_of(name),
        comparison=compare(visit.home, name, terms) if terms != now.terms else None,
        verdicts=verdicts,
        others=verdicts.besides(form),
        suggestions=_suggestions(visit, name, terms),
        switched=switched_projects(visit.home, name, terms.drop),
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
