"""A page's question: the value that a command asks, read from the address and written back to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from matcher.errors import UsageError
from matcher.model.day import written_day
from matcher.model.question import FILTERS, Question
from matcher.web.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

_SEVERAL = {one.name for one in FILTERS if one.kind in {"words", "choice"}}
_MOST = 200  # fields of an address

_WHOM = {"institute", "text"}  # which the path says


@dataclass(frozen=True, slots=True)
class AskedAddress:
    """A question and what else an address says (`extras`); `query` is both as they are written, defaults left out."""

    question: Question
    extras: dict[str, str]
    query: str
    is_tidy: bool  # the address is written as `query` is


def asked(query: str, about: str | None, extras: Collection[str] = ()) -> AskedAddress:
    """The question of a query, about an institute or lab (or none).

    What a form sends without need (fields left empty, several words in one field) is tidied up.
    Raises UsageError for what nothing can be asked by.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as error:
        raise Refused("This address has too many fields to be read.") from error
    given = [(name, value) for name, value in pairs if value.strip()]
    others = {name: value for name, value in given if name in extras}
    words = [(name, word) for name, value in given if name not in others for word in _words(name, value)]
    if any(name in _WHOM for name, _ in words):
        raise UsageError("The address before the question mark says who is asked about.")
    question = Question.from_query(urlencode([*words, *([("institute", about)] if about else [])]))
    told = [(name, value) for name, value in parse_qsl(question.to_query()) if name not in _WHOM]
    written = urlencode([*told, *others.items()])
    return AskedAddress(question, others, written, sorted(pairs) == sorted(parse_qsl(written)))


def day_of(word: str | None) -> date | None:
    """The day that an address names; None where it names none. Raises UsageError."""
    return written_day(word.strip()) if word and word.strip() else None


def _words(name: str, value: str) -> list[str]:
    return several(value) if name in _SEVERAL else [value]


def several(value: str) -> list[str]:
    """The words of a field that takes several."""
    return [word.strip() for word in re.split(r"[,;\n]", value) if word.strip()]
