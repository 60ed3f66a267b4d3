"""A digest as a page of words, ready for its templates: subject, sections, notices."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matcher.model import day
from matcher.model.day import brussels_day
from matcher.model.families import by_part, families, told_under
from matcher.model.language import Language
from matcher.model.subscription import MailSection
from matcher.present import facts
from matcher.present.decision_words import own_line, shared_line
from matcher.present.run_words import for_reader
from matcher.text import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.config.setting_sections import MailSettings
    from matcher.model.call import Call
    from matcher.model.consortium import Bid, Led, NetworkPart
    from matcher.model.decision import Decision
    from matcher.model.match import Match
    from matcher.model.searched import SavedSearch
    from matcher.model.subscription import Digest, Item, Subscriber
    from matcher.present.facts import ChangeLine, DeadlineLine
    from matcher.present.words import Words

__all__ = ["audience", "brussels_day", "subject", "summary"]

PRODUCT = "matcher"

_WINNERS = 3
_PROJECTS = 3
"""Institutes that won a predecessor, and projects of each, that a mail names."""

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
    if part is MailSection.KEPT:
        return words.say_n("{n} kept call", "{n} kept calls", n)
    if part is MailSection.NEW:
        return words.say_n("{n} new call", "{n} new calls", n)
    if part is MailSection.CHANGED:
        return words.say_n("{n} changed", "{n} changed", n)
    if part is MailSection.FORTHCOMING:
        return words.say_n("{n} forthcoming", "{n} forthcoming", n)
    if part is MailSection.ABOVE:
        return words.say_n("{n} now above the threshold", "{n} now above the threshold", n)
    if part is MailSection.BROAD:
        return words.say_n("{n} open to any science", "{n} open to any science", n)
    if part is MailSection.JOINT:
        return words.say_n("{n} possible joint bid", "{n} possible joint bids", n)
    left = [item.days_left for item in items if item.days_left is not None]
    if not left:
        return words.say_n("{n} deadline near", "{n} deadlines near", n)
    return words.say_n(
        "{n} deadline {left}", "{n} deadlines, the first {left}", n, left=facts.days_left(min(left), words)
    )


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


@dataclass(frozen=True, slots=True)
class SectionView:
    """One part of the mail: `key` picks its colour, `count` stands beside its title, `more` says what it leaves out."""

    key: str
    title: str
    items: tuple[ItemView, ...]
    more: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(1 + len(item.siblings) for item in self.items)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on top of the mail; `fault` is what a reader must know before trusting silence."""

    text: str
    fault: bool


@dataclass(frozen=True, slots=True)
class MailPage:
    """The whole mail but the network part."""

    language: str
    product: str
    name: str
    date: str
    summary: str
    notices: tuple[Notice, ...]
    empty: str | None
    sections: tuple[SectionView, ...]
    left_out: tuple[str, ...]
    shortened: str | None
    footer: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


def page_of(digest: Digest, words: Words, settings: MailSettings, limits: Limits) -> MailPage:
    """The mail in words; items beyond `limits.items` are counted as left out."""
    shown = digest.items[: limits.items]
    sections: list[SectionView] = []
    number = 1
    for part in MailSection:
        chosen = [item for item in shown if item.part is part]
        if chosen:
            together = _families(chosen, part, digest.subscriber)
            shown_in_full = [family_view(f, number + n, digest, words, limits) for n, f in enumerate(together)]
            views = under_parts(shown_in_full, [family[0].call for family in together], digest)
            more = above_left(digest, words) if part is MailSection.ABOVE else ()
            sections.append(SectionView(part.value, part_title(words, part), views, more))
            number += len(together)
    return MailPage(
        digest.subscriber.language.value,
        PRODUCT,
        _capital(audience(digest, words)),
        words.weekday(digest.day),
        summary(digest, words),
        notices(digest, words),
        empty(digest, words),
        tuple(sections),
        left_out(digest, words, digest.left_out + len(digest.items) - len(shown)),
        words.say("This mail was shortened to stay readable in every mail program.") if limits != Limits() else None,
        footer(digest, words, settings),
        _mail_links(digest, words),
    )


def _mail_links(digest: Digest, words: Words) -> tuple[tuple[str, str], ...]:
    if digest.links is None:
        return ()
    return (
        (words.say("Fewer, more, or a pause"), digest.links.mails),
        (words.say("Unsubscribe"), digest.links.unsubscribe),
    )


def _families(chosen: Sequence[Item], part: MailSection, subscriber: Subscriber) -> list[tuple[Item, ...]]:
    """The items of a section, those of one call for proposals together, and those of one part of a programme."""
    folded: list[tuple[Item, ...]] = [(item,) for item in chosen]
    if part in _FOLDED:
        folded = families(chosen, lambda item: item.call)
    if not subscriber.by_part:
        return folded
    return [family for _, members in by_part(folded, lambda family: family[0].call) for family in members]


def under_parts(views: Sequence[Any], calls: Sequence[Call], digest: Digest) -> tuple[Any, ...]:
    """The views of these calls, each first one of a part of a programme with its name, where the reader wants that."""
    if not digest.subscriber.by_part:
        return tuple(views)
    names = [_part_name(call, digest.subscriber.language) for call in calls]
    return tuple(
        replace(view, heading=name) if n == 0 or name != names[n - 1] else view
        for n, (view, name) in enumerate(zip(views, names, strict=True))
    )


def _part_name(call: Call, language: Language) -> str | None:
    """The part of a programme that a call is told under, by its name."""
    part = told_under(call)
    return None if part is None else part.fr if language is Language.FR else part.en


_FOLDED = frozenset(MailSection) - {MailSection.CHANGED, MailSection.KEPT, MailSection.JOINT}
"""Sections where calls of one call for proposals stand together; what changed, what is decided, and by whom it can be
won together is told of each.
"""


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def part_title(words: Words, part: MailSection) -> str:
    return {
        MailSection.KEPT: words.say("Kept and assigned"),
        MailSection.CLOSING: words.say("Closing soon"),
        MailSection.NEW: words.say("New calls"),
        MailSection.CHANGED: words.say("Changed since your last mail"),
        MailSection.FORTHCOMING: words.say("Forthcoming"),
        MailSection.ABOVE: words.say("Now above your threshold"),
        MailSection.BROAD: words.say("Open to any science"),
        MailSection.CLOSED_TO_US: words.say("Not open to us"),
        MailSection.JOINT: words.say("Possible joint bids"),
    }[part]


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
        bid_lines(item.bid, digest, words, limits) if item.bid is not None else (),
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
    own = [] if subscriber.is_network else [name.partition("/")[0] for name in subscriber.institutes]
    mine = [one for one in decisions if one.owner.name in own]
    said = [own_line(one, _called(one, digest) if len(own) > 1 else None, words) for one in mine]
    if others := shared_line([one for one in decisions if one not in mine], digest.names, words):
        said.append(others)
    return "; ".join(said) or None


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
        terms += "; " + words.say("like your project {project}", project=own)
    return MatchLine("", match.fit, terms)


def _name(match: Match, digest: Digest, words: Words) -> str:
    return quoted_name(match.search, words) if match.search is not None else _named(match.institute, digest)


def _named(institute: str, digest: Digest) -> str:
    return untrusted.text(digest.names.get(institute, institute), untrusted.TERM)


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
        winners = "; ".join(_won(part, words) for part in item.won.network[:_WINNERS])
        yield words.say("Before"), before + words.say(": ") + winners


def bid_lines(bid: Bid, digest: Digest, words: Words, limits: Limits) -> tuple[tuple[str, str], ...]:
    """The institutes of a bid with what each adds, what they leave open, what they did before, and who could help."""
    gaps = words.say_n("{n} of {of} passages by nobody", "{n} of {of} passages by nobody", bid.gaps, of=bid.passages)
    covered = (words.say("Covered"), words.percent(bid.cover) + (f" ({gaps})" if bid.gaps else ""))
    return (*_members(bid, digest, words, limits), covered, *_past(bid, digest, words))


def _members(bid: Bid, digest: Digest, words: Words, limits: Limits) -> Iterator[tuple[str, str]]:
    for place, member in enumerate(bid.members):
        adds = words.say("adds {share}", share=words.percent(member.gain)) if place else words.say("begins")
        skills = ", ".join(untrusted.text(skill, untrusted.TERM) for skill in member.skills[: limits.words])
        yield f"{_named(member.institute, digest)} {member.fit}", "; ".join(filter(None, (adds, skills)))


def _past(bid: Bid, digest: Digest, words: Words) -> Iterator[tuple[str, str]]:
    """Who of a bid met or led projects before, and who from outside could fill its gaps."""
    for pair in bid.together or ():
        who = words.both([_named(name, digest) for name in pair.institutes])
        yield words.say("Together before"), who + words.say(": ") + _few(pair.projects)
    if bid.led:
        yield words.say("Projects led"), ", ".join(_led(one, digest, words) for one in bid.led)
    for other in bid.outside or ():
        name, country = untrusted.text(other.name, untrusted.TERM), untrusted.text(other.country, untrusted.TERM)
        where = f"{name} ({country})" if country else name
        yield words.say("For the gaps"), where + words.say(": ") + _few(other.projects)


def _led(led: Led, digest: Digest, words: Words) -> str:
    part, name = untrusted.text(led.part, untrusted.TERM), _named(led.institute, digest)
    return words.say(
        "{institute} {n} ({inside} in {part})", institute=name, n=led.projects, inside=led.inside, part=part
    )


def _few(projects: Sequence[str]) -> str:
    """Some projects by their names."""
    names = [untrusted.text(name, untrusted.TERM) for name in projects[:_PROJECTS]]
    return ", ".join(names + ["…"] * (len(projects) > _PROJECTS))


def _won(part: NetworkPart, words: Words) -> str:
    """`BRGM in 2 (NAME, NAME)`."""
    return words.say(
        "{institute} in {n} ({names})",
        institute=untrusted.text(part.institute, untrusted.TERM),
        n=len(part.projects),
        names=_few(part.projects),
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


def notices(digest: Digest, words: Words) -> tuple[Notice, ...]:
    """The faults first, in the reader's words, then what is different from now on, and the label of a sample."""
    health = digest.health
    found: list[Notice] = []
    if health.stale or health.problems:
        found.append(Notice(_fault(digest, words), fault=True))
    found += [Notice(said, fault=True) for problem in health.problems[:3] if (said := for_reader(problem, words))]
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
