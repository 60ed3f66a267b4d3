"""The network's digest: who matches what, joint bids, calls that nobody was told of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.digest.compose import GOOD_FIT, compose, suitors_of
from matcher.digest.page import Room, SuitorLine, shade, suitor_line
from matcher.model.call import Status
from matcher.model.day import BRUSSELS
from matcher.model.subscription import Digest, Item, Language, MailSection, NetworkView
from matcher.present import phrases
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Collection

    from matcher.digest.compose import Edition, Fitting
    from matcher.model.answers import RunRecord
    from matcher.model.call import Call
    from matcher.model.subscription import Subscriber
    from matcher.present.words import Words

COLUMNS = 12


JOINT = 10


UNSEEN = 10


_OUTCOMES = {
    Language.EN: {
        "ok": "done",
        "partial": "done, with problems",
        "failed": "failed",
        "interrupted": "interrupted",
        "running": "still running",
    },
    Language.FR: {
        "ok": "réussi",
        "partial": "réussi, avec des problèmes",
        "failed": "échoué",
        "interrupted": "interrompu",
        "running": "en cours",
    },
}


_Partners = list[tuple[str, "Fitting"]]


def compose_network(subscriber: Subscriber, edition: Edition, everything: Collection[str]) -> Digest:
    """The digest of a network subscriber: the items of all institutes, and the network's view.

    Args:
        subscriber: one whose institutes are, or hold, the whole network.
        edition: the day as this subscriber sees it.
        everything: identifiers of all calls that any subscriber was told of.

    """
    least = subscriber.min_fit or GOOD_FIT
    partners = _partners(edition, least)
    joint = sorted((name for name in partners if len(partners[name]) > 1), key=lambda n: _strength(partners[n], n))
    best = sorted(partners, key=lambda n: _strength(partners[n], n))
    unseen = sorted(partners.keys() - set(everything), key=lambda n: (-_fits(partners[n])[0], n))
    columns = [partners[name][0][1].call for name in best[:COLUMNS]]
    matched = {key for pairs in partners.values() for key, _ in pairs}
    view = NetworkView(
        calls=tuple(columns),
        matrix=_matrix(edition, partners, columns),
        joint=tuple(_line(edition, partners[name]) for name in joint[:JOINT]),
        unseen=tuple(_line(edition, partners[name]) for name in unseen[:UNSEEN]),
        without=tuple(edition.names.get(key, key) for key in edition.network if key not in matched),
        runs=tuple(_sentence(run, subscriber.language) for run in edition.runs),
    )
    return replace(compose(subscriber, edition), network=view)


def _partners(edition: Edition, least: int) -> dict[str, _Partners]:
    """The institutes that each live call suits."""
    found: dict[str, _Partners] = {}
    for key in edition.network:
        for fitting in edition.fits[key]:
            if fitting.fit >= least and fitting.call.is_live(edition.day):
                found.setdefault(fitting.call.identifier, []).append((key, fitting))
    return found


def _fits(partners: _Partners) -> list[int]:
    return sorted((fitting.fit for _, fitting in partners), reverse=True)


def _strength(partners: _Partners, name: str) -> tuple[int, int, int, str]:
    """A joint bid is as good as its second partner; then the best one, then how many there are."""
    fits = _fits(partners)
    return (-fits[1] if len(fits) > 1 else 0, -fits[0], -len(fits), name)


def _matrix(
    edition: Edition, partners: dict[str, _Partners], columns: list[Call]
) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """A row for each institute that suits one of the calls."""
    cells = {(key, name): fitting.fit for name, pairs in partners.items() for key, fitting in pairs}
    rows = ((key, tuple(cells.get((key, call.identifier)) for call in columns)) for key in edition.network)
    return tuple((edition.names.get(key, key), fits) for key, fits in rows if any(f is not None for f in fits))


def _line(edition: Edition, partners: _Partners) -> Item:
    call, day = partners[0][1].call, edition.day
    coming = call.next_deadline(day)
    return Item(
        call,
        MailSection.FORTHCOMING if call.status_on(day) is Status.FORTHCOMING else MailSection.NEW,
        suitors_of(partners, edition),
        deadline=coming,
        days_left=(coming.date - day).days if coming else None,
    )


def _sentence(run: RunRecord, language: Language) -> str:
    outcome = _OUTCOMES[language].get(run.outcome, run.outcome)
    started = run.started.astimezone(BRUSSELS)
    problems = run.detail.get("problems")
    first = f" : {problems[0]}" if isinstance(problems, list) and problems else ""
    first = first if language is Language.FR else first.replace(" : ", ": ", 1)
    return f"{started:%Y-%m-%d %H:%M}, {run.kind}, {outcome}{first}"


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
    partners: tuple[SuitorLine, ...] = ()
    more: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The tables and lists of the network digest, in words."""

    columns: tuple[CallLine, ...]
    rows: tuple[tuple[str, tuple[NetworkCell, ...]], ...]
    rows_left_out: str | None
    joint: tuple[CallLine, ...]
    joint_count: int
    joint_more: str | None
    unseen: tuple[CallLine, ...]
    unseen_count: int
    unseen_more: str | None
    without: str | None
    runs: tuple[str, ...]


def network_page(digest: Digest, view: NetworkView, words: Words, room: Room) -> NetworkPage:
    """The network part, rows without any match left to the list of institutes without one."""
    rows = [(name, fits) for name, fits in view.matrix if any(fit is not None for fit in fits)]
    more = len(rows) - room.rows
    return NetworkPage(
        tuple(_call(call, n, digest, words, room) for n, call in enumerate(view.calls[:_WIDEST], 1)),
        tuple(
            (untrusted.text(name, untrusted.TERM), tuple(map(_cell, fits[:_WIDEST])))
            for name, fits in rows[: room.rows]
        ),
        words.say_n("and {n} more institute", "and {n} more institutes", more) if more > 0 else None,
        tuple(_item(item, n, digest, words, room) for n, item in enumerate(view.joint[: room.items], 1)),
        len(view.joint),
        _more(words, len(view.joint) - room.items),
        tuple(_item(item, n, digest, words, room) for n, item in enumerate(view.unseen[: room.items], 1)),
        len(view.unseen),
        _more(words, len(view.unseen) - room.items),
        ", ".join(untrusted.text(name, untrusted.TERM) for name in view.without) or None,
        tuple(untrusted.text(run) for run in view.runs),
    )


def _more(words: Words, count: int) -> str | None:
    return words.say_n("and {n} more call", "and {n} more calls", count) if count > 0 else None


def _cell(fit: int | None) -> NetworkCell:
    return NetworkCell("", "none") if fit is None else NetworkCell(str(fit), shade(fit))


def _item(item: Item, number: int, digest: Digest, words: Words, room: Room) -> CallLine:
    everyone = (*item.suitors, *item.others)
    fewer = Room(words=min(room.words, _TERMS))
    partners = tuple(suitor_line(s, fewer, named=True) for s in everyone[: room.suitors + 1])
    more = len(everyone) - len(partners)
    others = words.say_n("{n} other", "{n} others", more) if more > 0 else None
    return replace(_call(item.call, number, digest, words, room), partners=partners, more=others)


def _call(call: Call, number: int, digest: Digest, words: Words, room: Room) -> CallLine:
    identifier = untrusted.text(call.identifier, untrusted.TERM * 2)
    title = untrusted.text(call.title, room.title) or identifier
    return CallLine(number, title, untrusted.link(call.url), identifier, _deadline(call, digest, words))


def _deadline(call: Call, digest: Digest, words: Words) -> str | None:
    coming = call.next_deadline(digest.day)
    if coming is None:
        return None
    left = phrases.days_left(words, (coming.date - digest.day).days)
    return words.say("{day}, 17:00 Brussels", day=words.day(coming.date)) + f" ({left})"
