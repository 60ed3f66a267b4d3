"""Which parts of a call are read, and how much a word counts in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matcher.model import Call

WEIGHTS = {"title": 3.0, "keywords": 2.0, "call_title": 1.0, "destination": 1.0, "text": 1.0}
"""A word in the title counts as three in the text. Weights are at least 1, so that sublinear counts stay positive."""

UNREAD_SECTIONS = frozenset({"Conditions"})
"""Sections about rules of participation and TRL: they say nothing about the subject."""


def fields(call: Call) -> Iterator[tuple[str, str]]:
    """(field, text) pairs of a call; a field may come several times."""
    yield "title", call.title
    yield "keywords", " . ".join(call.keywords)
    yield "call_title", call.call_title or ""
    yield "destination", call.destination or ""
    for section in call.sections:
        if section.name not in UNREAD_SECTIONS:
            yield "text", section.text
