"""What an institute, or one of its readers, made of a call: acts in the order they came, and what stands of them."""

from __future__ import annotations

import unicodedata
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from matcher.errors import UsageError, shorten
from matcher.model.day import brussels_day
from matcher.model.frozen import dataclass
from matcher.text.folding import folded
from matcher.text.saying import Saying, did_you_mean
from matcher.text.untrusted import TURNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime

TEXT_LIMIT = 2_000
"""Characters of a note."""

NAME_LIMIT = 100
"""Characters of a name: who decides, to whom a call is given."""


class Act(StrEnum):
    """What can be done with a call."""

    KEEP = "keep"
    DISMISS = "dismiss"
    ASSIGN = "assign"
    NOTE = "note"
    STATE = "state"
    CLEAR = "clear"  # of no call: what the list has learned so far counts no more


class Cause(StrEnum):
    """Why a call is dismissed."""

    NOT_OUR_FIELD = "not our field"
    NOT_ELIGIBLE = "not eligible"
    TOO_LATE = "too late"
    NO_CAPACITY = "no capacity"
    ALREADY_IN = "already in"
    DUPLICATE = "duplicate"  # of another call, which is named


class Application(StrEnum):
    """How far an application has come."""

    PREPARING = "preparing"
    APPLIED = "applied"
    WON = "won"
    LOST = "lost"


CAUSES = {
    Cause.NOT_OUR_FIELD: ("pas notre domaine", "hors domaine"),
    Cause.NOT_ELIGIBLE: ("non éligible", "inéligible", "pas éligible"),
    Cause.TOO_LATE: ("trop tard",),
    Cause.NO_CAPACITY: ("pas de capacité", "sans capacité", "pas de ressources"),
    Cause.ALREADY_IN: ("déjà dedans", "déjà engagé", "déjà partenaire"),
    Cause.DUPLICATE: ("doublon",),
}
"""Each reason, and what it is called in French."""

APPLICATIONS = {
    Application.PREPARING: ("en préparation",),
    Application.APPLIED: ("déposé", "soumis"),
    Application.WON: ("gagné", "retenu"),
    Application.LOST: ("perdu", "non retenu"),
}
"""Each state of an application, and what it is called in French."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who decided for whom: an institute, or a reader for himself."""

    name: str
    is_reader: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on one call, as it is kept for good.

    `value` is the reason, to whom, the text or the state; `detail` the call that a duplicate repeats, or the number of
    the project that came of an application. One that is `undone` takes back the last act of its kind. `by` is None
    where the person was forgotten, `version` the number of the call's version that was decided on.
    """

    owner: Owner
    call: str
    act: Act
    at: datetime
    value: str | None = None
    detail: str | None = None
    by: str | None = None
    undone: bool = False
    version: int | None = None
    number: int = 0

    def as_shared(self) -> Entry:
        """The same as other institutes see it: the institute did it, and no person is named."""
        value = self.owner.name if self.act is Act.ASSIGN and self.value is not None else self.value
        return replace(self, by=None if self.by is None else self.owner.name, value=value)


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a call."""

    text: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands of a call for one owner, notes apart: `by` and `at` are of the last act, `first` is when it began."""

    owner: Owner
    call: str
    act: Act | None = None  # keep or dismiss
    reason: Cause | None = None
    repeats: str | None = None  # the call that a duplicate repeats
    assigned: str | None = None
    state: Application | None = None
    project: str | None = None
    by: str | None = None
    at: datetime | None = None
    first: datetime | None = None
    version: int | None = None  # of the call, when it was kept or dismissed
    notes: tuple[Note, ...] = ()

    @property
    def is_made(self) -> bool:
        """Whether anything was decided: a note alone decides nothing."""
        return self.act is not None or self.assigned is not None or self.state is not None

    @property
    def is_dismissed(self) -> bool:
        return self.act is Act.DISMISS

    @property
    def is_followed(self) -> bool:
        """Kept, assigned or applied for: its news are told first, whatever else a reader asks for."""
        return self.is_made and not self.is_dismissed and self.state is not Application.LOST

    @property
    def grade(self) -> int | None:
        """How relevant the call is by what was decided, 0 to 3; None where that says nothing of it."""
        if self.is_dismissed:
            return 0 if self.reason in {None, Cause.NOT_OUR_FIELD} else None
        if self.state is not None:
            return 3
        return 2 if self.is_made else None

    def as_shared(self) -> Decision:
        """The same as other institutes see it: the institute decided, no person is named, notes stay at home."""
        by, assigned = (self.owner.name if name is not None else None for name in (self.by, self.assigned))
        return replace(self, by=by, assigned=assigned, notes=())


def standing(entries: Iterable[Entry]) -> Decision | None:
    """What stands of the acts of one owner on one call, which come in the order they were kept; None of no act."""
    found: Decision | None = None
    for entry in _in_force(entries):
        found = _after(found or Decision(entry.owner, entry.call), entry)
    return found


def _in_force(entries: Iterable[Entry]) -> list[Entry]:
    """The acts that were not taken back.

    One that is undone takes with it those just before it that say the same kind of thing of the same matter: whoever
    dismissed a call twice takes the dismissal back, not the second word for it. States are steps: the last one goes.
    """
    kept: list[Entry] = []
    for entry in entries:
        if not entry.undone:
            kept.append(entry)
            continue
        same = [one for one in kept if _matter(one.act) == _matter(entry.act)]
        gone: list[Entry] = []
        for one in reversed(same):
            if one.act is not entry.act or (gone and entry.act in {Act.STATE, Act.NOTE}):
                break
            gone.append(one)
        kept = [one for one in kept if not any(one is other for other in gone)]
    return kept


def _matter(act: Act) -> Act:
    """What later acts replace: keeping and dismissing are the two answers to one question."""
    return Act.KEEP if act is Act.DISMISS else act


def _after(before: Decision, entry: Entry) -> Decision:
    if entry.act is Act.NOTE:
        return replace(before, notes=(*before.notes, Note(entry.value or "", entry.by, entry.at)))
    now = replace(before, by=entry.by, at=entry.at, first=before.first or entry.at)
    if entry.act is Act.KEEP:
        return replace(now, act=Act.KEEP, reason=None, repeats=None, version=entry.version)
    if entry.act is Act.DISMISS:
        reason = Cause(entry.value) if entry.value else None
        return replace(now, act=Act.DISMISS, reason=reason, repeats=entry.detail, version=entry.version)
    if now.is_dismissed:  # who gives a call to somebody, or applies, wants it after all
        now = replace(now, act=None, reason=None, repeats=None)
    if entry.act is Act.ASSIGN:
        return replace(now, assigned=entry.value)
    return replace(now, state=Application(entry.value or ""), project=entry.detail)


@dataclass(frozen=True)
class Decided:
    """What stands on a day: by owner, then by call; `cleared` is when each institute had its list forget."""

    of_owner: Mapping[Owner, Mapping[str, Decision]] = field(default_factory=dict)
    cleared: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def on(cls, entries: Iterable[Entry], day: date) -> Decided:
        """What stood at the end of a day, which may be replayed."""
        grouped: dict[Owner, dict[str, list[Entry]]] = {}
        cleared: dict[str, datetime] = {}
        for entry in entries:
            if brussels_day(entry.at) > day:
                continue
            if entry.act is Act.CLEAR:
                cleared[entry.owner.name] = entry.at
            else:
                grouped.setdefault(entry.owner, {}).setdefault(entry.call, []).append(entry)
        return cls(
            {
                owner: {call: found for call, acts in calls.items() if (found := standing(acts)) is not None}
                for owner, calls in grouped.items()
            },
            cleared,
        )

    def of(self, institute: str) -> Mapping[str, Decision]:
        """The decisions of an institute (also of a lab's, by the name before the stroke), by call."""
        return self.of_owner.get(Owner(institute.partition("/")[0]), {})

    def of_reader(self, subscriber: str) -> Mapping[str, Decision]:
        """What a reader dismissed for himself, by call."""
        return self.of_owner.get(Owner(subscriber, is_reader=True), {})

    def about(self, call: str) -> tuple[Decision, ...]:
        """What the institutes decided on a call, by institute."""
        found = (calls[call] for owner, calls in self.of_owner.items() if not owner.is_reader and call in calls)
        return tuple(sorted((one for one in found if one.is_made), key=lambda one: one.owner.name))

    def calls(self, institute: str | None = None) -> frozenset[str]:
        """The calls that this institute, or any of them, decided on."""
        return frozenset(one.call for one in self if one.is_made and institute in {None, one.owner.name})

    def __iter__(self) -> Iterator[Decision]:
        """The decisions of all institutes, in the order of institutes and calls."""
        for owner in sorted((o for o in self.of_owner if not o.is_reader), key=lambda o: o.name):
            yield from (self.of_owner[owner][call] for call in sorted(self.of_owner[owner]))


def cause_of(word: str) -> Cause:
    """The reason that a word means, in English or French, with spaces or hyphens. Raises UsageError with near ones."""
    return _meant(word, CAUSES, Saying("No reason is called {word}: {hint}"))


def application_of(word: str) -> Application:
    """The state that a word means, in English or French. Raises UsageError with near ones."""
    return _meant(word, APPLICATIONS, Saying("No state of an application is called {word}: {hint}"))


_Word = TypeVar("_Word", bound=StrEnum)


def _meant(word: str, words: Mapping[_Word, tuple[str, ...]], unknown: Saying) -> _Word:
    known = {_folded(name): one for one, names in words.items() for name in (one.value, *names)}
    if (found := known.get(_folded(word))) is not None:
        return found
    from difflib import get_close_matches  # of a mistake only

    near = dict.fromkeys(known[name].value for name in get_close_matches(_folded(word), known, n=3, cutoff=0.6))
    hint = did_you_mean(near) if near else Saying("there are {some}.", some=", ".join(words))
    raise UsageError(unknown.of(word=shorten(word), hint=hint))


def _folded(word: str) -> str:
    return " ".join(folded(word).replace("-", " ").replace("_", " ").split())


def checked_text(text: str, what: Saying, limit: int = TEXT_LIMIT) -> str:
    """A text as it is kept. Raises UsageError where it is empty, too long, or holds what no person types."""
    kept = text.strip()
    if not kept:
        raise UsageError("The {what} is empty: write something.", what=what)
    if len(kept) > limit:
        raise UsageError(
            "The {what} has {n:,} characters, {limit:,} are kept at most: shorten it.",
            what=what,
            n=len(kept),
            limit=limit,
        )
    odd = next((c for c in kept if _is_control(c)), None)
    if odd is not None:
        raise UsageError("The {what} holds the control character U+{code:04X}: take it out.", what=what, code=ord(odd))
    return kept


def checked_name(text: str, what: Saying) -> str:
    """A name as it is kept: one line. Raises UsageError like `checked_text`."""
    return checked_text(" ".join(text.split()) if _is_plain(text) else text, what, NAME_LIMIT)


def _is_plain(text: str) -> bool:
    return not any(_is_control(c) for c in text)


def _is_control(letter: str) -> bool:
    return letter in TURNING or (unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} and letter not in "\n\t")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants done with calls; `value` and `detail` are those of an `Entry`, `by` the name that he gave."""

    act: Act
    value: str | None = None
    detail: str | None = None
    undo: bool = False
    by: str | None = None

    @classmethod
    def of(
        cls, act: Act, value: str | None = None, detail: str | None = None, *, undo: bool = False, by: str | None = None
    ) -> Order:
        """The order that words give: a reason, to whom, a text or a state; and the call or project that goes with it.

        Raises:
            UsageError: for a word that means nothing, and for one that is missing or too many.

        """
        if undo:
            if value is not None or detail is not None:
                raise UsageError(
                    "To take back takes nothing more ({value}): leave it out, or leave out the undo.",
                    value=shorten(value if value is not None else detail),
                )
            return cls(act, undo=True, by=by)
        if value is None and act in {Act.ASSIGN, Act.NOTE, Act.STATE}:
            raise UsageError("Say the {what}, or take it back (undo).", what=_VALUES[act])
        if value is not None and act is Act.KEEP:
            raise UsageError("What is kept needs no reason, and {value} is none.", value=shorten(value))
        kept = None if value is None else _READ[act](value)
        _check_detail(act, kept, detail)
        return cls(act, kept, detail, by=by)


_VALUES = {
    Act.ASSIGN: Saying("name of whom it is assigned to"),
    Act.NOTE: Saying("text"),
    Act.STATE: Saying("state"),
}

_READ: Mapping[Act, Callable[[str], str]] = {
    Act.DISMISS: lambda word: cause_of(word).value,
    Act.ASSIGN: lambda word: checked_name(word, Saying("name of whom it is assigned to")),
    Act.NOTE: lambda word: checked_text(word, Saying("note")),
    Act.STATE: lambda word: application_of(word).value,
}

_DIGITS = 12


def _check_detail(act: Act, value: str | None, detail: str | None) -> None:
    if (value == Cause.DUPLICATE) != (act is Act.DISMISS and detail is not None):
        raise UsageError(
            "A duplicate, and nothing else, names the call that it repeats (--reason duplicate --of CALL)."
        )
    if act is not Act.STATE or detail is None:
        return
    if not (detail.isdecimal() and detail.isascii() and len(detail) <= _DIGITS):
        raise UsageError("The project is {detail}: a project has a number, such as 101000001.", detail=shorten(detail))


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands now of the calls that were decided on, None where nothing does, and what to know of it."""

    institute: str
    by: str
    calls: Mapping[str, Decision | None]
    remarks: tuple[Saying, ...] = ()


STATES = (*(act.value for act in (Act.KEEP, Act.DISMISS)), "assigned", *(state.value for state in Application))
"""What a listing of decisions can be narrowed to."""


@dataclass(frozen=True, slots=True)
class DecisionQuestion:
    """Which decisions are asked for: of an institute or of all, in one of these states, decided from a day on."""

    institute: str | None = None
    states: frozenset[str] = frozenset()
    since: date | None = None
    as_of: date | None = None

    def wants(self, decision: Decision) -> bool:
        """Whether a decision that was made is asked for; its notes are asked for with it."""
        words = {decision.act, decision.state, "assigned" if decision.assigned else None}
        return not self.states or not self.states.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class DecisionListing:
    """Decisions, by institute and call; `shared` where several institutes see them, so that no person is named."""

    decisions: tuple[Decision, ...]
    as_of: date
    since: date | None = None
    shared: bool = False

    def reaches(self, day: date) -> bool:
        """Whether what was done on a day is asked for."""
        return self.since is None or day >= self.since
