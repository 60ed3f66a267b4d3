"""Which calls suit best what is ranked for, today or on any day that is replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.model.call import LIVE
from matcher.model.frozen import dataclass
from matcher.model.match import Away, Evidence, Group, Match
from matcher.model.terms import Audience
from matcher.ranking.needs import chance
from matcher.ranking.scores.diversity import WEIGHT, diversified
from matcher.ranking.scores.scoring import NOTHING, score
from matcher.ranking.texts.numbers import UNREAD_SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    import numpy.typing as npt

    from matcher.model.question import CallFilter
    from matcher.ranking.index import Index
    from matcher.ranking.needs.profile import QueryVector
    from matcher.ranking.scores.scoring import Scored


@dataclass(frozen=True, slots=True)
class Depth:
    """How far down a list goes: `top` matches from `min_fit` on; those below `threshold` are only worth a look.

    Less sure than `least` stands nothing beside what suits but the rows that are `followed`. `sentences` adds to each
    match the sentence where most of the evidence stands.
    """

    top: int
    min_fit: int = 0
    threshold: int = 0
    sentences: bool = False
    least: int = 0
    followed: frozenset[int] = frozenset()


def match_of(scored: Scored, row: int, rank: int, *, sentence: bool, group: Group = Group.MAIN) -> Match:
    """The match of one call with its evidence."""
    found = scored.evidence(row)
    if sentence:
        from matcher.ranking.scores.quoting import quoted  # a list without sentences reads no text

        found = quoted(found, scored.index, _texts(scored.index, row))
    return Match(
        rank,
        scored.index.call(row),
        float(scored.totals[row]),
        scored.fit(row),
        found,
        next((item.sentence for item in found if item.sentence), None),
        institute=scored.need.institute,
        group=group,
        base=scored.base_of(row, found),
    )


def _texts(index: Index, row: int) -> Iterator[str]:
    """What a call says of its subject: its title, section by section, and last its keywords, which are no sentences."""
    call = index.call(row)
    yield call.title
    yield from (section.text for section in index.sections(row) if section.name not in UNREAD_SECTIONS)
    yield from call.keywords


def best_matches(scored: Scored, wanted: CallFilter, today: date, depth: Depth) -> list[Match]:
    """The best calls that pass the filter, in groups: what suits, what may be worth a look, what suits anyone, and
    what the terms of entry close to a research institute (to whom the filter says, if it does).

    Calls that hold a pinned term come first, whatever their fit. What suits comes before all else, in an order that
    covers the skills of the profile (`diversified`): only the room that it leaves is for the best of the other groups.
    """
    pinned = _pinned_and_open(scored, wanted)
    return [
        replace(match_of(scored, row, rank, sentence=depth.sentences, group=group), pinned=row in pinned)
        for rank, (row, group) in enumerate(_listed(scored, wanted, today, depth), 1)
    ]


def _listed(scored: Scored, wanted: CallFilter, today: date, depth: Depth) -> list[tuple[int, Group]]:
    """The rows of a list and the group of each, as they stand in it."""
    pinned = _pinned_and_open(scored, wanted)
    totals = np.nan_to_num(scored.totals, nan=NOTHING)
    first = sorted(pinned, key=lambda row: (-totals[row], row))
    main = [row for row in first if _passes(scored, wanted, today, row)][: depth.top]
    room = depth.top - len(main)
    suited: list[int] = []
    others: list[tuple[int, Group]] = []
    for row in _candidates(scored, wanted, today):
        if scored.fit(row) < depth.min_fit or _is_out_of_reach(totals, row, suited, room):
            break
        if row in pinned or not _passes(scored, wanted, today, row):
            continue
        group = _group_of(scored, row, depth, wanted.open_to or Audience.RESEARCH)
        if group is Group.MAIN:
            suited.append(row)
        elif scored.fit(row) >= depth.least or row in depth.followed:
            others.append((row, group))
    main += diversified(scored, suited)[:room]
    beside = others[: depth.top - len(main)]
    return [(row, Group.MAIN) for row in main] + [(row, its) for group in Group for row, its in beside if its is group]


def _is_out_of_reach(totals: npt.NDArray[np.float64], row: int, suited: Sequence[int], room: int) -> bool:
    """Whether a list with that much room is full, and this call too far below for its order to bring it in."""
    return len(suited) >= room and (room < 1 or totals[row] < totals[suited[room - 1]] - WEIGHT)


def _pinned_and_open(scored: Scored, wanted: CallFilter) -> set[int]:
    audience = wanted.open_to or Audience.RESEARCH
    rows = _pinned_rows(scored.index, scored.need.pin)
    return {row for row in rows if scored.index.call(row).terms.closed_to(audience) is None}


_NAMED = "CHALLENGES"
"""Part of the identifiers of EIC calls that name a subject."""


def _group_of(scored: Scored, row: int, depth: Depth, audience: Audience) -> Group:
    call = scored.index.call(row)
    if call.terms.closed_to(audience) is not None:
        return Group.CLOSED
    if scored.index.call_facts[chance.FACTS.index("broad"), row] and _NAMED not in call.identifier.upper():
        return Group.BROAD
    return Group.MAIN if scored.fit(row) >= depth.threshold else Group.LOOK


def is_recommended(scored: Scored, wanted: CallFilter, today: date, depth: Depth, row: int) -> bool:
    """Whether a call stands in the list, among what suits or what is open to any science."""
    return {(row, Group.MAIN), (row, Group.BROAD)} & {*_listed(scored, wanted, today, depth)} != set()


def kept_away(scored: Scored, wanted: CallFilter, today: date, least: int) -> tuple[Away, ...]:
    """The calls that the filter lets through and that only the excluded terms keep away, from a fit on, best first."""
    rows = (row for row in sorted(scored.away) if np.isfinite(scored.totals[row]) and scored.fit(row) >= least)
    pinned = _pinned_rows(scored.index, scored.need.pin)
    found = [row for row in rows if row not in pinned and _passes(scored, wanted, today, row)]
    best_first = sorted(found, key=lambda row: -scored.totals[row])
    return tuple(Away(scored.index.call(row), scored.fit(row), scored.away[row]) for row in best_first)


def suiting(scored: Scored, least: int) -> set[int]:
    """Rows of the calls that have something in common with a profile and at least this fit, or hold a pinned term."""
    return {
        *np.flatnonzero(scored.related & (scored.fits() >= least)).tolist(),
        *_pinned_rows(scored.index, scored.need.pin),
    }


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one call stands for a profile: `match.rank` among `candidates`, 0 when it is none of them.

    `away` is the excluded term that it is about.
    """

    match: Match
    stopped_by: str | None
    away: str | None
    candidates: int
    score_needed: float | None


def place(scored: Scored, wanted: CallFilter, today: date, row: int, *, top: int, threshold: int = 0) -> Placed:
    """The place of one call in the list of all that pass the filter, and the score that the `top` list asked for.

    From the fit `threshold` on a call suits.
    """
    listed = _listed(scored, wanted, today, Depth(len(scored.index), threshold=threshold))
    places = {listed_row: rank for rank, (listed_row, _) in enumerate(listed, 1)}
    needed = float(scored.totals[listed[top - 1][0]]) if len(listed) >= top else None
    match = match_of(scored, row, places.get(row, 0), sentence=True)
    stopped_by = wanted.stopped_by(match.call, today)
    return Placed(match, stopped_by, scored.away.get(row), len(listed), needed)


def profile_terms(query: QueryVector) -> tuple[Evidence, ...]:
    """The terms of a profile that count, heaviest first; `weight` is the term's in the profile."""
    order = np.argsort(-query.weights, kind="stable")
    return tuple(
        Evidence(query.words[i], float(query.weights[i]), query.originals[i], query.sources[i])
        for i in order.tolist()
        if query.weights[i] > 0
    )


def _candidates(scored: Scored, wanted: CallFilter, today: date) -> Iterator[int]:
    """Calls that have something of the profile, best first, equal ones by identifier (rows are in that order).

    Those surely closed are passed over unread.
    """
    related = scored.related.copy()
    if wanted.status and wanted.status <= LIVE:
        related &= scored.index.may_be_live(today)
    rows = np.flatnonzero(related)
    yield from rows[np.argsort(-scored.totals[rows], kind="stable")].tolist()


def _passes(scored: Scored, wanted: CallFilter, today: date, row: int) -> bool:
    return wanted.stopped_by(scored.index.call(row), today) is None


def _pinned_rows(index: Index, pin: tuple[str, ...]) -> set[int]:
    """Calls that hold every word of one of the pinned terms."""
    if not pin:
        return set()
    from matcher.text.analysis import Analyzer

    analyzer = Analyzer()
    rows: set[int] = set()
    for text in pin:
        held = [index.holders(term) for term in analyzer.terms(text)]
        if held:
            rows |= set.intersection(*held)
    return rows


_NEVER = 0


@dataclass(frozen=True, slots=True)
class First:
    """The first day on which a call stood in the top list, and its rank that day."""

    call: str
    day: date
    rank: int
    fit: int
    deadline: date


def first_recommended(index: Index, profile: str, days: Iterable[date], *, top: int, min_fit: int = 0) -> list[First]:
    """For each call that ever stood among the `top` open ones of a profile on these days: its first time, in order.

    The index is the one of today: its model has seen the whole archive, and the profile is the present one.
    """
    scored = score(index, index.need(profile), everything=True)
    calls = [index.call(row) for row in range(len(index))]
    opening = np.array([call.opening.toordinal() if call.opening else _NEVER for call in calls])
    closing = np.array([call.last_deadline.toordinal() if call.last_deadline else _NEVER for call in calls])
    order = np.argsort(-scored.totals, kind="stable")
    order = order[scored.related[order] & (opening[order] > _NEVER)]
    found: dict[int, First] = {}
    for day in sorted(set(days)):
        today = day.toordinal()
        is_open = (opening[order] <= today) & (closing[order] >= today)
        for rank, row in enumerate(order[is_open][:top].tolist(), 1):
            fit = scored.fit(row)
            if row not in found and fit >= min_fit:
                deadline = calls[row].next_deadline(day)
                found[row] = First(calls[row].identifier, day, rank, fit, deadline.date if deadline else day)
    return list(found.values())
