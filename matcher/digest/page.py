"""A digest as a page of words, ready for its templates: sections of calls with what is said around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matcher.digest.item_view import ItemView, Limits, family_view
from matcher.digest.notices import Notice, above_left, empty, footer, left_out, notices
from matcher.digest.subject_line import audience, summary
from matcher.model.families import by_part, families, told_under
from matcher.model.subscription import MailSection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.config.setting_sections import MailSettings
    from matcher.model.call import Call
    from matcher.model.language import Language
    from matcher.model.subscription import Digest, Item, Subscriber
    from matcher.present.words import Words

PRODUCT = "matcher"


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
    """The items of a section, those of one call for proposals together, and those of one part of a programme.

    What changed stands by itself: a line under another call has no room for what is told of it this once.
    """
    folded: list[tuple[Item, ...]] = [(item,) for item in chosen]
    if part in _FOLDED:
        folded = families(chosen, lambda item: replace(item.call, call_id=None) if item.changes else item.call)
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
    return None if part is None else part.name_in(language)


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
