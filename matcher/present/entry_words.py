"""The terms of entry in words: on one line, as sentences with their values, not yet put in; and each by its name, with
where it was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.frozen import dataclass
from matcher.model.terms import Name, Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matcher.model.terms import Term, Terms
    from matcher.present.words import Words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of the catalogues and what goes into its places."""

    sentence: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


def say(sentence: str, **values: object) -> Phrase:
    """Named as it is so that the catalogues find the sentence."""
    return Phrase(sentence, values)


_WHO = {
    Who.ANY: say("alone or together"),
    Who.ONE: say("one applicant only"),
    Who.SME: say("small companies only"),
    Who.RESEARCHER: say("a researcher with a host"),
    Who.BUYERS: say("public buyers in it"),
    Who.FUNDED: say("by the coordinator of the earlier consortium"),
    Who.DESIGNATED: say("designated bodies only"),
    Who.AUTHORITIES: say("public authorities only"),
    Who.STATES: say("states only"),
    Who.UNIVERSITIES: say("universities only"),
    Who.WIDENING: say("hosts in Widening countries only"),
}


def who(terms: Terms) -> Phrase | None:
    """Who may apply; None where it is unknown."""
    if terms.who in {Who.CONSORTIUM, Who.PROGRAMMES}:
        partners = terms.number(Name.PARTNERS)
        owners = terms.who is Who.PROGRAMMES
        if partners is None:
            return say("consortium of funders") if owners else say("consortium")
        return say("{n}+ funders", n=partners) if owners else say("consortium of {n}+", n=partners)
    return _WHO[terms.who] if terms.who else None


def costs(terms: Terms) -> Phrase | None:
    """What is paid; None where it is unknown."""
    told = terms.value(Name.COSTS)
    if told is None:
        return None
    return {"lump sum": say("lump sum"), "unit costs": say("unit costs")}.get(str(told), say("actual costs"))


def in_short(terms: Terms) -> tuple[Phrase, ...]:
    """`consortium of 3+; 100% for you; lump sum; two stages`: what one line has room for, without the unknown."""
    return tuple(_in_short(terms))


def _in_short(terms: Terms) -> Iterator[Phrase]:
    if found := who(terms):
        yield found
    rate = terms.number(Name.RATE)
    if rate is not None:
        yield say("{n}% for you", n=rate)
    if found := costs(terms):
        yield found
    if terms.number(Name.STAGES) == 2:
        yield say("two stages, the first blind") if terms.value(Name.BLIND) else say("two stages")
    if terms.value(Name.REQUIRED):
        yield say("others required")
    if terms.value(Name.COORDINATOR):
        yield say("not everybody may coordinate")


_PHRASED = {Name.WHO: who, Name.COSTS: costs}
"""The terms of entry that are said in a phrase."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A term as it is shown: its `source` and the `said` words of the call are as they were read, in English."""

    name: str
    value: str
    source: str
    said: str


def entry_rows(terms: Terms, words: Words) -> Iterator[EntryRow]:
    """The terms that are known, in their order."""
    named = entry_names(words)
    for term in terms.found:
        yield EntryRow(named[term.name], _value(term, terms, words), term.source, term.words)


def unknown_names(terms: Terms, words: Words) -> list[str]:
    """What the others are called, of which nothing is said."""
    return [called for name, called in entry_names(words).items() if terms.term(name) is None]


def _value(term: Term, terms: Terms, words: Words) -> str:
    if (said := _PHRASED.get(term.name)) is not None and (phrase := said(terms)) is not None:
        return words.say(phrase.sentence, **phrase.values)
    if term.value is True:
        return words.say("yes")
    if term.name in {Name.RATE, Name.COMPANY_RATE}:
        return words.percent(float(term.value) / 100)
    if term.name is Name.THIRD_PARTY_EUR:
        return words.money(float(term.value))
    return str(term.value)


def entry_names(words: Words) -> dict[Name, str]:
    """What the terms of entry are called, in the order in which they are shown."""
    say = words.say
    return {
        Name.WHO: say("Who may apply"),
        Name.PARTNERS: say("Partners at least"),
        Name.COUNTRIES: say("Countries at least"),
        Name.RATE: say("Rate for research"),
        Name.COMPANY_RATE: say("Rate for companies"),
        Name.COSTS: say("Costs"),
        Name.STAGES: say("Stages"),
        Name.BLIND: say("First stage without names"),
        Name.PAGES: say("Pages at most"),
        Name.THIRD_PARTIES: say("Grants passed on to others"),
        Name.THIRD_PARTY_EUR: say("To each of these at most"),
        Name.COORDINATOR: say("Who may coordinate is limited"),
        Name.LIMITED: say("Only some countries"),
        Name.CONTROL: say("Not under foreign control"),
        Name.CLASSIFIED: say("Classified information"),
        Name.GENDER_PLAN: say("Gender equality plan needed"),
        Name.REQUIRED: say("Has to be in it"),
    }
