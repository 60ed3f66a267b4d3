"""What stands in a mail's subject: whom it is for, and how much of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.model.day import brussels_day
from matcher.model.subscription import MailSection
from matcher.present import facts
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Digest, Item
    from matcher.present.words import Words

SUBJECT = 77
"""Characters of a subject at most: what a mailbox list shows of it."""


def audience(digest: Digest, words: Words) -> str:
    """Whom the mail is for: an institute or a search by its name, several by their number, or the network."""
    subscriber = digest.subscriber
    if subscriber.is_network:
        return words.say("the Carnot network")
    asked = []
    if len(subscriber.institutes) == 1:
        (institute,) = subscriber.institutes
        asked.append(untrusted.text(digest.names.get(institute, institute), 40))
    elif subscriber.institutes:
        asked.append(words.say_n("{n} institute", "{n} institutes", len(subscriber.institutes)))
    if len(subscriber.searches) == 1:
        asked.append(quoted_name(subscriber.searches[0], words))
    elif subscriber.searches:
        asked.append(words.say_n("{n} search", "{n} searches", len(subscriber.searches)))
    return words.both(asked)


def quoted_name(search: SavedSearch, words: Words) -> str:
    """A search as a reader wrote it, in quotation marks."""
    return words.say("“{words}”", words=untrusted.text(search.name, 40))


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


_COUNTED = (
    MailSection.KEPT,
    MailSection.NEW,
    MailSection.CLOSING,
    MailSection.CHANGED,
    MailSection.FORTHCOMING,
    MailSection.ABOVE,
    MailSection.BROAD,
    MailSection.JOINT,
)
"""What the subject counts, in the order of its importance."""


def _counts(digest: Digest, words: Words, name: str | None) -> list[str]:
    """`3 nouveaux appels pour BRGM`, `1 échéance dans 3 jours`…; the first one names the audience."""
    counted = [text for part in _COUNTED if (text := _count(digest, words, part))]
    network = digest.network
    if network is not None:
        joint, unseen = len(network.joint), len(network.unseen)
        counted += [words.say_n("{n} possible joint bid", "{n} possible joint bids", joint)] if joint else []
        counted += [words.say_n("{n} call nobody saw", "{n} calls nobody saw", unseen)] if unseen else []
    if name and counted:
        counted[0] = words.say("{count} for {name}", count=counted[0], name=name)
    return counted


def _count(digest: Digest, words: Words, part: MailSection) -> str | None:
    items = digest.of(part)
    if not items:
        return None
    n = len(items)
    if part is MailSection.CLOSING:
        return _closing(items, words)
    return {
        MailSection.KEPT: words.say_n("{n} kept call", "{n} kept calls", n),
        MailSection.NEW: words.say_n("{n} new call", "{n} new calls", n),
        MailSection.CHANGED: words.say_n("{n} changed", "{n} changed", n),
        MailSection.FORTHCOMING: words.say_n("{n} forthcoming", "{n} forthcoming", n),
        MailSection.ABOVE: words.say_n("{n} now above the threshold", "{n} now above the threshold", n),
        MailSection.BROAD: words.say_n("{n} open to any science", "{n} open to any science", n),
        MailSection.JOINT: words.say_n("{n} possible joint bid", "{n} possible joint bids", n),
    }[part]


def _closing(items: Sequence[Item], words: Words) -> str:
    n = len(items)
    left = [item.days_left for item in items if item.days_left is not None]
    if not left:
        return words.say_n("{n} deadline near", "{n} deadlines near", n)
    return words.say_n(
        "{n} deadline {left}", "{n} deadlines, the first {left}", n, left=facts.days_left(min(left), words)
    )
