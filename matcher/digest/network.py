"""The network's part of a mail in words: who matches what, who could bid together, what nobody saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.digest import phrases
from matcher.digest.view import Room, SuitorLine, shade, suitor_line
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.digest.words import Words
    from matcher.model.call import Call
    from matcher.model.subscription import Digest, Item, NetworkView

_TERMS = 4  # words of one partner in a joint bid
_WIDEST = 12  # columns of the matrix: what a phone and 72 characters take


@dataclass(frozen=True, slots=True)
class Cell:
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
    partners: tuple[SuitorLine, ...]
    more: str | None


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The tables and lists of the network digest, in words."""

    columns: tuple[CallLine, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
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


def _cell(fit: int | None) -> Cell:
    return Cell("", "none") if fit is None else Cell(str(fit), shade(fit))


def _item(item: Item, number: int, digest: Digest, words: Words, room: Room) -> CallLine:
    everyone = (*item.suitors, *item.others)
    fewer = Room(words=min(room.words, _TERMS))
    partners = tuple(suitor_line(s, fewer, named=True) for s in everyone[: room.suitors + 1])
    more = len(everyone) - len(partners)
    return _call(
        item.call,
        number,
        digest,
        words,
        room,
        partners,
        words.say_n("{n} other", "{n} others", more) if more > 0 else None,
    )


def _call(
    call: Call,
    number: int,
    digest: Digest,
    words: Words,
    room: Room,
    partners: tuple[SuitorLine, ...] = (),
    more: str | None = None,
) -> CallLine:
    identifier = untrusted.text(call.identifier, untrusted.TERM * 2)
    title = untrusted.text(call.title, room.title) or identifier
    return CallLine(number, title, untrusted.link(call.url), identifier, _deadline(call, digest, words), partners, more)


def _deadline(call: Call, digest: Digest, words: Words) -> str | None:
    coming = call.next_deadline(digest.day)
    if coming is None:
        return None
    left = phrases.days_left(words, (coming.date - digest.day).days)
    return words.say("{day}, 17:00 Brussels", day=words.day(coming.date)) + f" ({left})"
