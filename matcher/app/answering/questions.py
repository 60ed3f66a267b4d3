"""Questions that the saved index answers: which calls suit whom, why, and what is known of each.

Each takes a home and a `Question` (or the name of a call), and brings one of the records of `matcher.model.answers`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from matcher.app.decision_copy import decided
from matcher.app.decisions.learned_feedback import taught
from matcher.app.kept_index import current_index
from matcher.app.mishaps import answered
from matcher.errors import UsageError, shorten
from matcher.model.answers import ChangeListing, Ranking, Reason, ShownCall
from matcher.model.day import brussels_day, noon
from matcher.model.decision import Decided
from matcher.model.language import Language
from matcher.model.match import Group, worth_a_look
from matcher.model.question import CallFilter, Question, check_actions
from matcher.model.searched import Unknown, order_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.app.home import Home
    from matcher.model.changes import Change
    from matcher.ranking.index import Index
    from matcher.ranking.scores.asked import Asked
    from matcher.ranking.scores.scoring import Scored


def rank(home: Home, question: Question) -> Ranking:
    """The best calls for an institute, a text or a draft. Raises UsageError for what nobody knows."""
    return ranked(home, current_index(home), question)[0]


def ranked_each(
    home: Home, index: Index, names: Sequence[str], question: Question
) -> tuple[list[tuple[Ranking, Scored]], tuple[str, ...]]:
    """What `ranked` answers each of these institutes and labs, out of one opened index: its calls are read once.

    Also a sentence on each that fails. Raises UsageError for what nobody knows.
    """
    return answered(lambda name: ranked(home, index, replace(question, about=(name,))), names)


def ranked(home: Home, index: Index, question: Question) -> tuple[Ranking, Scored]:
    """The best calls, and what they were chosen from."""
    from matcher.ranking.scores.matching import Depth, best_matches, kept_away

    question = replace(question, filter=meant(index, question.filter))
    day = home.day(question.as_of, index)
    known = decided(home, day.date)
    asked = taught(home, index, asked_of(home, index, question), known, day.date)
    top, min_fit = _limits(home, question)
    threshold = home.settings.digest.threshold
    own = known.of(asked.identifier or "")
    followed = frozenset(row for call, one in own.items() if one.is_followed and (row := index.row(call)) is not None)
    beside = min_fit if question.min_fit is not None or question.filter.decided else worth_a_look(threshold)
    depth = Depth(top, min_fit, threshold, question.explain, beside, followed)
    wanted = question.filter.among(known.calls(asked.identifier))
    scored = asked.scored(index, wanted, day.date)
    matches = [replace(m, decision=own.get(m.call.identifier)) for m in best_matches(scored, wanted, day.date, depth)]
    least = max(min_fit, depth.threshold)
    away = kept_away(scored, wanted, day.date, least)
    unknown = Unknown(asked.unknown, everything=bool(asked.unknown) and not asked.need.skills)
    found = Ranking(asked.identifier, asked.name, day.date, tuple(matches), day.sample, away, unknown, least)
    return _sorted(found, question.sort), scored


def _sorted(found: Ranking, sort: str | None) -> Ranking:
    """The same matches in the order that was asked for, group by group; their ranks stay those by fit."""
    if sort in {None, "fit"}:
        return found
    groups, measure = list(Group), order_of(str(sort), found.as_of)
    matches = sorted(found.matches, key=lambda match: (groups.index(match.group), measure(match.call)))
    return replace(found, matches=tuple(matches))


def why(home: Home, question: Question, call: str) -> Reason:
    """Why a call was, or was not, recommended to an institute: whether it stands in the list that was asked for."""
    from matcher.ranking.scores.matching import Depth, is_recommended, place

    index = current_index(home)
    question = replace(question, filter=meant(index, question.filter))
    day = home.day(question.as_of, index)
    known = decided(home, day.date)
    asked = taught(home, index, asked_of(home, index, question), known, day.date)
    row = row_of(index, call)
    top, min_fit = _limits(home, question)
    wanted = question.filter.among(known.calls(asked.identifier))
    scored = asked.scored(index)
    placed = place(scored, wanted, day.date, row, top=top, threshold=home.settings.digest.threshold)
    own = known.of(asked.identifier or "").get(placed.match.call.identifier)
    least = min_fit if question.min_fit is not None else max(min_fit, home.settings.digest.threshold)
    return Reason(
        institute=asked.identifier or question.institute or "",
        as_of=day.date,
        sample=day.sample,
        match=replace(placed.match, decision=own),
        recommended=placed.match.fit >= least
        and is_recommended(scored, wanted, day.date, Depth(top, min_fit, least), row),
        stopped_by=placed.stopped_by,
        candidates=placed.candidates,
        top=top,
        score_needed=placed.score_needed,
        min_fit=min_fit,
        away=placed.away,
        least=least,
    )


def show(home: Home, call: str, *, institute: str | None = None, as_of: date | None = None) -> ShownCall:
    """A call in full with its history up to the day, and its match for an institute."""
    from matcher.ranking.scores.matching import match_of

    index = current_index(home)
    day = home.day(as_of, index)
    row = row_of(index, call)
    match, name = None, None
    if institute is not None:
        known = decided(home, day.date)
        asked = taught(home, index, asked_of(home, index, Question((institute,))), known, day.date)
        match = match_of(asked.scored(index), row, 0, sentence=True)
        name = (asked.identifier or "").partition("/")[0]  # a lab's institute decides
    identifier = index.call(row).identifier
    with home.open_store(read_only=True) as store:
        changes = _until(day.date, store.calls.changes(identifier=identifier))
        unconfirmed = store.doubts.of_call(identifier)
        decisions = Decided.on(store.decisions.history(call=identifier), day.date).about(identifier)
    if match is not None:
        own = next((one for one in decisions if one.owner.name == name), None)
        match = replace(match, decision=own)
    return ShownCall(index.full_call(row), day.date, changes, match, day.sample, unconfirmed, decisions, name)


def changes(home: Home, question: Question, *, call: str | None = None, since: date | None = None) -> ChangeListing:
    """What changed up to a day, newest first: of one call, or of the calls that suit an institute.

    A call suits from a fit of `min_fit` on, by default from the one that digests go by.
    """
    from matcher.ranking.scores.matching import suiting

    index = current_index(home)
    day = home.day(question.as_of, index)
    kept = None if call is None else {index.call(row_of(index, call)).identifier}
    if question.about is not None:
        asked = taught(home, index, asked_of(home, index, question), decided(home, day.date), day.date)
        rows = suiting(
            asked.scored(index), home.settings.digest.threshold if question.min_fit is None else question.min_fit
        )
        named = {index.call(row).identifier for row in rows}
        kept = named if kept is None else kept & named
    with home.open_store(read_only=True) as store:
        found = _until(day.date, store.calls.changes(identifier=call))
    first = since or date.min
    seen = (c for c in found if first <= brussels_day(c.seen_at) and (kept is None or c.call in kept))
    return ChangeListing(tuple(seen), day.date, day.sample)


CALENDAR_CALLS = 200
"""Calls of an institute's calendar at most, the best ones."""


def institute_calendar(
    home: Home, institute: str, *, language: Language = Language.FR, as_of: date | None = None
) -> bytes:
    """The deadlines of an institute's live calls of a good fit as an iCalendar file."""
    from matcher.present.calendar import institute_calendar as calendar_of

    ranking = rank(
        home, Question((institute,), top=CALENDAR_CALLS, min_fit=home.settings.digest.threshold, as_of=as_of)
    )
    shown = [match for match in ranking.matches if match.decision is None or not match.decision.is_dismissed]
    now = noon(ranking.as_of)
    with home.open_store(read_only=True) as store:
        changes = [change for change in store.calls.changes() if change.seen_at <= now]
    found = home.institute(institute)
    return calendar_of(shown, found.name_in(language), language, now=now, changes=changes)


def language_of(home: Home, text: str) -> str:
    """The language that a text is read in: the one in which more of its words are known."""
    from matcher.ranking.scores.text_language import reading

    return reading(current_index(home), text).language


def row_of(index: Index, call: str) -> int:
    """The row of a call. Raises UsageError when it is unknown."""
    row = index.row(call)
    if row is None:
        raise UsageError(
            "No call is known as {call}: `matcher calls WORDS --status all` searches them.", call=shorten(call)
        )
    return row


def _limits(home: Home, question: Question) -> tuple[int, int]:
    """How many matches at most, and from which fit on."""
    defaults = home.settings.ranking
    return (
        defaults.top if question.top is None else question.top,
        defaults.min_fit if question.min_fit is None else question.min_fit,
    )


def asked_of(home: Home, index: Index, question: Question) -> Asked:
    """What is ranked for: an institute as it was indexed, a text, or a draft."""
    from matcher.ranking.scores.asked import asked_institute

    about = question.about
    if isinstance(about, str):
        from matcher.ranking.scores.asked_anew import asked_text  # an institute was read when it was indexed

        return asked_text(index, about)
    if isinstance(about, tuple) and len(about) == 1:
        found = asked_institute(index, about[0])
        return found or _asked_lab(home, index, about[0])
    if about is None or isinstance(about, tuple):
        raise UsageError("Say what to rank for: one institute, a text or a draft.")
    from matcher.ranking.scores.asked_anew import asked_profile

    return asked_profile(index, about)


def _asked_lab(home: Home, index: Index, name: str) -> Asked:
    """A lab, by `institute/lab` in any case. Raises UsageError, also for an institute that is in no index."""
    from matcher.ranking.scores.asked_anew import asked_profile

    institute = home.institute(name.partition("/")[0])
    if "/" not in name:
        raise UsageError("{identifier} is in no index; run `matcher run`.", identifier=institute.identifier)
    wanted = name.partition("/")[2].strip().casefold()
    for profile in institute.lab_profiles():
        if profile.name.casefold() == wanted:
            asked = asked_profile(index, profile)
            return replace(asked, identifier=profile.identifier, need=replace(asked.need, institute=profile.identifier))
    labs = ", ".join(f"{institute.identifier}/{lab.name}" for lab in institute.labs)
    if not labs:
        raise UsageError("{acronym} has no lab: leave out what stands behind the “/”.", acronym=institute.acronym)
    raise UsageError(
        "No lab is called {name}: those of {acronym} are {labs}.",
        name=shorten(name),
        acronym=institute.acronym,
        labs=labs,
    )


def _until(day: date, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that were seen by the end of a day, which may be replayed."""
    return tuple(change for change in changes if brussels_day(change.seen_at) <= day)


def meant(index: Index, wanted: CallFilter) -> CallFilter:
    """The filter as it is meant. Raises UsageError for a part of a programme or type of action that there is not."""
    if wanted.actions:
        from matcher.model.programmes import USUAL_ACTIONS

        check_actions(wanted, map(index.call, range(len(index))), USUAL_ACTIONS)
    return wanted.in_parts(index.parts) if wanted.programmes else wanted
