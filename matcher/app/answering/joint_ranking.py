"""Several institutes or labs asked about at once: side by side, or as one list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.app.answering.questions import ranked_each
from matcher.app.kept_index import current_index
from matcher.errors import UsageError
from matcher.model.answers import JointRanking, SharedMatch
from matcher.model.searched import order_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.app.home import Home
    from matcher.model.answers import Ranking
    from matcher.model.match import Match
    from matcher.model.question import Question
    from matcher.ranking.scores.scoring import Scored

MOST = 60
"""Institutes and labs that are asked about at once, at most: the network."""


def side_by_side(home: Home, question: Question) -> tuple[tuple[Ranking, ...], tuple[str, ...]]:
    """The best calls of each institute or lab that is asked about, each as it would be asked alone; and a sentence on
    each that fails.
    """
    found, problems = _each(home, question)
    return tuple(ranking for ranking, _ in found), problems


def together(home: Home, question: Question) -> JointRanking:
    """The best calls of several institutes or labs as one list: each call once, with the fit that it has for each.

    The best fit decides the order, unless another was asked for; `top` counts the calls of the list.
    """
    found, problems = _each(home, replace(question, sort=None))
    index = current_index(home)
    best: dict[str, Match] = {}
    for match in (match for ranking, _ in found for match in ranking.matches):
        held = best.get(match.call.identifier)
        if held is None or (match.fit, match.score) > (held.fit, held.score):
            best[match.call.identifier] = match
    ordered = sorted(best.values(), key=lambda match: (-match.fit, -match.score, match.call.identifier))
    top = home.settings.ranking.top if question.top is None else question.top
    shared = [
        SharedMatch(replace(match, rank=rank), _fits(found, index.row(match.call.identifier)))
        for rank, match in enumerate(ordered[:top], 1)
    ]
    first = found[0][0]
    if question.sort not in {None, "fit"}:
        measure = order_of(str(question.sort), first.as_of)
        shared.sort(key=lambda one: measure(one.match.call))
    return JointRanking(tuple(ranking for ranking, _ in found), first.as_of, tuple(shared), first.sample, problems)


def _fits(found: Iterable[tuple[Ranking, Scored]], row: int | None) -> tuple[tuple[str, int], ...]:
    """The fit of a call for each who has something in common with it, best first."""
    if row is None:
        return ()
    fits = [(ranking.institute or "", scored.fit(row)) for ranking, scored in found if scored.related[row]]
    return tuple(sorted(fits, key=lambda fit: (-fit[1], fit[0])))


def _each(home: Home, question: Question) -> tuple[list[tuple[Ranking, Scored]], tuple[str, ...]]:
    """Each one asked about by itself, once, in the order of the question. Raises UsageError for too many."""
    names = question.about if isinstance(question.about, tuple) else ()
    if not names or len(names) > MOST:
        raise UsageError("Name between 1 and {most} institutes or labs; `matcher institutes` lists them.", most=MOST)
    found, problems = ranked_each(home, current_index(home), names, question)
    return list({ranking.institute: (ranking, scored) for ranking, scored in found}.values()), problems
