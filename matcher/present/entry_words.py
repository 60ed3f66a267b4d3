"""The terms of entry in words, the same for terminals, files and mails: sentences with their values, not yet put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matcher.model.frozen import dataclass
from matcher.model.terms import Name, Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matcher.model.terms import Terms


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
