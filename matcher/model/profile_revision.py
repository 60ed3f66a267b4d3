"""An edit of an institute's profile: what was before, what it did, who made it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from matcher.model.institute import Institute
    from matcher.model.profile_terms import ProfileTerms


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that is being made; `before` is the text of the file that it replaces."""

    institute: str
    before: str
    summary: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One edit; `before` is the text of the file that it replaced."""

    number: int
    before: str
    summary: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Editable:
    """A profile as it can be edited now: `mark` changes with every edit of its file, by whomever."""

    institute: Institute
    terms: ProfileTerms
    mark: str
    can_be_saved: bool
    revisions: tuple[Revision, ...] = ()
