"""A digest as the mail that will be sent: words, templates, calendar, headers, and a size that mail readers take."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from matcher.digest import subject_line
from matcher.digest.item_view import Limits
from matcher.digest.network_part import network_page, shown_lists
from matcher.digest.page import MailPage, page_of
from matcher.mail import message
from matcher.model.subscription import Digest, Mail
from matcher.present import calendar
from matcher.present.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from css_inline import CSSInliner
    from jinja2 import Environment

    from matcher.config.setting_sections import MailSettings
    from matcher.model.call import Call
    from matcher.model.changes import Change

LIMIT = 98_000
"""Bytes of HTML: Gmail hides what comes after 102 KB (104,448 bytes), and adds some of its own."""

COLUMNS = 72
"""Width of the plain text."""

_LEVELS = (
    Limits(),
    Limits(words=4, others=3),
    Limits(words=3, sentence=120, matches=2, others=0, rows=30),
    Limits(words=3, sentence=120, matches=2, others=0, rows=15, title=120),
    *(Limits(words=2, sentence=60, matches=1, others=0, rows=10, title=100, items=n) for n in (30, 20, 15, 10, 5)),
)


def render(digest: Digest, settings: MailSettings, *, now: datetime) -> Mail:
    """The mail of a digest; the same digest at the same `now` gives the same bytes.

    `now` (aware) becomes the Date of the message and the stamp of its calendar. Evidence words, then titles, then
    items are given up, and the mail says so, where its HTML would be longer than `LIMIT`. Raises `ConfigError` for
    an address that cannot stand in a header.
    """
    return rendered(digest, settings, now=now)[0]


def rendered(digest: Digest, settings: MailSettings, *, now: datetime) -> tuple[Mail, Digest]:
    """As `render`, with the digest that the mail shows: items that it has no room for are left out, and not told."""
    words = Words(digest.subscriber.language)
    text, html, limits = _parts(digest, words, settings)
    kind = digest.kind
    identifier = message.message_id(kind, digest.subscriber.identifier, digest.day, settings.list_domain)
    subject = subject_line.subject(digest, words)
    ending = digest.links.unsubscribe if digest.links else None
    attached = _calendar(digest, words, now)
    content = message.MailContent(subject, text, html, attached, _calendar_name(digest, words), ending)
    body = message.build(content, digest.subscriber, settings, identifier=identifier, now=now)
    mail = Mail(
        identifier, digest.subscriber.identifier, digest.subscriber.address, digest.day, subject, body, html, kind
    )
    shown = digest.items[: limits.items]
    left_out = digest.left_out + len(digest.items) - len(shown)
    network = digest.network and shown_lists(digest.network, limits)
    return mail, replace(digest, items=shown, left_out=left_out, network=network)


def _parts(digest: Digest, words: Words, settings: MailSettings) -> tuple[str, str, Limits]:
    """Both parts by the widest limits that keep the HTML below `LIMIT`, and those limits."""
    limits = _LEVELS[-1]
    for limits in _LEVELS:
        html = _html(digest, words, settings, limits)
        if len(html.encode()) <= LIMIT:
            break
    return _text(digest, words, settings, limits), html, limits


def _html(digest: Digest, words: Words, settings: MailSettings, limits: Limits) -> str:
    rendered = _environment().get_template("digest.html").render(_content(digest, words, settings, limits))
    return _inliner().inline(rendered)


def _text(digest: Digest, words: Words, settings: MailSettings, limits: Limits) -> str:
    return _environment().get_template("digest.txt").render(_content(digest, words, settings, limits)).strip() + "\n"


def _content(digest: Digest, words: Words, settings: MailSettings, limits: Limits) -> dict[str, Any]:
    shown: MailPage = page_of(digest, words, settings, limits)
    network = network_page(digest, digest.network, words, limits) if digest.network is not None else None
    return {
        "page": shown,
        "network": network,
        "subject": subject_line.subject(digest, words),
        "say": words.say,
        "say_n": words.say_n,
        "columns": COLUMNS,
    }


def _calls(digest: Digest) -> Iterator[Call]:
    for item in digest.items:
        yield item.call
    if digest.network is not None:
        yield from digest.network.calls
        for item in (*digest.network.joint, *digest.network.unseen, *digest.network.untaken):
            yield item.call


def _calendar(digest: Digest, words: Words, now: datetime) -> bytes | None:
    calls = list(_calls(digest))
    if not any(call.next_deadline(digest.day) for call in calls):
        return None
    changes: list[Change] = [change for item in digest.items for change in item.changes]
    title = words.say("European calls: {name}", name=subject_line.audience(digest, words))
    return calendar.deadlines(calls, title, words, now=now, changes=changes)


def _calendar_name(digest: Digest, words: Words) -> str:
    return words.say("deadlines") + f"-{digest.day.isoformat()}.ics"


def _wrap(value: str, first: str = "", rest: str | None = None) -> str:
    """Lines of the plain text: `first` before the first one, `rest` (or as many spaces) before the others."""
    hanging = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        value, COLUMNS, initial_indent=first, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=True
    )
    return "\n".join(lines) if lines else first.rstrip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("matcher.digest", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = _wrap
    return environment


@cache
def _inliner() -> CSSInliner:
    """Nothing is loaded from anywhere: the styles are in the template."""
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, minify_css=True)
