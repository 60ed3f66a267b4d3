"""An edit of an institute's profile: what was before, what it did, who made it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from matcher.model.institute import Institute
    from matcher.model.profile_terms import ProfileTerms


TAKEN_BACK = "taken back: "
"""What the summary of an edit begins with that took another one back, which follows."""

ANOTHER_ORDER, TO_THE_FILE = "another order", "back to the file"
"""The summaries of edits that neither add a term nor take one out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that is being made; `before` is the whole text that it replaces."""

    institute: str
    before: str
    summary: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One edit; `before` is the whole text that it replaced."""

    number: int
    before: str
    summary: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Editable:
    """A profile as it can be edited now: `mark` changes with every edit of it, by whomever.

    `stands_above` says that it is in the database, above the file, whatever the file holds.
    """

    institute: Institute
    terms: ProfileTerms
    text: str
    mark: str
    can_be_saved: bool
    revisions: tuple[Revision, ...] = ()
    stands_above: bool = False
