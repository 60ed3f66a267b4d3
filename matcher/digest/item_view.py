"""One call in a mail, in words: facts, why it suits, what became of it, what can be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcher.digest.bid_lines import bid_lines, few_names, institute_name
from matcher.digest.subject_line import quoted_name
from matcher.present import facts
from matcher.present.decision_words import own_line, shared_line
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.model.consortium import NetworkPart
    from matcher.model.decision import Decision
    from matcher.model.match import Match
    from matcher.model.subscription import Digest, Item
    from matcher.present.facts import ChangeLine, DeadlineLine
    from matcher.present.words import Words

_WINNERS = 3
"""Institutes that won a predecessor that a mail names."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a mail says of each call: less when it would be too long for a mail reader."""

    words: int = 6  # evidence words per institute
    sentence: int = 200  # of what a search found
    matches: int = 4  # with the subscriber's institutes
    others: int = 6  # institutes of the network
    title: int = untrusted.TITLE
    items: int = 1000
    rows: int = 60  # of the matrix


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One institute and why the call suits it; `name` is empty where the mail is for that institute alone.

    Of a search it is the `sentence` of the call that holds its words.
    """

    name: str
    fit: int
    words: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class BriefView:
    """One call on a line or two, under another one of its call for proposals; `when` is its opening and deadline."""

    title: str
    url: str | None
    identifier: str
    fit: int
    name: str
    when: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One call; `facts` are (label, value) pairs, and so is what is told of a `bid`; `siblings` are others of its call
    for proposals, `more` counts them.
    """

    number: int
    title: str
    url: str | None
    identifier: str
    fit: int
    shade: str
    matches: tuple[MatchLine, ...]
    facts: tuple[tuple[str, str], ...]
    opening: str | None
    deadlines: tuple[DeadlineLine, ...]
    later: str | None
    changes: tuple[ChangeLine, ...]
    others: str | None
    decided: str | None
    bid: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # what a reader can answer, and the address
    siblings: tuple[BriefView, ...] = ()
    more: str | None = None
    heading: str | None = None  # the part of a programme that begins here


def family_view(family: Sequence[Item], number: int, digest: Digest, words: Words, limits: Limits) -> ItemView:
    """The first call in full, the others of its call for proposals in brief."""
    first, *others = family
    view = item_view(first, number, digest, words, limits)
    if not others:
        return view
    more = words.say_n("and {n} more of this call:", "and {n} more of this call:", len(others))
    return replace(view, siblings=tuple(_brief(item, digest, words, limits) for item in others), more=more)


def _brief(item: Item, digest: Digest, words: Words, limits: Limits) -> BriefView:
    call, today = item.call, digest.day
    when = [facts.opening(call, today, words)]
    when += [f"{line.when} · {line.left}" for line in facts.deadlines(call, today, words)[:1]]
    return BriefView(
        untrusted.text(call.title, limits.title) or untrusted.text(call.identifier, untrusted.TERM * 2),
        untrusted.link(call.url),
        untrusted.text(call.identifier, untrusted.TERM * 2),
        item.fit,
        "" if digest.subscriber.is_of_one or not item.matches else _name(item.matches[0], digest, words),
        " · ".join(said for said in when if said),
    )


def item_view(item: Item, number: int, digest: Digest, words: Words, limits: Limits) -> ItemView:
    """One call in words, as it stands on the digest's day."""
    call, today = item.call, digest.day
    return ItemView(
        number,
        untrusted.text(call.title, limits.title) or untrusted.text(call.identifier, untrusted.TERM * 2),
        untrusted.link(call.url),
        untrusted.text(call.identifier, untrusted.TERM * 2),
        item.fit,
        facts.shade(item.fit),
        () if item.bid else tuple(match_line(m, digest, limits, words) for m in item.matches[: limits.matches]),
        (*_facts(item, words), *_before(item, words)),
        facts.opening(call, today, words),
        facts.deadlines(call, today, words),
        facts.later_deadlines(call, today, words),
        facts.changes(item.changes, words),
        _others(item.others, digest, words, limits),
        decided_text(item.decisions, digest, words),
        bid_lines(item.bid, digest, words, limits.words) if item.bid is not None else (),
        _links(item, words),
    )


def _links(item: Item, words: Words) -> tuple[tuple[str, str], ...]:
    if item.links is None:
        return ()
    return (
        (words.say("Keep"), item.links.keep),
        (words.say("Not for us"), item.links.dismiss),
        (words.say("Why?"), item.links.why),
    )


def decided_text(decisions: Sequence[Decision], digest: Digest, words: Words) -> str | None:
    """What the reader's institute made of a call, with who and when; of other institutes without persons."""
    subscriber = digest.subscriber
    own = frozenset() if subscriber.is_network else subscriber.of_institutes
    mine = [one for one in decisions if one.owner.name in own]
    said = [own_line(one, _called(one, digest) if len(own) > 1 else None, words) for one in mine]
    if others := shared_line([one for one in decisions if one not in mine], digest.names, words):
        said.append(others)
    return words.say("; ").join(said) or None


def _called(decision: Decision, digest: Digest) -> str:
    return untrusted.text(digest.names.get(decision.owner.name, decision.owner.name), untrusted.TERM)


def match_line(match: Match, digest: Digest, limits: Limits, words: Words) -> MatchLine:
    """The institute with its evidence words, as many as the limits allow; a search with the sentence that holds it.

    In a mail that is for this institute alone its nearest own project is told too, and no name.
    """
    if match.search is not None:
        sentence = untrusted.text(match.sentence or "", limits.sentence)
        return MatchLine(_name(match, digest, words), match.fit, "", sentence)
    terms = ", ".join(untrusted.text(word, untrusted.TERM) for word in match.words(limits.words))
    if not digest.subscriber.is_of_one:
        return MatchLine(_name(match, digest, words), match.fit, terms)
    if terms and match.own_project:
        own = untrusted.text(match.own_project, untrusted.TERM)
        terms += words.say("; ") + words.say("like your project {project}", project=own)
    return MatchLine("", match.fit, terms)


def _name(match: Match, digest: Digest, words: Words) -> str:
    return quoted_name(match.search, words) if match.search is not None else institute_name(match.institute, digest)


def _facts(item: Item, words: Words) -> tuple[tuple[str, str], ...]:
    call = item.call
    labelled = (
        (words.say("Action"), facts.action_codes(call.actions[:4]) if call.actions else None),
        (words.say("Budget"), facts.funding(call, words)),
        (words.say("TRL"), facts.level_range(call.trl) if call.trl else None),
        (words.say("Entry"), facts.closed(call, words) or facts.terms(call, words)),
    )
    return tuple((label, value) for label, value in labelled if value)


def _before(item: Item, words: Words) -> Iterator[tuple[str, str]]:
    """Who of the network won the call that this one continues."""
    if item.won is not None:
        call = untrusted.text(item.won.call, untrusted.TERM * 2)
        before = words.say_n("{call} ({n} project)", "{call} ({n} projects)", item.won.projects, call=call)
        winners = words.say("; ").join(_won(part, words) for part in item.won.network[:_WINNERS])
        yield words.say("Before"), before + words.say(": ") + winners


def _won(part: NetworkPart, words: Words) -> str:
    """`BRGM in 2 (NAME, NAME)`."""
    return words.say(
        "{institute} in {n} ({names})",
        institute=untrusted.text(part.institute, untrusted.TERM),
        n=len(part.projects),
        names=few_names(part.projects),
    )


def _others(others: Sequence[Match], digest: Digest, words: Words, limits: Limits) -> str | None:
    """`Cetim 91, Mines 88 et 3 autres`: who else in the network could apply."""
    if not others or not limits.others:
        return None
    shown = [f"{_name(m, digest, words)} {m.fit}" for m in others[: limits.others]]
    more = len(others) - len(shown)
    if more > 0:
        shown.append(words.say_n("{n} other", "{n} others", more))
        return words.both(shown)
    return ", ".join(shown)
