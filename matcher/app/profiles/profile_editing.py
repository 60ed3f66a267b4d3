"""A profile edited through the product: looked at before it counts, saved into its file, and taken back."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.app.kept_index import current_index
from matcher.config.fingerprint import institute_files
from matcher.disk import can_be_written, write_file, writing_to
from matcher.errors import StoreMissing, UsageError
from matcher.model.profile_revision import Edit, Editable
from matcher.model.profile_terms import LONGEST_TERM, MOST_TERMS, ProfileTerms
from matcher.text.encodings import marked

if TYPE_CHECKING:
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.institute import Institute
    from matcher.model.match import ListChange, SkillCheck
    from matcher.model.profile_revision import Revision


class EditConflict(UsageError):
    """Somebody edited the file since it was looked at; `theirs` is what it holds now."""

    def __init__(self, theirs: Editable) -> None:
        super().__init__("Somebody else saved this profile meanwhile: both versions are shown, choose.")
        self.theirs = theirs


def editable(home: Home, name: str) -> Editable:
    """A profile as its file holds it now. Raises UsageError."""
    institute = home.institute(name)
    path = _path(home, institute.identifier)
    text = _text(path)
    try:
        with home.open_store(read_only=True) as store:
            revisions = store.profile_revisions.of(institute.identifier)
    except StoreMissing:
        revisions = ()
    writable = can_be_written(path.parent)
    return Editable(institute, ProfileTerms.of(_parsed(path.name, text)), _mark(text), writable, revisions)


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


def save(home: Home, name: str, terms: ProfileTerms, *, mark: str, by: str | None) -> None:
    """Put these terms into the institute's file; what it held is kept.

    Args:
        home: the configuration, and the store that keeps what was before.
        name: of the institute.
        terms: what the file shall hold.
        mark: of the version that they were made from (`Editable.mark`).
        by: who saves.

    Raises:
        EditConflict: where the file holds another version by now.
        UsageError: for terms that no file may hold, or a folder that cannot be written.

    """
    from matcher.config.profile_file import edited

    _check(terms)
    now = editable(home, name)
    if now.mark != mark:
        raise EditConflict(now)
    path = _path(home, now.institute.identifier)
    before = _text(path)
    _replace(home, now, edited(before, terms), _summary(now.terms, terms), by)


def undo(home: Home, name: str, *, mark: str, by: str | None) -> Revision:
    """Bring back what the file held before the last edit. Raises as `save`, and UsageError where nothing was edited."""
    now = editable(home, name)
    if not now.revisions:
        raise UsageError("Nothing of {name} was edited here that could be taken back.", name=now.institute.identifier)
    if now.mark != mark:
        raise EditConflict(now)
    last = now.revisions[0]
    _replace(home, now, last.before, f"taken back: {last.summary}", by)
    return last


def _replace(home: Home, now: Editable, text: str, summary: str, by: str | None) -> None:
    """Write a file that is read as one first; what it held is kept, and of two who save at once one comes second."""
    name = now.institute.identifier
    path = _path(home, name)
    if not now.can_be_saved:
        raise UsageError("{folder} cannot be written: edit {file} where it can.", folder=path.parent, file=path.name)
    _parsed(path.name, text)
    with home.open_store() as store, store.profile_revisions.editing() as kept:
        before = _text(path)
        if is_first := _mark(before) == now.mark:
            kept(Edit(name, before, summary, by, home.clock()))
            with writing_to(path.parent):
                write_file(path, text.encode(), mode=path.stat().st_mode & 0o777)
    if not is_first:
        raise EditConflict(editable(home, name))


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
    return "; ".join(said) or "another order"


def _path(home: Home, identifier: str) -> Path:
    return next(path for path in institute_files(home.settings.config_dir) if path.stem == identifier)


def _text(path: Path) -> str:
    data = path.read_bytes()
    return data.decode(marked(data) or "utf-8")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _parsed(name: str, text: str) -> Institute:
    """The institute of a text that is, or shall be, a file of that name. Raises ConfigError."""
    from matcher.config.institutes import read_institute

    with tempfile.TemporaryDirectory(prefix="matcher-profile-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        return read_institute(path)
