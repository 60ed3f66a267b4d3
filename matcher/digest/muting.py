"""Which of a subscriber's muted terms keeps a call away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.text.analysis import Analyzer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matcher.model.match import Match
    from matcher.model.subscription import Subscriber


def muted_term(subscriber: Subscriber, about: Mapping[str, str], matches: Sequence[Match]) -> str | None:
    """The muted term that a call is `about`, or that is the heaviest reason of its best match; None where none is.

    `matches` are those of the call, best first.
    """
    best = matches[0]
    if not subscriber.mute_terms or best.call.identifier in about:
        return about.get(best.call.identifier)
    analyzer = Analyzer()
    heaviest = [{*analyzer.terms(word), word.casefold()} for word in best.words(1)]
    muted = ((term, set(analyzer.terms(term)) or {term.casefold()}) for term in subscriber.mute_terms)
    return next((term for term, stems in muted for word in heaviest if stems <= word), None)
