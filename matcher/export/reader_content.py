"""What a reader's own calendar and feed hold: the calls that suit his institutes, each once, without those put away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matcher.app.answering.questions import CALENDAR_CALLS
from matcher.app.kept_index import current_index
from matcher.app.mails.put_away import put_away
from matcher.errors import MatcherError
from matcher.export.content import Portion, matches, with_history
from matcher.model.question import CallFilter, Question

if TYPE_CHECKING:
    from matcher.app.home import Home
    from matcher.export.content import Content
    from matcher.model.match import Match
    from matcher.model.subscription import Subscriber


def reader_content(home: Home, reader: Subscriber) -> Content:
    """One part, of all institutes that the reader gets mails for, each call with its best match and its history.

    The reader has institutes: what saved searches find is told by mail only. Raises MatcherError where one fails.
    """
    wanted = CallFilter.of(programme=reader.programmes, action=reader.actions)
    question = Question(None, wanted, top=CALENDAR_CALLS, min_fit=reader.threshold)
    found = matches(home, () if reader.is_network else reader.institutes, question)
    if found.problems:  # a calendar would lose what is missing, and each entry get another id
        raise MatcherError(found.problems[0])
    is_away = put_away(home, current_index(home), reader, found.as_of)
    told: dict[str, list[Match]] = {}
    for match in (match for part in found.parts for match in part.matches if not _is_dismissed(match)):
        told.setdefault(match.call.identifier, []).append(match)
    ranked = (sorted(matches, key=lambda match: -match.fit) for matches in told.values())
    best = (matches[0] for matches in ranked if not is_away(matches))
    ordered = sorted(best, key=lambda match: -match.fit)[:CALENDAR_CALLS]
    of = "+".join(str(part.institute) for part in found.parts)  # whose ids of entries are apart from another reader's
    return with_history(home, replace(found, parts=(Portion(of, found.name, matches=tuple(ordered)),)))


def _is_dismissed(match: Match) -> bool:
    return match.decision is not None and match.decision.is_dismissed
