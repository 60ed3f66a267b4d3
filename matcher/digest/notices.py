"""What a mail says beside its calls: faults, an empty day, what is left out, why it came."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher.digest.subject_line import audience
from matcher.model import day
from matcher.present.run_words import for_reader
from matcher.text import untrusted

if TYPE_CHECKING:
    from matcher.config.setting_sections import MailSettings
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Digest, Subscriber
    from matcher.present.words import Words


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on top of the mail; `fault` is what a reader must know before trusting silence."""

    text: str
    fault: bool


def notices(digest: Digest, words: Words) -> tuple[Notice, ...]:
    """The faults first, in the reader's words, then what is different from now on, and the label of a sample."""
    health = digest.health
    found: list[Notice] = []
    if health.stale or health.problems:
        found.append(Notice(_fault(digest, words), fault=True))
    found += [Notice(said, fault=True) for problem in health.problems[:3] if (said := for_reader(problem, words))]
    if digest.network is not None and digest.network.failed:
        names = ", ".join(untrusted.text(name, untrusted.TERM) for name in digest.network.failed)
        said = words.say("What suits {names} could not be worked out: it is missing below.", names=names)
        found.append(Notice(said, fault=True))
    if digest.fit_is_new:
        found.append(Notice(_new_fit(digest, words), fault=False))
    if health.sample:
        found.append(Notice(words.say("Packaged sample of real calls, not the live portal."), fault=False))
    return tuple(found)


def _new_fit(digest: Digest, words: Words) -> str:
    """In two sentences, that the same word means something else from this mail on."""
    return words.say(
        "From this mail on, fit is a chance in percent: of calls with fit 70, a project officer would call about 70 in "
        "100 relevant (before, it was a call's place among all calls). You are told of calls from fit {threshold} on, "
        "and what you were told of before is followed as ever.",
        threshold=digest.subscriber.threshold,
    )


def _fault(digest: Digest, words: Words) -> str:
    last = digest.health.last_good_fetch
    if not digest.health.stale:
        return words.say(
            "The last reading of the portal met problems: a call that is missing below may be there all the same."
        )
    if last is None:
        return words.say(
            "The portal could never be read so far: what is missing below may be a fault, not a lack of calls."
        )
    return words.say(
        "The portal was last read in full on {day}: what is missing below may be a fault, not a lack of calls.",
        day=words.day(day.brussels_day(last)),
    )


def empty(digest: Digest, words: Words) -> str | None:
    """What a mail without calls says; the reader must not take a fault for a quiet week."""
    if not digest.is_empty:
        return None
    if digest.health.stale:
        return words.say("There is nothing to show, because the portal could not be read.")
    name = audience(digest, words)
    if digest.is_joint:
        return words.say("No new joint bid for {name}.", name=name)
    if digest.health.last_good_fetch is None:
        return words.say("Nothing new, nothing changed and no deadline near for {name}.", name=name)
    return words.say(
        "Nothing new, nothing changed and no deadline near for {name}. The portal was read in full on {day}.",
        name=name,
        day=words.day(day.brussels_day(digest.health.last_good_fetch)),
    )


def above_left(digest: Digest, words: Words) -> tuple[str, ...]:
    """How many calls that came above the threshold have no room, and the commands that show them."""
    if digest.above_left <= 0:
        return ()
    line = words.say_n(
        "{n} more call came above it. To see it:", "{n} more calls came above it. To see them:", digest.above_left
    )
    return (line, *_commands(digest.subscriber, len(digest.items) + digest.above_left))


def left_out(digest: Digest, words: Words, count: int) -> tuple[str, ...]:
    """How many calls are not shown, and the commands that show them."""
    if count <= 0:
        return ()
    line = words.say_n("{n} more call is left out. To see it:", "{n} more calls are left out. To see them:", count)
    return (line, *_commands(digest.subscriber, len(digest.items) + count))


def _commands(subscriber: Subscriber, top: int) -> list[str]:
    institutes = [name.partition("/")[0] for name in subscriber.institutes if name != "*"]
    named = [untrusted.text(name, untrusted.TERM) for name in dict.fromkeys(institutes)]
    if subscriber.is_network:
        named = named or ["INSTITUTE"]
    return [
        *(f"matcher rank {name} --top {top}" for name in named[:3]),
        *(_search_command(search, top) for search in subscriber.searches[:3]),
    ]


def _search_command(search: SavedSearch, top: int) -> str:
    options = [f"--programme {shlex.quote(part)}" for part in search.parts]
    options += [f"--action {shlex.quote(action)}" for action in search.actions]
    searched = " ".join(shlex.quote(word.lstrip("-") or word) for word in search.search.words)  # no options
    return " ".join(["matcher calls", untrusted.text(searched, untrusted.TITLE), *options, f"--limit {top}"])


def footer(digest: Digest, words: Words, settings: MailSettings) -> tuple[str, ...]:
    """What the numbers mean, what is attached, why this mail came and how to stop it."""
    lines = []
    if digest.items or digest.network:
        lines.append(
            words.say(
                "Fit is a chance in percent: of calls with fit 70, a project officer would call "
                "about 70 in 100 relevant."
            )
        )
        if digest.subscriber.searches:
            lines.append(words.say("Of what a search found, fit is for its words alone."))
        lines.append(words.say("The attached calendar file holds the deadlines of these calls."))
    if digest.is_joint:
        lines.append(
            words.say(
                "Each joint bid is told once, to the readers of every institute that it concerns; "
                "`joint_bids: false` in subscribers.yaml stops these mails."
            )
        )
    lines.append(
        words.say(
            "You get this mail because {address} is subscribed.", address=untrusted.text(digest.subscriber.address, 254)
        )
    )
    lines.append(
        words.say(
            "To change or stop it, write to {address}.", address=untrusted.text(settings.unsubscribe_address, 254)
        )
    )
    return tuple(lines)
