"""What the saved searches of subscribers find on a day, as matches that a mail can tell of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.model.question import CallFilter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from matcher.model.match import Match
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Subscriber
    from matcher.ranking.index import Index


def told_by_search(
    subscribers: Iterable[Subscriber], told: Mapping[str, Collection[str]]
) -> dict[SavedSearch, set[str]]:
    """Each search with the calls that its subscribers were told of: they are followed, whether it finds them still."""
    asked: dict[SavedSearch, set[str]] = {}
    for subscriber in subscribers:
        for search in subscriber.searches:
            asked.setdefault(search, set()).update(told.get(subscriber.identifier, ()))
    return asked


def matches_of(index: Index, search: SavedSearch, told: Iterable[str], day: date) -> tuple[Match, ...]:
    """What a search finds among calls that are live on a day, best first, and of what was `told` the rest."""
    from matcher.ranking.call_words import search_calls
    from matcher.ranking.scores.asked import reads_closely
    from matcher.ranking.scores.asked_anew import asked_text
    from matcher.ranking.scores.matching import match_of
    from matcher.ranking.scores.scoring import score

    sought = search_calls(index, search.search)
    live = index.may_be_live(day)
    found = [] if sought.guessed else [row for row in sought.rows if live[row]]  # no identifier but the one asked for
    followed = [row for row in map(index.row, told) if row is not None]
    rows = [row for row in dict.fromkeys((*found, *followed)) if _passes(index, search, row, day)]
    if not rows:
        return ()
    need = asked_text(index, search.search.text).need
    scored = score(index, need, everything=not reads_closely(index, CallFilter(), day, rows))
    sentences = sought.sentences(index.call(row) for row in rows)
    holds = frozenset(() if sought.guessed else sought.rows)
    matches = (match_of(scored, row, place, sentence=False) for place, row in enumerate(rows, 1))
    return tuple(
        replace(match.brief(), search=search, pinned=row in holds, sentence=sentences.get(match.call.identifier))
        for row, match in zip(rows, matches, strict=True)
    )


def _passes(index: Index, search: SavedSearch, row: int, day: date) -> bool:
    wanted = CallFilter(frozenset(), frozenset(search.parts), frozenset(search.actions))
    return wanted.stopped_by(index.call(row), day) is None
