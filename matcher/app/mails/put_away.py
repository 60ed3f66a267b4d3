"""What a reader wants to hear of no more: calls that he dismissed or muted, and those about a term that he muted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.digest.muting import muted_term
from matcher.digest.verdicts import Verdicts
from matcher.model.decision import Decided, Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from matcher.app.home import Home
    from matcher.model.match import Match
    from matcher.model.subscription import Subscriber
    from matcher.ranking.index import Index


def muted_calls(index: Index, reader: Subscriber) -> dict[str, str]:
    """The calls that are about a term which a reader muted, each with that term."""
    if not reader.mute_terms:
        return {}
    from matcher.ranking.scores.about import calls_about

    return {index.call(row).identifier: term for row, term in calls_about(index, reader.mute_terms).items()}


def put_away(home: Home, index: Index, reader: Subscriber, day: date) -> Callable[[Sequence[Match]], bool]:
    """Tells of the matches of one call, best first, whether its mails would leave it out because of the reader."""
    with home.open_store(read_only=True) as store:
        own = store.decisions.history(Owner(reader.identifier, is_reader=True))
    verdicts, about = Verdicts(Decided.on(own, day)), muted_calls(index, reader)

    def is_away(matches: Sequence[Match]) -> bool:
        named = verdicts.is_dismissed_by(reader, matches[0].call.identifier)
        return named or muted_term(reader, about, matches) is not None

    return is_away
