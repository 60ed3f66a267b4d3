"""The subject and the summary of a mail: the most useful fact first, and no promise that the mail does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.digest import phrases
from matcher.model.day import brussels_day
from matcher.model.subscription import MailSection as Part
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.digest.words import Words
    from matcher.model.subscription import Digest

__all__ = ["audience", "brussels_day", "subject", "summary"]

SUBJECT = 77
"""Characters of a subject at most: what a mailbox list shows of it."""


def audience(digest: Digest, words: Words) -> str:
    """Whom the mail is for: an institute by its name, several by their number, or the network."""
    subscriber = digest.subscriber
    if subscriber.is_network:
        return words.say("the Carnot network")
    if len(subscriber.institutes) == 1:
        return untrusted.text(digest.names[0] if digest.names else _name(digest), 40)
    return words.say_n("{n} institute", "{n} institutes", len(subscriber.institutes))


def _name(digest: Digest) -> str:
    named = (suitor.name for item in digest.items for suitor in item.suitors[:1])
    return next(named, digest.subscriber.institutes[0])


def subject(digest: Digest, words: Words) -> str:
    """One line below 78 characters; a fault comes before everything else."""
    name = audience(digest, words)
    counts = _counts(digest, words, name)
    if digest.health.stale:
        return _fit([_stale(digest, words), *counts])
    if not counts:
        return _fit([words.say("Nothing new for {name}", name=name)])
    return _fit(counts)


def summary(digest: Digest, words: Words) -> str:
    """The counts of the sections in one line."""
    return " · ".join(_counts(digest, words, None))


def _stale(digest: Digest, words: Words) -> str:
    last = digest.health.last_good_fetch
    if last is None:
        return words.say("Fault: the portal could not be read")
    return words.say("Fault: portal not read since {day}", day=words.short_day(brussels_day(last)))


def _fit(parts: list[str]) -> str:
    """As many parts as there is room for, in their order."""
    line = parts[0]
    for part in parts[1:]:
        if len(line) + 2 + len(part) > SUBJECT:
            break
        line = f"{line}, {part}"
    return untrusted.header(line, SUBJECT)


def _counts(digest: Digest, words: Words, name: str | None) -> list[str]:
    """`3 nouveaux appels pour BRGM`, `1 échéance dans 3 jours`…; the first one names the audience."""
    counted = [
        text
        for part in (Part.NEW, Part.CLOSING, Part.CHANGED, Part.FORTHCOMING)
        if (text := _count(digest, words, part))
    ]
    network = digest.network
    if network is not None:
        joint, unseen = len(network.joint), len(network.unseen)
        counted += [words.say_n("{n} possible joint bid", "{n} possible joint bids", joint)] if joint else []
        counted += [words.say_n("{n} call nobody saw", "{n} calls nobody saw", unseen)] if unseen else []
    if name and counted:
        counted[0] = words.say("{count} for {name}", count=counted[0], name=name)
    return counted


def _count(digest: Digest, words: Words, part: Part) -> str | None:
    items = digest.of(part)
    if not items:
        return None
    n = len(items)
    if part is Part.NEW:
        return words.say_n("{n} new call", "{n} new calls", n)
    if part is Part.CHANGED:
        return words.say_n("{n} changed", "{n} changed", n)
    if part is Part.FORTHCOMING:
        return words.say_n("{n} forthcoming", "{n} forthcoming", n)
    left = [item.days_left for item in items if item.days_left is not None]
    if not left:
        return words.say_n("{n} deadline near", "{n} deadlines near", n)
    return words.say_n(
        "{n} deadline {left}", "{n} deadlines, the first {left}", n, left=phrases.days_left(words, min(left))
    )
