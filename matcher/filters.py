"""The filters of `rank`, `why`, `calls` and their counterparts in Python, as words, made a `CallFilter`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.errors import UsageError
from matcher.model import LIVE, CallFilter, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.model import Call

STATUSES = {"live": LIVE, "all": frozenset[Status]()} | {s.value: frozenset({s}) for s in Status}
"""The words for a status, and the statuses that each asks for; an empty set asks for every one."""

_MOST_NAMED = 60  # all programmes, and not all types of action


def call_filter(
    status: Iterable[str] = ("live",),
    programme: Iterable[str] = (),
    action: Iterable[str] = (),
    deadline_before: date | None = None,
    deadline_after: date | None = None,
    words: Iterable[str] = (),
) -> CallFilter:
    """The filter that these words ask for, each of them one or several. Raises UsageError for an unknown status."""
    asked = listed(status)
    for word in asked:
        if word not in STATUSES:
            raise UsageError(f"No status is called {word!r}; there are {', '.join(sorted(STATUSES))}.")
    statuses = frozenset[Status]() if "all" in asked else frozenset().union(*(STATUSES[word] for word in asked))
    return CallFilter(
        status=statuses,
        programmes=frozenset(p.upper() for p in listed(programme)),
        actions=frozenset(a.upper() for a in listed(action)),
        deadline_before=deadline_before,
        deadline_after=deadline_after,
        words=listed(words),
    )


def listed(words: Iterable[str]) -> tuple[str, ...]:
    """One word, or several, as a tuple of words."""
    return (words,) if isinstance(words, str) else tuple(words)


def unknown_word(
    wanted: CallFilter, calls: Iterable[Call], programmes: Iterable[str], actions: Iterable[str]
) -> str | None:
    """What to tell of a programme or type of action that no call and none of these lists has; else None."""
    programmes, actions = set(programmes), set(actions)
    for call in calls:
        programmes.add((call.programme or "").upper())
        actions |= {action.code.upper() for action in call.actions}
    endings = {"-".join(words[i:]) for words in (code.split("-") for code in actions) for i in range(len(words))}
    for what, words, known in (
        ("programme", wanted.programmes, programmes),
        ("type of action", wanted.actions, endings),
    ):
        for word in sorted(words - known):
            return f"No {what} is called {word!r}: {_hint(word, known - {''})}"
    return None


def _hint(word: str, known: set[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(sorted(near))}?"
    some = sorted(known)[:_MOST_NAMED]
    return f"there are {', '.join(some)}{', …' if len(known) > len(some) else '.'}"
