"""What is asked of calls: filters, and how they are read from words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.errors import UsageError
from matcher.model.call import LIVE, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from matcher.model.call import Call


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are asked for; empty fields ask for everything."""

    status: frozenset[Status] = LIVE
    programmes: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()  # codes or their endings: RIA matches HORIZON-RIA
    deadline_before: date | None = None
    deadline_after: date | None = None
    words: tuple[str, ...] = ()

    def stopped_by(self, call: Call, today: date) -> str | None:
        """The name of the first filter that stops this call, or None when it passes."""
        if self.status and call.status_on(today) not in self.status:
            return "status"
        if self.programmes and (call.programme or "").upper() not in self.programmes:
            return "programme"
        if self.actions and not any(action_matches(a.code, self.actions) for a in call.actions):
            return "action"
        deadline = call.next_deadline(today)
        day = deadline.date if deadline else call.last_deadline
        if self.deadline_before and (day is None or day >= self.deadline_before):
            return "deadline-before"
        if self.deadline_after and (day is None or day <= self.deadline_after):
            return "deadline-after"
        haystack = " ".join((call.identifier, call.title, call.call_title or "")).casefold()
        if not all(word.casefold() in haystack for word in self.words):
            return "words"
        return None


def action_matches(code: str, wanted: Iterable[str]) -> bool:
    """True when a type-of-action code is asked for, in full or by its ending (`RIA` for `HORIZON-JU-RIA`)."""
    upper = code.upper()
    return any(upper == w or upper.endswith("-" + w) for w in wanted)


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
