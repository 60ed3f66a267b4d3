"""iCalendar: the deadlines of the exported calls, the same events as in the mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.errors import UsageError
from matcher.export.content import Thing
from matcher.model.subscription import Language
from matcher.present import calendar
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.export.content import Content


def encode(content: Content) -> bytes:
    """One calendar of every coming deadline. Raises UsageError for changes."""
    if content.thing is Thing.CHANGES:
        raise UsageError("A calendar holds deadlines, not changes: export matches or calls as ics.")
    title = f"European calls: {untrusted.text(content.name, untrusted.TERM)}" + (
        " (packaged sample)" if content.sample else ""
    )
    changes = content.history.changes if content.history else ()
    return calendar.deadlines(content.calls, title, Words(Language.EN), now=content.now, changes=changes)
