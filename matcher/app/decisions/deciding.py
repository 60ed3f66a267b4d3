"""Deciding on calls, for an institute or for one reader, and what was decided."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import TYPE_CHECKING

from matcher.app.decision_copy import record
from matcher.app.home import NOTHING_FETCHED
from matcher.app.sample import load_sample
from matcher.errors import StoreMissing, UsageError, shorten
from matcher.model.day import brussels_day, noon
from matcher.model.decision import Act, Decision, Entry, Owner, Settled, checked_name, standing
from matcher.model.subscription import Frequency
from matcher.present.facts import status_text
from matcher.ranking.texts.identifiers import nearly_named
from matcher.text.saying import Saying, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from matcher.app.home import Home
    from matcher.model.call import Call
    from matcher.model.decision import Order
    from matcher.model.institute import Institute
    from matcher.store.database import Store

NEAR = 3
"""Calls that are named where one is not known."""


def decide(home: Home, institute: str, calls: Sequence[str], order: Order, *, as_of: date | None = None) -> Settled:
    """Keep what an institute made of calls, of all of them or of none.

    Args:
        home: where it is kept.
        institute: its identifier or acronym.
        calls: topic identifiers, in any case.
        order: what is done with them, and by whom; without a name, by `who_decides`.
        as_of: the day that it is decided on; today, or the sample's day where only that is kept.

    Raises:
        UsageError: for an institute or a call that nobody knows, or where there is nothing to take back.
        StoreMissing: where nothing was fetched yet.

    """
    found = home.institute(institute)
    by = who_decides(home, order.by)
    value = order.value
    remarks: list[Saying] = []
    if order.act is Act.ASSIGN and value is not None:
        value, remarks = assignee(home, found, value)
    with home.open_filled() as store:
        at = moment_of_deciding(home, as_of)
        known = [known_call(store, name) for name in dict.fromkeys(calls)]
        detail = detail_of(store, order, known)
        owner = Owner(found.identifier)
        entries = [Entry(owner, call.identifier, order.act, at, value, detail, by, order.undo) for call in known]
        if order.undo:
            _check_undone(store, entries)
        record(home, store, entries)
        stands = {call.identifier: standing(store.decisions.history(owner, call.identifier)) for call in known}
    remarks += over(known, brussels_day(at))
    return Settled(found.identifier, by, stands, tuple(remarks))


def dismiss_for_reader(home: Home, subscriber: str, call: str, *, undo: bool = False) -> str:
    """Keep a call away from one reader's mails, or take that back; the call's identifier. Raises UsageError."""
    reader = home.subscriber(subscriber).identifier
    owner = Owner(reader, is_reader=True)
    with home.open_filled() as store:
        name = known_call(store, call).identifier
        entry = Entry(owner, name, Act.DISMISS, moment_of_deciding(home, None), by=reader, undone=undo)
        if undo:
            _check_undone(store, [entry])
        store.decisions.add([entry])
        return name


def who_decides(home: Home, named: str | None = None) -> str:
    """Who is said to decide: the name given, else the setting `user`, else the login name; a subscriber by his id."""
    word = named or home.settings.user
    if not word:
        try:
            word = getpass.getuser()
        except (OSError, KeyError, ImportError) as error:
            raise UsageError("This machine knows no login name: say who decides with --as, or set `user`.") from error
    with suppress(UsageError):
        return home.subscriber(word).identifier
    return checked_name(word, Saying("name of who decides"))


def assignee(home: Home, institute: Institute, word: str) -> tuple[str, list[Saying]]:
    """To whom a call is given: a lab by its name, a subscriber by his id, else the text; and what to know of it."""
    lab = next((lab.name for lab in institute.labs if lab.name.casefold() == word.strip().casefold()), None)
    if lab is not None:
        return lab, []
    name = checked_name(word, Saying("name of whom it is assigned to"))
    for one in home.subscribers:
        if name.casefold() in {one.identifier, one.address.casefold(), one.name.casefold()}:
            told = Saying("{name} gets no mail at present (frequency: off).", name=one.identifier)
            return one.identifier, [told] if one.frequency is Frequency.OFF else []
    return name, [Saying("{name} is not in subscribers.yaml: no mail goes there.", name=name)]


def moment_of_deciding(home: Home, as_of: date | None) -> datetime:
    """Now; noon of a day that is replayed, and of the sample's own, on which every answer from it is."""
    if as_of is not None:
        return noon(as_of)
    try:
        return noon(load_sample().as_of) if home.holds_only_sample() else home.clock()
    except StoreMissing:
        return home.clock()


def known_call(store: Store, name: str) -> Call:
    """The call of that identifier. Raises UsageError with near ones, StoreMissing where no call is kept at all."""
    found = store.calls.get(name.strip())
    if found is None:
        identifiers = sorted(store.calls.first_seen())
        if not identifiers:
            raise StoreMissing(NOTHING_FETCHED)
        near = [identifiers[row] for row in nearly_named(identifiers, name)[:NEAR]]
        raise UsageError(unknown_call(name, near))
    return found


def unknown_call(name: str, near: Sequence[str]) -> Saying:
    """What to tell of an identifier that no call has."""
    if not near:
        return Saying(
            "No call is known as {call}: `matcher calls WORDS --status all` searches them.", call=shorten(name)
        )
    return Saying(
        "No call is known as {call}: {near} `matcher calls WORDS --status all` searches them.",
        call=shorten(name),
        near=did_you_mean(near),
    )


def over(calls: Iterable[Call], day: date) -> list[Saying]:
    """What to know of calls that are decided on and can be applied for no more."""
    return [
        Saying(
            "{call} is {status}: the decision is kept all the same.",
            call=call.identifier,
            status=Saying(status_text(call, day)),
        )
        for call in calls
        if not call.is_live(day)
    ]


def detail_of(store: Store, order: Order, calls: Sequence[Call]) -> str | None:
    """The call that a duplicate repeats, as it is kept; any other detail as it is. Raises UsageError."""
    if order.act is not Act.DISMISS or order.detail is None:
        return order.detail
    repeated = known_call(store, order.detail).identifier
    if any(call.identifier == repeated for call in calls):
        raise UsageError("{call} cannot repeat itself: name the other call.", call=repeated)
    return repeated


def _check_undone(store: Store, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if not _has(standing(store.decisions.history(entry.owner, entry.call)), entry.act):
            raise UsageError(
                "{name} has no {what} on {call} to take back.",
                name=entry.owner.name,
                what=_NOUNS[entry.act],
                call=entry.call,
            )


_NOUNS = {
    Act.KEEP: Saying("decision to keep"),
    Act.DISMISS: Saying("dismissal"),
    Act.ASSIGN: Saying("assignment"),
    Act.NOTE: Saying("note"),
    Act.STATE: Saying("state"),
}


def _has(decision: Decision | None, act: Act) -> bool:
    if decision is None:
        return False
    held = {
        Act.KEEP: decision.act is Act.KEEP,
        Act.DISMISS: decision.is_dismissed,
        Act.ASSIGN: decision.assigned is not None,
        Act.NOTE: bool(decision.notes),
        Act.STATE: decision.state is not None,
    }
    return held[act]
