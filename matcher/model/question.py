"""What is asked: one value, made and checked once at the edge; its filters come from one table.

The command line's options, the keywords of Python, what a subscriber wants and an address of a page all become a
`Question`, and `FILTERS` gives each of them its fields, words and help.
"""

from __future__ import annotations

from dataclasses import field, replace
from datetime import date
from numbers import Integral
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from matcher.errors import UsageError, shorten
from matcher.model.call import LIVE, Call, Status
from matcher.model.day import known_day
from matcher.model.frozen import dataclass
from matcher.model.profile_parts import Profile
from matcher.model.searched import Search, check_rank_sort, check_sort
from matcher.model.terms import Audience
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matcher.model.part_table import PartTable

About = tuple[str, ...] | str | Profile | None
"""One or several institutes or labs, a text, a draft; None asks for calls whoever they suit."""

STATUSES = {"live": LIVE, "all": frozenset[Status]()} | {s.value: frozenset({s}) for s in Status}
"""The words for a status, and the statuses that each asks for; an empty set asks for every one."""

_MOST_NAMED = 60  # all programmes, and not all types of action


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to ask for fewer calls.

    `name` is the option, the keyword and the field of a form; `field` is that of `CallFilter`; `kind` tells how it is
    written: `choice` (one or several of `choices`), `audience` (one of `choices`), `words` (one or several of any),
    `day`, `flag`.
    """

    name: str
    field: str
    kind: str
    help: Mapping[str, str]
    stops: Callable[[Any, Call, date], bool]  # value, call, day that is judged
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Marked:
    """That a mark is asked for; `calls` are those that bear it, told by whoever knows (`CallFilter.among`)."""

    calls: frozenset[str] = field(default=frozenset(), compare=False)


def action_matches(code: str, wanted: Iterable[str]) -> bool:
    """True when a type-of-action code is asked for, in full or by its ending (`RIA` for `HORIZON-JU-RIA`)."""
    upper = code.upper()
    return any(upper == w or upper.endswith("-" + w) for w in wanted)


def _is_part(call: Call, wanted: frozenset[str]) -> bool:
    return (call.programme or "").upper() in wanted or any(part.identifier in wanted for part in call.parts)


def _judged_deadline(call: Call, on: date) -> date | None:
    deadline = call.next_deadline(on)
    return deadline.date if deadline else call.last_deadline


def _not_before(limit: date, call: Call, on: date) -> bool:
    deadline = _judged_deadline(call, on)
    return deadline is None or deadline >= limit


def _not_after(limit: date, call: Call, on: date) -> bool:
    deadline = _judged_deadline(call, on)
    return deadline is None or deadline <= limit


FILTERS = (
    Filter(
        "status",
        "status",
        "choice",
        {"en": "May be repeated.", "fr": "Peut être répété."},
        lambda wanted, call, on: call.status_on(on) not in wanted,
        tuple(sorted(STATUSES)),
    ),
    Filter(
        "programme",
        "programmes",
        "words",
        {
            "en": 'A programme or a part of one, by any of its names: LIFE, EIC, "soil mission"…; may be repeated.',
            "fr": "Un programme ou une partie, par l’un de ses noms : LIFE, EIC, « mission sol »… ; peut être répété.",
        },
        lambda wanted, call, _on: not _is_part(call, wanted),
    ),
    Filter(
        "action",
        "actions",
        "words",
        {
            "en": "Type of action: RIA, IA, HORIZON-CSA…; may be repeated.",
            "fr": "Type d’action : RIA, IA, HORIZON-CSA… ; peut être répété.",
        },
        lambda wanted, call, _on: not any(action_matches(a.code, wanted) for a in call.actions),
    ),
    Filter(
        "deadline_before",
        "deadline_before",
        "day",
        {
            "en": "The next deadline is before this day.",
            "fr": "La prochaine échéance est avant ce jour.",
        },
        _not_before,
    ),
    Filter(
        "deadline_after",
        "deadline_after",
        "day",
        {
            "en": "The next deadline is after this day.",
            "fr": "La prochaine échéance est après ce jour.",
        },
        _not_after,
    ),
    Filter(
        "open_to",
        "open_to",
        "audience",
        {
            "en": "Only calls that research institutes (or small companies) may enter; any: none stand apart.",
            "fr": "Seulement les appels ouverts aux instituts de recherche (ou aux PME) ; any : aucun n’est à part.",
        },
        lambda audience, call, _on: call.terms.closed_to(audience) is not None,
        tuple(audience.value for audience in Audience),
    ),
    Filter(
        "decided",
        "decided",
        "flag",
        {
            "en": "Only calls that the institute decided on (of no institute: any of them did).",
            "fr": "Seulement les appels sur lesquels l’institut (sans institut : l’un d’eux) a décidé.",
        },
        lambda marked, call, _on: call.identifier not in marked.calls,
    ),
    Filter(
        "undecided",
        "undecided",
        "flag",
        {
            "en": "Only calls that it has not decided on.",
            "fr": "Seulement les appels sur lesquels il n’a pas décidé.",
        },
        lambda marked, call, _on: call.identifier in marked.calls,
    ),
)
"""Every filter, in the order in which they are asked; a new one is one line here and one field of `CallFilter`."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are asked for; empty fields ask for everything."""

    status: frozenset[Status] = LIVE
    programmes: frozenset[str] = frozenset()  # identifiers of parts, once it is known what is meant (`in_parts`)
    actions: frozenset[str] = frozenset()  # codes or their endings: RIA matches HORIZON-RIA
    deadline_before: date | None = None
    deadline_after: date | None = None
    open_to: Audience | None = None  # None: what research may not enter stands apart
    decided: Marked | None = None
    undecided: Marked | None = None
    _asked: tuple[tuple[Filter, Any], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        asked = tuple((one, value) for one in FILTERS if (value := getattr(self, one.field)))
        object.__setattr__(self, "_asked", asked)  # once, not for each of many thousand calls

    @classmethod
    def of(cls, **words: Any) -> CallFilter:
        """The filter that words ask for, by the names of `FILTERS`; each one or several, nothing or None for all.

        Raises:
            UsageError: for an unknown status, or for calls that are decided on and are not.

        """
        if words.get("decided") and words.get("undecided"):
            raise UsageError("Ask for one at a time: what is decided, or what is not.")
        status = listed(words.get("status") or ("live",))
        for word in status:
            if word not in STATUSES:
                raise UsageError(
                    "No status is called {word}; there are {known}.",
                    word=shorten(word),
                    known=", ".join(sorted(STATUSES)),
                )
        every = frozenset[Status]() if "all" in status else frozenset().union(*(STATUSES[word] for word in status))
        return cls(
            status=every,
            programmes=frozenset(p.upper() for p in listed(words.get("programme") or ())),
            actions=frozenset(a.upper() for a in listed(words.get("action") or ())),
            deadline_before=words.get("deadline_before"),
            deadline_after=words.get("deadline_after"),
            open_to=_audience(words.get("open_to")),
            decided=Marked() if words.get("decided") else None,
            undecided=Marked() if words.get("undecided") else None,
        )

    def among(self, calls: frozenset[str]) -> CallFilter:
        """The same, where these are the calls that were decided on."""
        return replace(
            self,
            decided=Marked(calls) if self.decided is not None else None,
            undecided=Marked(calls) if self.undecided is not None else None,
        )

    def in_parts(self, table: PartTable) -> CallFilter:
        """The filter by the parts that its programmes mean. Raises UsageError for one that is unknown."""
        return replace(self, programmes=table.meant(self.programmes)) if self.programmes else self

    def stopped_by(self, call: Call, on: date) -> str | None:
        """The name of the first filter that stops this call, or None when it passes."""
        for one, value in self._asked:
            if one.stops(value, call, on):
                return one.name.replace("_", "-")
        return None


@dataclass(frozen=True, slots=True)
class Question:
    """Which calls suit whom: everything that can be asked, checked when it is made.

    `top` and `min_fit` are None where the settings decide, `as_of` where today does; `explain` adds the sentence where
    the evidence stands. `search`, `sort` and `limit` are of calls that are listed, not ranked.
    """

    about: About = None
    filter: CallFilter = field(default_factory=CallFilter)
    top: int | None = None
    min_fit: int | None = None
    as_of: date | None = None
    explain: bool = False
    search: Search = field(default_factory=Search)
    sort: str | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.about is None:
            check_sort(self.sort, self.search.words)
        else:
            check_rank_sort(self.sort)
        check_limits(self.limit, name="limit")
        if isinstance(self.about, str) and not self.about.strip():
            raise UsageError("The text is empty: give some words to rank for.")
        check_limits(self.top, self.min_fit)

    @classmethod
    def of(cls, about: About, asked: Mapping[str, Any], *, explain: bool = False) -> Question:
        """The question that options, keywords or an address ask, by the names of `FILTERS` and of the fields.

        Raises:
            UsageError: for what cannot be asked.

        """
        return cls(
            about,
            CallFilter.of(**{one.name: asked[one.name] for one in FILTERS if one.name in asked}),
            asked.get("top"),
            asked.get("min_fit"),
            asked.get("as_of"),
            explain,
            Search(listed(asked.get("words", ())), asked.get("phrase", False), listed(asked.get("without", ()))),
            asked.get("sort"),
            asked.get("limit"),
        )

    @property
    def institute(self) -> str | None:
        """The one institute (or lab) that is asked about, if it is one."""
        return self.about[0] if isinstance(self.about, tuple) and len(self.about) == 1 else None

    def to_query(self) -> str:
        """The question as the query of an address; defaults are left out. Raises UsageError for a draft."""
        if isinstance(self.about, Profile):
            raise UsageError("A draft has no address: save it as an institute first.")
        pairs = [("institute", name) for name in self.about] if isinstance(self.about, tuple) else []
        if isinstance(self.about, str):
            pairs.append(("text", self.about))
        pairs += [(one.name, word) for one in FILTERS for word in _written(one, getattr(self.filter, one.field))]
        pairs += [("words", word) for word in self.search.words] + [("without", word) for word in self.search.without]
        for name in ("top", "min_fit", "as_of", "sort", "limit"):
            value = getattr(self, name)
            if value is not None:
                pairs.append((name, str(value)))
        flags = {"explain": self.explain, "phrase": self.search.phrase}
        pairs += [(name, "1") for name, is_set in flags.items() if is_set]
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: str) -> Question:
        """The question of an address, whose keys are the names of `FILTERS` and of the fields. Raises UsageError."""
        asked = parse_qs(query, keep_blank_values=True)
        known = {one.name for one in FILTERS} | _OTHER_KEYS
        for name in asked:
            if name not in known:
                raise UsageError("Nothing can be asked by {name}: {hint}", name=shorten(name), hint=_hint(name, known))
        if "institute" in asked and "text" in asked:
            raise UsageError("Ask about institutes or about a text, not both.")
        last: dict[str, Any] = {name: values[-1] for name, values in asked.items()}
        words: dict[str, Any] = {one.name: _read(one, asked[one.name]) for one in FILTERS if one.name in asked}
        words |= {name: _number(name, last.get(name)) for name in ("top", "min_fit", "limit")}
        words |= {name: asked.get(name, ()) for name in ("words", "without")}
        words |= {
            "as_of": _day("as_of", last.get("as_of")),
            "phrase": last.get("phrase") == "1",
            "sort": last.get("sort"),
        }
        about = tuple(asked["institute"]) if "institute" in asked else last.get("text")
        return cls.of(about, words, explain=last.get("explain") == "1")


_OTHER_KEYS = {"institute", "text", "top", "min_fit", "as_of", "explain", "words", "phrase", "without", "sort", "limit"}
"""What an address can say beside the filters."""


MOST = 1_000_000
"""More than this is never there to ask for, and a number without end is one that some part cannot take."""


def check_limits(top: int | None = None, min_fit: int | None = None, *, name: str = "top") -> None:
    """Raises UsageError where less than one, or a fit that there is not, is asked for; None leaves it open."""
    if top is not None and not (_is_whole(top) and 1 <= top <= MOST):
        raise UsageError(
            "{name} is {top}: ask for at least 1 and at most {most:,}, as a whole number.",
            name=name,
            top=shorten(top),
            most=MOST,
        )
    if min_fit is not None and not (_is_whole(min_fit) and 0 <= min_fit <= 100):
        raise UsageError("min_fit is {min_fit}: a fit is a whole number between 0 and 100.", min_fit=shorten(min_fit))


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral)


def _audience(word: str | None) -> Audience | None:
    if not word:
        return None
    try:
        return Audience(word)
    except ValueError as error:
        known = ", ".join(Audience)
        raise UsageError("Calls are open to {known}, not to {word}.", known=known, word=shorten(word)) from error


def _written(one: Filter, value: Any) -> list[str]:
    """The words that ask for a filter's value; none for the default."""
    if one.kind == "choice":
        if value == LIVE:
            return []
        return sorted(s.value for s in value) if value else ["all"]
    if one.kind == "day":
        return [value.isoformat()] if value else []
    if one.kind == "audience":
        return [value.value] if value else []
    if one.kind == "flag":
        return ["1"] if value else []
    return sorted(value) if isinstance(value, frozenset) else list(value)


def _read(one: Filter, words: Sequence[str]) -> Any:
    if one.kind == "audience":
        return words[-1]
    if one.kind == "flag":
        return words[-1] == "1"
    return _day(one.name, words[-1]) if one.kind == "day" else tuple(words)


def _number(name: str, word: str | None) -> int | None:
    if word is None:
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise UsageError("{name} is {word}, expected a whole number.", name=name, word=shorten(word))
    return int(word)


def _day(name: str, word: str | None) -> date | None:
    if word is None:
        return None
    try:
        return known_day(date.fromisoformat(word))
    except ValueError as error:
        raise UsageError("{name} is {word}, expected a day like 2026-05-07.", name=name, word=shorten(word)) from error


def listed(words: Iterable[str]) -> tuple[str, ...]:
    """One word, or several, as a tuple of words."""
    return (words,) if isinstance(words, str) else tuple(words)


def check_actions(wanted: CallFilter, calls: Iterable[Call], actions: Iterable[str]) -> None:
    """Raises UsageError for a type of action that is not in the list and that no call has.

    The calls are read only where the list doesn't know a word: a slip must not look like a lack of calls.
    """
    known = _endings(actions)
    if wanted.actions <= known:
        return
    known |= _endings(action.code.upper() for call in calls for action in call.actions)
    for word in sorted(wanted.actions - known):
        raise UsageError("No type of action is called {word}: {hint}", word=shorten(word), hint=_hint(word, known))


def _endings(codes: Iterable[str]) -> set[str]:
    return {"-".join(words[i:]) for words in (code.split("-") for code in codes) for i in range(len(words))}


def _hint(word: str, known: set[str]) -> Saying:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=3, cutoff=0.6)
    if near:
        return did_you_mean(sorted(near))
    some = sorted(known)[:_MOST_NAMED]
    sentence = Saying("there are {some}, …") if len(known) > len(some) else Saying("there are {some}.")
    return sentence.of(some=", ".join(some))
