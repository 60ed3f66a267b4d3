"""What changed in an institute's list since its reader last looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from matcher.app.answering.call_news import News, call_news
from matcher.errors import MatcherError
from matcher.model.day import brussels_day
from matcher.present import facts
from matcher.web.last_look import keep_look, looked_before

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import date, datetime

    from starlette.responses import Response

    from matcher.app.answering.call_news import CallNews
    from matcher.model.call import Call
    from matcher.model.institute import Institute
    from matcher.present.facts import ChangeLine
    from matcher.web.visit import Visit

SHOWN = 20
"""Calls of each kind at most."""


@dataclass(frozen=True, slots=True)
class TellingNews:
    """News in words, since a day: calls with what is to say of each, and how many there are of a kind."""

    since: date
    parts: tuple[tuple[str, int, tuple[tuple[Call, tuple[ChangeLine, ...]], ...]], ...]


def institute_news(visit: Visit, institute: Institute) -> TellingNews | None:
    """What is new to this browser; None of who looks for the first time, or at another day."""
    moment = _since(visit, institute)
    if moment is None:
        return None
    news = News.of(_known(visit, institute), moment)
    say = visit.words.say
    named = ((say("New"), news.new), (say("Changed"), news.changed), (say("Gone"), news.gone))
    parts = tuple((title, len(found), tuple(_lines(found[:SHOWN], visit))) for title, found in named if found)
    return TellingNews(brussels_day(moment), parts)


def told_since(visit: Visit) -> Hashable:
    """What a page that is kept says of it: the day, and how much is new."""
    try:
        institute = visit.institute()
        moment = _since(visit, institute)
        if moment is None:
            return None
        news = News.of(_known(visit, institute), moment)
    except MatcherError:  # which the page itself tells
        return None
    return brussels_day(moment), sum(len(one.changes) for one in (*news.new, *news.changed, *news.gone))


def looked(visit: Visit, answer: Response) -> None:
    """Have the browser remember this look, where a page was shown."""
    if answer.status_code == HTTPStatus.OK and isinstance(answer, HTMLResponse) and _is_of_today(visit):
        keep_look(visit, answer, visit.institute().identifier)


def _since(visit: Visit, institute: Institute) -> datetime | None:
    return looked_before(visit, institute.identifier) if _is_of_today(visit) else None


def _is_of_today(visit: Visit) -> bool:
    return not visit.trial and "as_of" not in visit.request.query_params


def _known(visit: Visit, institute: Institute) -> tuple[CallNews, ...]:
    name = institute.identifier
    return visit.answer(("news", name), lambda: call_news(visit.home, name))


def _lines(found: Iterable[CallNews], visit: Visit) -> Iterable[tuple[Call, tuple[ChangeLine, ...]]]:
    return ((one.call, facts.changes(one.changes, visit.words)) for one in found)
