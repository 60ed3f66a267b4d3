"""Which parts of a call are read, and how much a word counts in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.model.call import Call
    from matcher.text.analysis import Analyzer

HEADING = 2
"""A word in title, keywords, call title or destination counts as two in the text (measured: docs/ranking.md)."""

UNREAD_SECTIONS = frozenset({"Conditions"})
"""Sections about rules of participation and TRL: they say nothing about the subject."""


def call_terms(call: Call, analyzer: Analyzer) -> list[str]:
    """Every term of a call, as often as it counts. No pair spans two fields, or two keywords."""
    terms: list[str] = []
    for text in (call.title, call.call_title or "", call.destination or "", *call.keywords):
        terms += analyzer.terms(text) * HEADING
    for section in call.sections:
        if section.name not in UNREAD_SECTIONS:
            terms += analyzer.terms(section.text)
    return terms
