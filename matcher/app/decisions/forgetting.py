"""Taking a person's name out of what is kept of decisions, of edits of profiles and of looks at lists."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from matcher.app.decision_copy import forget
from matcher.app.reader_looks import forget_looks
from matcher.errors import UsageError

if TYPE_CHECKING:
    from matcher.app.home import Home


def forget_person(home: Home, name: str) -> int:
    """Take a name out of every act, as who decided, wrote, edited or is given calls; of a subscriber also address and
    name. When he last looked at which list is forgotten whole.

    Returns how many acts had it. Sent mails and backups keep theirs until they age out. Raises UsageError where nobody
    of that name did anything.
    """
    names = [name.strip()]
    with suppress(UsageError):
        found = home.subscriber(name)
        names += [found.identifier, found.address, found.name]
    with home.open_filled() as store:
        count = forget(home, store, names) + store.profile_revisions.forget(names)
        forget_looks(store, names)
    if not count:
        raise UsageError(
            "Nobody called {name!r} is named in a decision or an edit; `matcher decisions INSTITUTE` shows who is.",
            name=name,
        )
    return count
