"""What is searched for, in words: one value, made and checked once at the edge."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import date
from typing import TYPE_CHECKING

from matcher.errors import UsageError, shorten
from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from matcher.model.call import Call
    from matcher.model.parts import Part

SORTS = ("relevance", "deadline", "opening", "budget")
"""Orders of a list of calls: best first, next deadline first, latest opening first, most money for the topic first."""

RANK_SORTS = ("fit", "deadline", "opening", "budget")
"""Orders of a list of matches: best first, and as those of calls."""

LIMIT = 20
"""What a search shows on the command line where nothing else is asked for."""

MOST_WORDS = 50
"""Words of a search at most; a text to compare with calls is a question of its own (`rank --text`)."""

_MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Search:
    """Words that have to be there, all of them; `phrase` wants them side by side, in this order.

    `without` holds words, or phrases, that must not be there.
    """

    words: tuple[str, ...] = ()
    phrase: bool = False
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in (*self.words, *self.without):
            if not any(letter.isalnum() for letter in text):
                raise UsageError(
                    "{text} holds no word to search for; try `matcher calls hydrogen storage`.", text=shorten(text)
                )
        whole = self.text
        if len(whole) > _MOST_CHARACTERS or len(whole.split()) > MOST_WORDS or len(self.without) > MOST_WORDS:
            raise UsageError(
                "A search takes at most {most} words; `matcher rank --text` compares a whole text.",
                most=MOST_WORDS,
            )
        if self.phrase and not self.words:
            raise UsageError("A phrase needs its words: `matcher calls --phrase solid state battery`.")

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(self.words)

    def __bool__(self) -> bool:
        return bool(self.words or self.without)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a subscriber is told of, by its `name`, among calls of these `parts` (identifiers) and `actions`.

    With a `threshold` it brings, of the calls that hold the words, those whose fit for the words is that or more (as
    for a typed text); without one, all of them.
    """

    name: str
    search: Search
    parts: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    threshold: int | None = None

    def narrowed(self, parts: tuple[str, ...], actions: tuple[str, ...]) -> SavedSearch:
        """The search among these, where it names none itself."""
        return replace(self, parts=self.parts or parts, actions=self.actions or actions)

    @property
    def mark(self) -> str:
        """What it asks for, as one line: the same whatever it is called."""
        limit = "" if self.threshold is None else str(self.threshold)
        return " | ".join((self.search.text.casefold(), ",".join(self.parts), ",".join(self.actions), limit))


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What a search brought, beside the calls themselves.

    `found` counts what passed before `limit`; `sentences` has the sentence that matched, by identifier; `missing` the
    words that nothing has, each with near ones; `elsewhere` counts what has all the words but was stopped by a filter;
    `guessed` is True where what was found is not what was asked for: an identifier that does not exist gave those that
    are nearly spelt so, a word that nothing has (it is in `missing`) what has the one it is a slip of, and three words
    or more that nothing has all of gave what has most of them, which is `partly`; `none_in` is the part of a programme
    that the words name where none of its calls was found.
    """

    found: int
    sentences: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    elsewhere: int = 0
    guessed: bool = False
    partly: bool = False
    none_in: Part | None = None


def order_of(sort: str, on: date) -> Callable[[Call], tuple[float, str]]:
    """What calls are sorted by: next deadline, latest opening or most money first; what is unknown comes last.

    A pot that topics share counts for each as its equal share: what the portal repeats on eighteen topics is no
    eighteen budgets.
    """

    def soonest(call: Call) -> float:
        following = call.next_deadline(on)
        return following.date.toordinal() if following else date.max.toordinal()

    def newest(call: Call) -> float:
        return -call.opening.toordinal() if call.opening else 0

    def richest(call: Call) -> float:
        return -(call.budget_share or 0)

    measure = {"deadline": soonest, "opening": newest, "budget": richest}[sort]
    return lambda call: (measure(call), call.identifier)


def check_rank_sort(sort: str | None) -> None:
    """Raises UsageError for an order that matches are not listed in."""
    if sort is not None and sort not in RANK_SORTS:
        raise UsageError(
            "No ranking is sorted by {sort}; there are {known}.",
            sort=shorten(sort),
            known=", ".join(RANK_SORTS),
        )


def check_sort(sort: str | None, words: Iterable[str]) -> str:
    """The order that is asked for, by default best first where there are words. Raises UsageError."""
    searching = any(words)
    if sort is None:
        return "relevance" if searching else "deadline"
    if sort not in SORTS:
        raise UsageError("Nothing is sorted by {sort}; there are {known}.", sort=shorten(sort), known=", ".join(SORTS))
    if sort == "relevance" and not searching:
        raise UsageError("Relevance is to words: `matcher calls hydrogen storage --sort relevance`.")
    return sort


@dataclass(frozen=True, slots=True)
class Unknown:
    """The `words` of a text that no call and no project has, each with words that are spelt nearly so.

    Where they are `everything` that the text says, nothing can be found by it.
    """

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everything: bool = False


NOTHING_UNKNOWN = Unknown()
