"""What is new in the calls that suit an institute: those that came, changed or went since a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.app.answering.questions import changes
from matcher.app.decision_copy import decided
from matcher.app.kept_index import current_index
from matcher.model.changes import LIFECYCLE
from matcher.model.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.changes import Change

_CAME = {"new", "returned", "reopened"}
_WENT = {"closed", "withdrawn"}


@dataclass(frozen=True, slots=True)
class CallNews:
    """A call and what changed in it, newest first."""

    call: Call
    changes: tuple[Change, ...]

    def since(self, moment: datetime) -> CallNews:
        """The same with what came after a moment."""
        return CallNews(self.call, tuple(one for one in self.changes if one.seen_at > moment))

    @property
    def stands(self) -> str | None:
        """What its last change of status was: new, opened, closed…; None where it had none."""
        return next((one.kind for one in self.changes if one.field == LIFECYCLE), None)


@dataclass(frozen=True, slots=True)
class News:
    """Calls that came, that changed, and that went, the newest first."""

    new: tuple[CallNews, ...]
    changed: tuple[CallNews, ...]
    gone: tuple[CallNews, ...]

    @classmethod
    def of(cls, known: Iterable[CallNews], moment: datetime) -> News:
        """What happened after a moment."""
        later = [one for one in (news.since(moment) for news in known) if one.changes]
        new = tuple(one for one in later if one.stands in _CAME)
        gone = tuple(one for one in later if one.stands in _WENT)
        return cls(new, tuple(one for one in later if one not in (*new, *gone)), gone)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def call_news(home: Home, institute: str) -> tuple[CallNews, ...]:
    """Everything that ever changed in the calls that suit an institute and that it did not dismiss, newest first."""
    index, listing = current_index(home), changes(home, Question((institute,)))
    own = decided(home, listing.as_of).of(institute)
    found: dict[str, list[Change]] = {}
    for change in listing.changes:
        found.setdefault(change.call, []).append(change)
    rows = ((name, index.row(name)) for name in found if name not in own or not own[name].is_dismissed)
    return tuple(CallNews(index.call(row), tuple(found[name])) for name, row in rows if row is not None)
