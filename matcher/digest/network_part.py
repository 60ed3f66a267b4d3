"""The network's digest: who matches what, joint bids, calls that nobody was told of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from matcher.digest import network_news
from matcher.digest.compose import best_first, compose
from matcher.digest.item_view import Limits, MatchLine, decided_text, match_line
from matcher.digest.network_news import joint_marks, unseen_marks, untaken_marks
from matcher.digest.page import under_parts
from matcher.model.call import Status
from matcher.model.families import by_part
from matcher.model.match import THRESHOLD
from matcher.model.searched import order_of
from matcher.model.subscription import Digest, Item, MailSection, NetworkStanding, NetworkView
from matcher.model.terms import Audience
from matcher.present import facts
from matcher.present.run_words import run_text
from matcher.present.words import Words
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from matcher.digest.inputs import Inputs
    from matcher.digest.network_news import Marks
    from matcher.model.call import Call
    from matcher.model.consortium import Bid
    from matcher.model.match import Match
    from matcher.model.subscription import Subscriber

COLUMNS = 12

JOINT = 10

UNSEEN = 10

SEVERAL = 3
"""Institutes that a call suits, from which on it is told that none of them keeps it."""

UNTAKEN = 10


def compose_network(subscriber: Subscriber, inputs: Inputs, everything: Collection[str]) -> Digest:
    """The digest of a network subscriber: the items of all institutes, and the network's view; no call stands twice.

    Args:
        subscriber: one whose institutes are, or hold, the whole network.
        inputs: the day as this subscriber sees it.
        everything: identifiers of all calls that any subscriber was told of.

    """
    least = subscriber.threshold or THRESHOLD
    digest = compose(subscriber, inputs)
    partners = _partners(inputs, least)
    decided = inputs.verdicts.decided
    kept = {name: sum(one.is_followed for one in decided.about(name)) for name in partners}
    best = sorted(partners, key=lambda n: (-kept[n] if kept[n] > 1 else 0, *_strength(partners[n], n)))
    taken = {item.call.identifier for item in digest.items}
    lists = _Lists(partners, inputs, network_news.told_before(inputs))
    joint = lists.news([name for name in best if len(partners[name]) > 1 and name not in taken], joint_marks, JOINT)
    taken |= joint.taken
    others = sorted(partners.keys() - taken - set(everything), key=lambda n: (-_fits(partners[n])[0], n))
    unseen = lists.news(others, unseen_marks, UNSEEN)
    taken |= unseen.taken
    untaken = lists.news(_untaken(partners, kept, taken, inputs.day) if decided.calls() else [], untaken_marks, UNTAKEN)
    columns = [partners[name][0].call for name in best[:COLUMNS]]
    if subscriber.by_part:
        columns = _grouped(columns, lambda call: call)
        joint, unseen, untaken = (
            replace(one, shown=tuple(_grouped(one.shown, lambda item: item.call))) for one in (joint, unseen, untaken)
        )
    matched = {match.institute for matches in partners.values() for match in matches}
    view = NetworkView(
        calls=tuple(columns),
        matrix=_matrix(inputs, partners, columns),
        joint=joint.shown,
        unseen=unseen.shown,
        untaken=untaken.shown,
        before=NetworkStanding(len(joint.rest), len(unseen.rest), len(untaken.rest)),
        without=tuple(inputs.names.get(key, key) for key in inputs.network if key not in matched),
        failed=tuple(inputs.names.get(one, one) for one in inputs.failed if isinstance(one, str) and "/" not in one),
        runs=tuple(run_text(run, Words(subscriber.language)) for run in inputs.runs),
    )
    standing = digest.standing and replace(digest.standing, network=lists.standing((joint, unseen, untaken)))
    return replace(digest, network=view, standing=standing)


@dataclass(frozen=True, slots=True)
class _News:
    """What a mail tells of one list, and what of it stands as it was told or has no room; `taken` are the calls that
    no further list has.
    """

    shown: tuple[Item, ...]
    rest: tuple[Item, ...]
    marks: Marks
    taken: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Lists:
    """The network's lists; `before` is what earlier mails told of them, None in the first that keeps it."""

    partners: Mapping[str, list[Match]]
    inputs: Inputs
    before: Mapping[str, frozenset[str]] | None

    def news(self, names: Iterable[str], marks: Marks, most: int) -> _News:
        """Of these calls, best first, those that the list tells anew."""
        items = [_line(self.partners[name], self.inputs) for name in names]
        told = self.before or {}
        fresh = [item for item in items if not marks(item) <= told.get(item.call.identifier, frozenset())]
        known = [item for item in items if marks(item) <= told.get(item.call.identifier, frozenset())]
        taken = frozenset(item.call.identifier for item in (*fresh[:most], *known))
        return _News(tuple(fresh[:most]), (*known, *fresh[most:]), marks, taken)

    def standing(self, lists: Iterable[_News]) -> Mapping[str, frozenset[str]]:
        """What is told before this mail; the first one leaves all that it has no room for to the count."""
        if self.before is not None:
            return self.before
        return network_news.added({}, ((one.rest, one.marks) for one in lists))


def shown_lists(view: NetworkView, limits: Limits) -> NetworkView:
    """The view as a mail has room for it."""
    most = limits.items
    return replace(view, joint=view.joint[:most], unseen=view.unseen[:most], untaken=view.untaken[:most])


_One = TypeVar("_One")


def _grouped(found: Sequence[_One], call_of: Callable[[_One], Call]) -> list[_One]:
    """Those of one part of a programme together, each part where its first one stands."""
    return [one for _, members in by_part(found, call_of) for one in members]


def _partners(inputs: Inputs, least: int) -> dict[str, list[Match]]:
    """The institutes that each live call suits, of the calls that they may enter and did not dismiss."""
    found: dict[str, list[Match]] = {}
    for key in inputs.network:
        for match in inputs.matches[key]:
            closed = match.call.terms.closed_to(Audience.RESEARCH) is not None
            closed |= inputs.verdicts.is_dismissed(key, match.call.identifier)
            if match.fit >= least and match.call.is_live(inputs.day) and not closed:
                found.setdefault(match.call.identifier, []).append(match)
    return found


def _untaken(
    partners: Mapping[str, list[Match]], kept: Mapping[str, int], told: Collection[str], day: date
) -> list[str]:
    """Calls that suit several institutes and that none of them follows, the next deadline first."""
    found = [name for name, of in partners.items() if len(of) >= SEVERAL and not kept[name] and name not in told]
    soonest = order_of("deadline", day)
    return sorted(found, key=lambda name: soonest(partners[name][0].call))[:UNTAKEN]


def _fits(partners: list[Match]) -> list[int]:
    return sorted((match.fit for match in partners), reverse=True)


def _strength(partners: list[Match], name: str) -> tuple[int, int, int, str]:
    """A joint bid is as good as its second partner; then the best one, then how many there are."""
    fits = _fits(partners)
    return (-fits[1] if len(fits) > 1 else 0, -fits[0], -len(fits), name)


def _matrix(
    inputs: Inputs, partners: dict[str, list[Match]], columns: list[Call]
) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """A row for each institute that suits one of the calls."""
    cells = {(match.institute, name): match.fit for name, matches in partners.items() for match in matches}
    rows = ((key, tuple(cells.get((key, call.identifier)) for call in columns)) for key in inputs.network)
    return tuple((inputs.names.get(key, key), fits) for key, fits in rows if any(f is not None for f in fits))


def _line(partners: list[Match], inputs: Inputs) -> Item:
    call, day = partners[0].call, inputs.day
    coming = call.next_deadline(day)
    return Item(
        call,
        MailSection.FORTHCOMING if call.status_on(day) is Status.FORTHCOMING else MailSection.NEW,
        best_first(partners),
        deadline=coming,
        days_left=(coming.date - day).days if coming else None,
        decisions=inputs.verdicts.decided.about(call.identifier),
    )


_TERMS = 4  # words of one partner in a joint bid

_WIDEST = 12  # columns of the matrix: what a phone and 72 characters take


@dataclass(frozen=True, slots=True)
class NetworkCell:
    """A fit in the matrix; the number says it, the shade repeats it. Both empty where there is no match."""

    fit: str
    shade: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call on one line: the legend of the matrix, a joint bid, an unseen call."""

    number: int
    title: str
    url: str | None
    identifier: str
    deadline: str | None
    partners: tuple[MatchLine, ...] = ()
    more: str | None = None
    cover: str | None = None  # who covers it together
    decided: str | None = None
    heading: str | None = None  # the part of a programme that begins here


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The tables and lists of the network digest, in words."""

    columns: tuple[CallLine, ...]
    rows: tuple[tuple[str, tuple[NetworkCell, ...]], ...]
    rows_left_out: str | None
    joint: tuple[CallLine, ...]
    joint_count: int
    joint_more: str | None
    joint_before: str | None
    unseen: tuple[CallLine, ...]
    unseen_count: int
    unseen_more: str | None
    unseen_before: str | None
    untaken: tuple[CallLine, ...]
    untaken_count: int
    untaken_before: str | None
    without: str | None
    runs: tuple[str, ...]


def network_page(digest: Digest, view: NetworkView, words: Words, limits: Limits) -> NetworkPage:
    """The network part, rows without any match left to the list of institutes without one."""
    rows = [(name, fits) for name, fits in view.matrix if any(fit is not None for fit in fits)]
    more, calls = len(rows) - limits.rows, view.calls[:_WIDEST]
    return NetworkPage(
        under_parts([_call(call, n, digest, words, limits) for n, call in enumerate(calls, 1)], calls, digest),
        tuple(
            (untrusted.text(name, untrusted.TERM), tuple(map(_cell, fits[:_WIDEST])))
            for name, fits in rows[: limits.rows]
        ),
        words.say_n("and {n} more institute", "and {n} more institutes", more) if more > 0 else None,
        _lines(view.joint, digest, words, limits),
        len(view.joint),
        _more(words, len(view.joint) - limits.items),
        _standing_bids(words, view),
        _lines(view.unseen, digest, words, limits),
        len(view.unseen),
        _more(words, len(view.unseen) - limits.items),
        _standing(words, view.before.unseen),
        _lines(view.untaken, digest, words, limits),
        len(view.untaken),
        _standing(words, view.before.untaken),
        ", ".join(untrusted.text(name, untrusted.TERM) for name in view.without) or None,
        tuple(untrusted.text(run) for run in view.runs),
    )


def _lines(items: Sequence[Item], digest: Digest, words: Words, limits: Limits) -> tuple[CallLine, ...]:
    shown = items[: limits.items]
    lines = [_item(item, n, digest, words, limits) for n, item in enumerate(shown, 1)]
    return under_parts(lines, [item.call for item in shown], digest)


def _more(words: Words, count: int) -> str | None:
    return words.say_n("and {n} more call", "and {n} more calls", count) if count > 0 else None


def _standing(words: Words, count: int) -> str | None:
    """How many calls of a list are not told anew."""
    return words.say_n("{n} more call stands as before.", "{n} more calls stand as before.", count) if count else None


def _standing_bids(words: Words, view: NetworkView) -> str | None:
    """The same of joint bids, with what lists them."""
    count, top = view.before.joint, len(view.joint) + view.before.joint
    if not count:
        return None
    return words.say_n(
        "{n} more stands as before: `matcher bids --top {top}` lists all.",
        "{n} more stand as before: `matcher bids --top {top}` lists all.",
        count,
        top=top,
    )


def _cell(fit: int | None) -> NetworkCell:
    return NetworkCell("", "none") if fit is None else NetworkCell(str(fit), facts.shade(fit))


def _item(item: Item, number: int, digest: Digest, words: Words, limits: Limits) -> CallLine:
    everyone = (*item.matches, *item.others)
    fewer = Limits(words=min(limits.words, _TERMS))
    partners = tuple(match_line(m, digest, fewer, words) for m in everyone[: limits.matches + 1])
    more = len(everyone) - len(partners)
    others = words.say_n("{n} other", "{n} others", more) if more > 0 else None
    decided = decided_text(item.decisions, digest, words)
    cover = _cover(item.bid, digest, words) if item.bid is not None else None
    line = _call(item.call, number, digest, words, limits)
    return replace(line, partners=partners, more=others, cover=cover, decided=decided)


def _cover(bid: Bid, digest: Digest, words: Words) -> str:
    """`BRGM, Inria (+12 %): 73 % covered`: who covers a call together, in the order in which they add."""
    named = [untrusted.text(digest.names.get(m.institute, m.institute), untrusted.TERM) for m in bid.members]
    first, *others = [
        f"{name} (+{words.percent(member.gain)})" if place else name
        for place, (name, member) in enumerate(zip(named, bid.members, strict=True))
    ]
    institutes = ", ".join((first, *others))
    return words.say("{institutes}: {share} covered", institutes=institutes, share=words.percent(bid.cover))


def _call(call: Call, number: int, digest: Digest, words: Words, limits: Limits) -> CallLine:
    identifier = untrusted.text(call.identifier, untrusted.TERM * 2)
    title = untrusted.text(call.title, limits.title) or identifier
    return CallLine(number, title, untrusted.link(call.url), identifier, _deadline(call, digest, words))


def _deadline(call: Call, digest: Digest, words: Words) -> str | None:
    coming = call.next_deadline(digest.day)
    if coming is None:
        return None
    left = facts.days_left((coming.date - digest.day).days, words)
    return words.say("{day}, 17:00 Brussels", day=words.day(coming.date)) + f" ({left})"
