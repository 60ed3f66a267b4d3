"""What the programmes' rules say of a type of action: `action_rules.toml`, a table that people edit."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from matcher.model.terms import Name, Term, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matcher.model.call import Call


@dataclass(frozen=True, slots=True)
class Fact:
    """Terms of every call of these programmes and types of action (codes less the programme; none stands for all).

    `identifier`, where given, is a pattern that the call's own has to hold; `source` is what people are shown.
    """

    programmes: frozenset[str]
    actions: frozenset[str]
    identifier: re.Pattern[str] | None
    source: str
    terms: Mapping[Name, Value]

    def holds(self, call: Call, code: str) -> bool:
        programme, _, kind = code.partition("-")
        if programme not in self.programmes or (self.identifier and not self.identifier.search(call.identifier)):
            return False
        return not self.actions or kind in self.actions


@cache
def facts() -> tuple[Fact, ...]:
    """Every fact of the table, in its order."""
    table = tomllib.loads(resources.files("matcher.portal").joinpath("action_rules.toml").read_text("utf-8"))
    return tuple(_fact(entry, table["sources"]) for entry in table["fact"])


def _fact(entry: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]) -> Fact:
    source = sources[entry["source"]]
    return Fact(
        frozenset(entry["programmes"]),
        frozenset(entry.get("actions", ())),
        re.compile(entry["identifier"]) if "identifier" in entry else None,
        f"rule: {source['title']}, {source['url']}, seen {source['seen']}",
        {Name(name): value for name, value in entry["terms"].items()},
    )


def facts_of(call: Call) -> Iterable[Term]:
    """The terms that hold for every type of action of a call; where they differ nothing is said."""
    kinds = [
        [term for fact in facts() if fact.holds(call, action.code) for term in _terms(fact)] for action in call.actions
    ]
    for name in Name:
        found = [next((term for term in terms if term.name is name), None) for terms in kinds]
        if found and found[0] is not None and all(term and term.value == found[0].value for term in found):
            yield found[0]


def _terms(fact: Fact) -> Iterable[Term]:
    return (Term(name, value, fact.source) for name, value in fact.terms.items())
