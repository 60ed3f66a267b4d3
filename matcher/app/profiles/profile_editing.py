"""A profile edited through the product: looked at before it counts, saved, and taken back.

It is saved into its file where the folder can be written, else into the database, where it stands above the file.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.app.standing_profiles import editing
from matcher.config.fingerprint import institute_files
from matcher.disk import can_be_written, write_file, writing_to
from matcher.errors import StoreMissing, UsageError
from matcher.model.profile_revision import ANOTHER_ORDER, TAKEN_BACK, TO_THE_FILE, Edit, Editable
from matcher.model.profile_terms import LONGEST_TERM, MOST_TERMS, ProfileTerms
from matcher.text.encodings import marked

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from matcher.app.home import Home
    from matcher.model.match import ListChange, SkillCheck
    from matcher.model.profile_revision import Revision


class EditConflict(UsageError):
    """Somebody edited the profile since it was looked at; `theirs` is what it holds now."""

    def __init__(self, theirs: Editable) -> None:
        super().__init__("Somebody else saved this profile meanwhile: both versions are shown, choose.")
        self.theirs = theirs


def editable(home: Home, name: str) -> Editable:
    """A profile as its file holds it now, or what stands above it. Raises UsageError."""
    from matcher.config.institutes import read_text

    institute = home.institute(name)
    path = _path(home, institute.identifier)
    above = None
    try:
        with home.open_store(read_only=True) as store:
            revisions = store.profile_revisions.of(institute.identifier)
            above = store.profile_revisions.standing().get(institute.identifier)
    except StoreMissing:
        revisions = ()
    text = _text(path) if above is None else above
    return Editable(
        institute=institute,
        terms=ProfileTerms.of(read_text(path.name, text)),
        text=text,
        mark=_mark(text),
        can_be_saved=_can_be_saved(home, path),
        revisions=revisions,
        stands_above=above is not None,
    )


def edits(home: Home, name: str) -> tuple[Revision, ...]:
    """Every edit of a profile that was made through the product, newest first. Raises UsageError."""
    identifier = home.institute(name).identifier
    try:
        with home.open_store(read_only=True) as store:
            return store.profile_revisions.of(identifier, most=None)
    except StoreMissing:
        return ()


def compare(home: Home, name: str, terms: ProfileTerms, *, as_of: date | None = None) -> ListChange:
    """What these terms would change in the top of an institute's list, on a day."""
    from matcher.ranking.proposals.skills import compare_profiles

    institute, index = home.institute(name), current_index(home)
    day = home.day(as_of, index).date
    return compare_profiles(index, institute.profile(), terms.applied(institute).profile(), day)


def check_terms(home: Home, name: str, terms: ProfileTerms) -> list[SkillCheck]:
    """Each skill of the profile with these terms: does it match calls, never, or nearly all of them."""
    from matcher.ranking.proposals.skills import check_skills

    return check_skills(current_index(home), terms.applied(home.institute(name)).written_skills())


def save(home: Home, name: str, terms: ProfileTerms, *, mark: str, by: str | None) -> bool:
    """Put these terms into the institute's file, or above it; what was there is kept. False where they stand there.

    Args:
        home: the configuration, and the store that keeps what was before.
        name: of the institute.
        terms: what the profile shall hold.
        mark: of the version that they were made from (`Editable.mark`).
        by: who saves.

    Raises:
        EditConflict: where the profile is another version by now.
        UsageError: for terms that no profile may hold, or where neither file nor database can be written.

    """
    from matcher.config.profile_file import edited

    _check(terms)
    now = editable(home, name)
    if now.mark != mark:
        raise EditConflict(now)
    if (text := edited(now.text, terms)) == now.text:
        return False
    _replace(home, now, text, _summary(now.terms, terms), by)
    return True


def undo(home: Home, name: str, *, mark: str, by: str | None) -> Revision:
    """Bring back what was before the last edit. Raises as `save`, and UsageError where nothing was edited."""
    now = editable(home, name)
    if not now.revisions:
        raise UsageError("Nothing of {name} was edited here that could be taken back.", name=now.institute.identifier)
    if now.mark != mark:
        raise EditConflict(now)
    last = now.revisions[0]
    _replace(home, now, last.before, TAKEN_BACK + last.summary, by)
    return last


def revert(home: Home, name: str, *, by: str | None) -> None:
    """Have the file of an institute count again. Raises UsageError where it does."""
    identifier = home.institute(name).identifier
    with home.open_filled() as store, editing(home, store) as edit:
        above = edit.standing(identifier)
        if above is not None:
            edit.keep(Edit(identifier, above, TO_THE_FILE, by, home.clock()))
            edit.put(identifier, None)
    if above is None:
        raise UsageError("The profile of {name} is what its file says already.", name=identifier)


def _replace(home: Home, now: Editable, text: str, summary: str, by: str | None) -> None:
    """Put a text that is read as one first; what was is kept, and of two who save at once one comes second.

    Once a text stands above the file, edits go there: in the file nobody would see them.
    """
    from matcher.config.institutes import read_text

    name = now.institute.identifier
    path = _path(home, name)
    if not now.can_be_saved:
        raise UsageError("{folder} cannot be written: edit {file} where it can.", folder=path.parent, file=path.name)
    read_text(path.name, text)
    with home.open_store() as store, editing(home, store) as edit:
        above = edit.standing(name)
        if is_first := _mark(_text(path) if above is None else above) == now.mark:
            edit.keep(Edit(name, now.text, summary, by, home.clock()))
            if above is None and can_be_written(path.parent):
                with writing_to(path.parent):
                    write_file(path, text.encode(), mode=path.stat().st_mode & 0o777)
            else:
                edit.put(name, None if text == _text(path) else text)
    if not is_first:
        raise EditConflict(editable(home, name))


def _can_be_saved(home: Home, path: Path) -> bool:
    return can_be_written(path.parent) or bool(home.settings.database.url) or can_be_written(home.settings.home)


def _check(terms: ProfileTerms) -> None:
    every = [term for _, found in terms.lists() for term in found]
    if len(every) > MOST_TERMS:
        raise UsageError("A profile holds {most} terms at most, and these are {n}.", most=MOST_TERMS, n=len(every))
    for term in every:
        if not term.strip() or len(term) > LONGEST_TERM or not term.isprintable():
            raise UsageError("A term is one line of at most {most} characters that can be read.", most=LONGEST_TERM)


def _summary(before: ProfileTerms, after: ProfileTerms) -> str:
    """`+ hydrogen storage; - coal`"""
    had, has = ({term for _, found in terms.lists() for term in found} for terms in (before, after))
    said = [f"+ {term}" for term in sorted(has - had)] + [f"- {term}" for term in sorted(had - has)]
    return "; ".join(said) or ANOTHER_ORDER


def _path(home: Home, identifier: str) -> Path:
    return next(path for path in institute_files(home.settings.config_dir) if path.stem == identifier)


def _text(path: Path) -> str:
    data = path.read_bytes()
    return data.decode(marked(data) or "utf-8")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
