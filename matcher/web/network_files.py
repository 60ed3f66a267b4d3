"""The lists of the network's page as files: `?list=bids&format=csv`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from matcher.app.answering.bidding import bids
from matcher.app.answering.network_fits import network_fits
from matcher.app.decisions.decision_summary import SUMMARY_FIELDS, summary
from matcher.export.content import Content, Portion, Thing, matches
from matcher.export.dated_list import DatedList
from matcher.export.formats import DATED
from matcher.model.day import noon
from matcher.model.question import Question
from matcher.present.project_records import BID_FIELDS, bid_record
from matcher.present.records import CALL_FIELDS, call_record
from matcher.web.failures import Refused
from matcher.web.list_files import dated_file, list_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from starlette.responses import Response

    from matcher.app.answering.network_fits import NetworkFits, SuitedCall
    from matcher.app.decisions.decision_summary import DecisionSummary
    from matcher.model.call import Call
    from matcher.model.consortium import Bids
    from matcher.web.visit import Visit

MATCHES, BIDS, UNTAKEN, BLIND, DECISIONS = LISTS = ("matches", "bids", "untaken", "blind", "decisions")
"""The lists of the page, by the name of their heading; an address that names none means the first."""

FILED = 1000
"""Calls of an institute at most."""

FILED_BIDS = 100
"""Joint bids at most: who outside could fill the gaps of each takes a moment to find."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """Calls of a list: as tables and JSON have them, and what a feed says of each beside its facts."""

    table: DatedList
    calls: tuple[Call, ...]
    beside: Mapping[str, tuple[str, ...]]


def network_file(visit: Visit, which: str, form: str, as_of: date | None) -> Response:
    """A list of the network in a format. Raises Refused for one that there is not."""
    if which == MATCHES:
        return list_file(visit, _matches(visit, as_of, form), form, "network")
    if which == DECISIONS:
        return dated_file(_decided(visit, as_of), form)
    listed = _bids(visit, as_of) if which == BIDS else _suited(visit, which, as_of)
    if form not in DATED:
        return dated_file(listed.table, form)
    # the events and entries of calls, as other files have them
    part = Portion(f"network/{which}", listed.table.title, calls=listed.calls, beside=listed.beside)
    whole = Content(Thing.CALLS, listed.table.as_of, listed.table.now, listed.table.sample, (part,))
    return list_file(visit, whole, form, which)


def checked_list(name: str | None) -> str:
    """The list that an address asks for. Raises Refused for one that there is not."""
    if (found := name or MATCHES) not in LISTS:
        raise Refused("The network's lists are {lists}.", lists=", ".join(LISTS))
    return found


def fits_of(visit: Visit, as_of: date | None) -> NetworkFits:
    """Whom each live call suits, asked once for the page and its files."""
    return visit.answer(("network fits", as_of), lambda: network_fits(visit.home, as_of=as_of))


def bids_of(visit: Visit, as_of: date | None, most: int) -> Bids:
    """The joint bids, asked once for the page and its files."""
    return visit.answer(("bids", as_of, most), lambda: bids(visit.home, top=most, as_of=as_of))


def summary_of(visit: Visit, as_of: date | None) -> DecisionSummary:
    """What became of calls, asked once for the page and its files."""
    return visit.answer(("decisions", as_of), lambda: summary(visit.home, as_of=as_of))


def _matches(visit: Visit, as_of: date | None, form: str) -> Content:
    """The calls that suit an institute: for tables a line for each of both; a feed has each call once."""
    question = Question(top=FILED, min_fit=visit.home.settings.digest.threshold, as_of=as_of)
    found = matches(visit.home, [], question).as_shared()
    return found.of_calls() if form == "atom" else found


def _bids(visit: Visit, as_of: date | None) -> _Listed:
    found = bids_of(visit, as_of, FILED_BIDS)
    members = {
        bid.call.identifier: tuple(
            f"{member.institute} {member.fit}" + (f": {', '.join(member.skills)}" if member.skills else "")
            for member in bid.members
        )
        for bid in found.found
    }
    rows = [bid_record(bid, found.as_of) for bid in found.found]
    calls = tuple(bid.call for bid in found.found)
    title, now = visit.words.say("Possible joint bids"), noon(found.as_of)
    return _Listed(DatedList(BIDS, title, found.as_of, now, BID_FIELDS, rows, sample=found.sample), calls, members)


def _suited(visit: Visit, which: str, as_of: date | None) -> _Listed:
    """Calls that suit several and nobody took, or that suit nobody."""
    found, threshold = fits_of(visit, as_of), visit.home.settings.digest.threshold
    if which == UNTAKEN:
        title, listed = visit.words.say("Suits several, and kept by nobody"), found.untaken(threshold)
    else:
        title, listed = visit.words.say("Blind spots"), found.blind(threshold)
    whom = {one.call.identifier: _fits(one, threshold) for one in listed}
    rows = [{**call_record(one.call, found.as_of), "institutes": whom[one.call.identifier]} for one in listed]
    beside = {
        call: (", ".join(f"{one['institute']} {one['fit']}" for one in fits),) for call, fits in whom.items() if fits
    }
    fields, now = (*CALL_FIELDS, "institutes"), noon(found.as_of)
    table = DatedList(which, title, found.as_of, now, fields, rows, sample=found.sample)
    return _Listed(table, tuple(one.call for one in listed), beside)


def _fits(one: SuitedCall, threshold: int) -> list[dict[str, Any]]:
    return [{"institute": name, "fit": fit} for name, fit in one.fits if fit >= threshold]


def _decided(visit: Visit, as_of: date | None) -> DatedList:
    """What became of calls: counts, which have no day."""
    found = summary_of(visit, as_of)
    title, rows = visit.words.say("What became of calls"), [asdict(one) for one in found.counts]
    return DatedList("counts", title, found.as_of, noon(found.as_of), SUMMARY_FIELDS, rows)
