"""The terms of entry of a call: who may apply, at which rate, in what form; each with where it was read.

What a call is silent about is no term at all: unknown is never guessed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from matcher.model.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value = str | int | bool


class Who(StrEnum):
    """Who may apply: the value of the term `who`."""

    CONSORTIUM = "consortium"  # several legal entities, of several countries where `countries` says so
    ANY = "one or more"  # a single legal entity too
    ONE = "single"  # a single legal entity only
    SME = "sme"  # small and medium-sized companies, start-ups
    RESEARCHER = "researcher"  # a person, with the organisation that is the host
    BUYERS = "buyers"  # a consortium with public buyers in it
    PROGRAMMES = "programmes"  # a consortium of those who fund or manage research programmes
    FUNDED = "funded consortium"  # the coordinator of a consortium that is funded already; it may take in partners
    DESIGNATED = "designated"  # bodies that a state has named
    AUTHORITIES = "authorities"  # national, regional or local authorities
    STATES = "states"  # states, or who buys for them
    UNIVERSITIES = "universities"  # institutions of higher education
    WIDENING = "widening"  # organisations of the countries that perform less in research, not France


class Name(StrEnum):
    """The terms, in the order in which they are shown."""

    WHO = "who"  # a `Who`
    PARTNERS = "partners"  # legal entities at least
    COUNTRIES = "countries"  # of them in different countries, at least
    RATE = "rate"  # percent of the costs of a research organisation that makes no profit
    COMPANY_RATE = "company_rate"  # percent of the costs of a company, where it differs
    COSTS = "costs"  # lump sum, actual costs, unit costs
    STAGES = "stages"  # of submission
    BLIND = "blind"  # the first stage is judged without names
    PAGES = "pages"  # of the application at most
    THIRD_PARTIES = "third_parties"  # the grant may be passed on
    THIRD_PARTY_EUR = "third_party_eur"  # to each third party at most
    COORDINATOR = "coordinator"  # only some may coordinate
    LIMITED = "limited"  # only legal entities of named countries
    CONTROL = "control"  # not under the control of certain countries
    CLASSIFIED = "classified"  # classified or sensitive information may be used or made
    GENDER_PLAN = "gender_plan"  # research organisations and public bodies need a gender equality plan
    REQUIRED = "required"  # practitioners, authorities or others that have to be among the beneficiaries


class Audience(StrEnum):
    """For whom calls are asked that one may enter."""

    RESEARCH = "research"
    SME = "sme"
    ANY = "any"


_CLOSED = {
    Audience.RESEARCH: frozenset(
        {Who.SME, Who.DESIGNATED, Who.AUTHORITIES, Who.STATES, Who.UNIVERSITIES, Who.WIDENING}
    ),
    Audience.SME: frozenset({Who.DESIGNATED, Who.AUTHORITIES, Who.STATES, Who.UNIVERSITIES, Who.WIDENING}),
    Audience.ANY: frozenset[Who](),
}
"""Who may apply where a research institute, or a company, may not."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its value, the field or rule that it comes from (`source`), and the words that say it, if any."""

    name: Name
    value: Value
    source: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of the terms of entry of a call; a name stands at most once, in the order of `Name`."""

    found: tuple[Term, ...] = ()

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Terms:
        """Of several terms of one name the first counts."""
        by_name: dict[Name, Term] = {}
        for term in terms:
            by_name.setdefault(term.name, term)
        return cls(tuple(by_name[name] for name in Name if name in by_name))

    def __bool__(self) -> bool:
        return bool(self.found)

    def term(self, name: Name) -> Term | None:
        return next((term for term in self.found if term.name is name), None)

    def value(self, name: Name) -> Value | None:
        """The value of a term; None where it is unknown."""
        term = self.term(name)
        return term.value if term else None

    def number(self, name: Name) -> int | None:
        value = self.value(name)
        return int(value) if value is not None else None

    @property
    def who(self) -> Who | None:
        value = self.value(Name.WHO)
        return Who(str(value)) if value is not None else None

    def closed_to(self, audience: Audience) -> Term | None:
        """The term that keeps an audience out; None where it may enter, or where nothing says."""
        return self.term(Name.WHO) if self.who in _CLOSED[audience] else None


NO_TERMS = Terms()


def terms_to_dict(terms: Terms) -> dict[str, list[Value]]:
    """JSON-ready: name → value, source, words."""
    return {term.name.value: [term.value, term.source, term.words] for term in terms.found}


def terms_from_dict(fields: Mapping[str, Any]) -> Terms:
    """The terms of such fields; names that are not known (of another version) are passed over."""
    known = {name.value for name in Name}
    return Terms.of(Term(Name(name), *kept[:3]) for name, kept in fields.items() if name in known)
