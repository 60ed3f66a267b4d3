"""The terms of entry of a call, read by rules from its fields, its conditions, its text, and the table of facts.

A rule is a pattern within one sentence and the value it stands for. What a call says itself counts more than
what the table says of its type of action; what nothing says is no term (docs/entry.md tells each rule's precision).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.model.terms import Name, Term, Terms, Value, Who
from matcher.portal.action_rules import facts_of
from matcher.portal.conditions import DOCUMENTS, Statement, sentences, shortened, statements_of_conditions
from matcher.portal.values import as_text, mappings, strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matcher.model.call import Call

_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
}
_N = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})(?: \(\d{{1,3}}\))?"

Found = re.Match[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A term that a sentence states: `hint` is in its text in lower case wherever `pattern` can match.

    `text` has the call's description read too, not its conditions alone.
    """

    name: Name
    hint: str
    pattern: re.Pattern[str]
    value: Callable[[Found], Value]
    text: bool = False


def _rule(name: Name, hint: str, pattern: str, value: Value | Callable[[Found], Value], *, text: bool = False) -> Rule:
    reads = value if callable(value) else lambda _: value
    return Rule(name, hint, re.compile(pattern, re.IGNORECASE), reads, text)


def _count(match: Found) -> int:
    return _NUMBERS.get(match[1].lower()) or int(match[1])


def _euros(match: Found) -> int:
    if match[2]:
        return round(float(match[1].replace(",", ".")) * 1_000_000)
    return int(re.sub(r"[ .,\u00a0]", "", match[1]))


_ENTITIES = r"(?:independent )?(?:legal entities|participants|applicants)"

_WHO = (
    _rule(Name.WHO, "sme", r"^(?:the )?beneficiar(?:y|ies) must be (?:an? )?(?:small and medium|SME)", Who.SME),
    _rule(Name.WHO, "sme", r"^[^a-z]{0,4}a single company classified as an? SME\b", Who.SME),
    _rule(Name.WHO, "widening", r"\bhost organi[sz]ation must be (?:located|established) in a widening", Who.WIDENING),
    _rule(
        Name.WHO,
        "eligible",
        r"^entities eligible for funding shall be (?:the )?competent national authorities",
        Who.AUTHORITIES,
    ),
    _rule(Name.WHO, "city", r"\bapplicant has to be a city\b", Who.AUTHORITIES),
    _rule(
        Name.WHO,
        "eligible",
        r"^only competent organi[sz]ations[^.]{0,40} designat[^.]{0,60} are eligible",
        Who.DESIGNATED,
        text=True,
    ),
    _rule(
        Name.WHO,
        "functioning of",
        r"^this call aims to (?:provide )?support (?:for )?(?:the )?functioning of established\b",
        Who.DESIGNATED,
        text=True,
    ),
    _rule(
        Name.WHO,
        "higher education",
        r"^the applicant must be recogni[sz]ed as (?:a )?higher education institution",
        Who.UNIVERSITIES,
        text=True,
    ),
    _rule(
        Name.WHO,
        "coordinator",
        r"\bproposal must be submitted by the coordinator of the (?:consortium funded|.{0,2}eligible already funded)",
        Who.FUNDED,
    ),
    _rule(Name.WHO, "principal investigator", r"\bPrincipal Investigators may submit\b", Who.RESEARCHER),
    _rule(Name.WHO, "jointly", r"^applications will be made jointly by the researcher and", Who.RESEARCHER, text=True),
    _rule(Name.WHO, "one legal entity", r"\bmay only be submitted by one (?:independent )?legal entity", Who.ONE),
    _rule(Name.WHO, "single legal", r"\bfrom consortia or from single legal entities", Who.ANY),
    _rule(Name.WHO, "single legal", r"^[^a-z]{0,4}a single legal entity established in", Who.ANY),
    _rule(Name.WHO, "single applicant", r"\bmay be submitted by a single applicant\b", Who.ANY, text=True),
    _rule(Name.WHO, "any organi", r"\bany organi[sz]ation legally established in\b", Who.ANY, text=True),
    _rule(
        Name.WHO,
        "at least",
        rf"\b(?:by a consortium|consortia must include|consortium including)\b[^.]{{0,70}}\bat least {_N} {_ENTITIES}"
        r"\b(?! established in (?!different))",
        Who.CONSORTIUM,
    ),
    _rule(
        Name.WHO, "at least", rf"\bproposals must be submitted by at least {_N} applicants", Who.CONSORTIUM, text=True
    ),
    _rule(Name.WHO, "at least", rf"^at least {_N} legal entities,? independent from each other", Who.CONSORTIUM),
    _rule(
        Name.WHO,
        "forming part of",
        r"\bnumber of legal entities forming part of the consortium shall",
        Who.CONSORTIUM,
        text=True,
    ),
    _rule(
        Name.WHO,
        "requires the participation",
        rf"\baction requires the participation, as beneficiaries, of at least {_N} legal entities",
        Who.CONSORTIUM,
    ),
)

_NUMBERS_OF_PARTNERS = (
    _rule(
        Name.PARTNERS,
        "at least",
        rf"(?:\b(?:by a consortium|consortia must include|consortium including|application must include|"
        rf"action requires the participation)\b[^.]{{0,70}}\b|^)at least {_N} {_ENTITIES}\b"
        r"(?! established in (?!different))",
        _count,
    ),
    _rule(
        Name.PARTNERS, "applicants", rf"\bproposals must be submitted by at least {_N} applicants", _count, text=True
    ),
    _rule(
        Name.COUNTRIES,
        "applicants",
        rf"\bsubmitted by at least \w+ applicants [^.]{{0,60}}\bfrom (?:at least )?{_N} different eligible countries",
        _count,
        text=True,
    ),
    _rule(
        Name.COUNTRIES,
        "different",
        rf"\b(?:participants|legal entities) from (?:at least )?{_N} different member states",
        _count,
    ),
    _rule(
        Name.COUNTRIES,
        "different",
        rf"\bbeneficiaries must be from (?:at least )?{_N} different (?:eu )?member states",
        _count,
    ),
    _rule(
        Name.COUNTRIES,
        "different",
        rf"\bat least {_N} {_ENTITIES},?:? (?:independent from each other )?(?:and )?each established in a different",
        _count,
    ),
)

_REQUIRED = (
    _rule(
        Name.REQUIRED,
        "requires",
        r"\b(?:topic|action) requires (?:the )?(?:active )?(?:involvement|participation),? ?as beneficiaries",
        True,
    ),
    _rule(
        Name.REQUIRED,
        "beneficiaries",
        r"\bat least [^.]{0,200}\bmust (?:participate|be part of the consortium) as beneficiar",
        True,
    ),
    _rule(
        Name.REQUIRED,
        "must include",
        r"\b(?:consorti(?:um|a)|proposals|application|beneficiaries) must include\b(?! (?:pilot|access|an? |all ))",
        True,
    ),
    _rule(
        Name.REQUIRED,
        "legal entity",
        r"^(?:at least )?one (?:independent )?legal entity,?(?: as a beneficiary,)? established in an? "
        r"(?!(?:EU )?member state)",
        True,
    ),
    _rule(
        Name.REQUIRED,
        "beneficiaries",
        r"\bat least [^.]{0,30}\bof the beneficiaries\b[^.]{0,40}\bmust be established in\b",
        True,
    ),
    _rule(
        Name.REQUIRED, "include, as beneficiaries", r"\binclude, as beneficiaries, legal entities established in", True
    ),
    _rule(Name.REQUIRED, "budget", r"^at least [^.]{0,30}\bbudget must be implemented by\b", True),
    _rule(Name.REQUIRED, "cities", r"\bat least [^.]{0,200}\bcities\b[^.]{0,250}\bmust participate\b", True),
    _rule(Name.REQUIRED, "mandatory", r"\bparticipation of [^.]{0,160} in the consortium is mandatory", True),
)

_RATE = r"\bfunding rate\b[^.%]{0,120}?\b(?:is|of|be)(?: up to)? (\d{2,3}) ?%"
_MONEY = (
    _rule(
        Name.RATE,
        "non-profit",
        _RATE + r"[^.%]{0,40}, except for non-profit legal entities[^.%]{0,60}? (\d{2,3}) ?%",
        lambda match: int(match[2]),
    ),
    _rule(
        Name.COMPANY_RATE,
        "non-profit",
        _RATE + r"[^.%]{0,40}, except for non-profit legal entities",
        lambda match: int(match[1]),
    ),
    _rule(Name.RATE, "funding rate", _RATE, lambda match: int(match[1])),
    _rule(Name.RATE, "funding rate", r"^maximum funding rate:? (\d{2,3}) ?%", lambda match: int(match[1]), text=True),
    _rule(Name.RATE, "(oags)", r"^other action grants \(OAGs\) . (\d{2,3}) ?%", lambda match: int(match[1]), text=True),
    _rule(Name.RATE, "funded at", r"\bco-?funded at (\d{2,3}) ?%", lambda match: int(match[1]), text=True),
    _rule(Name.COSTS, "lump sum", r"\beligible costs will take the form of (?:a )?lump sum", "lump sum", text=True),
    _rule(Name.COSTS, "lump sum", r"\bfinancial contribution will be awarded as a (?:single )?lump sum", "lump sum"),
)

_PASSED_ON = r"\bfinancial support (?:to|for) third parties"
_EURO = r"(?:EUR|€) ?(\d[\d ,.\u00a0]{0,12}\d|\d)( million)?"
_THIRD_PARTIES = (
    _rule(
        Name.THIRD_PARTIES,
        "third parties",
        rf"\bbeneficiaries (may|must|could|can|shall) (?:therefore )?provide {_PASSED_ON}",
        True,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTIES,
        "third parties",
        rf"\b(?:proposals|projects|consortia) (may|must|can|should|are expected to)\b[^.]{{0,80}}{_PASSED_ON}",
        True,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTIES,
        "third parties",
        rf"{_PASSED_ON}(?: \(FSTP\))?[^.]{{0,40}}\b(may|must|can)(?: only)? be\b",
        True,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTIES,
        "third parties",
        rf"\b(?:providing|by means of|through(?: the mechanism of)?|should be spent on|take the form of) {_PASSED_ON}",
        True,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTIES,
        "third part",
        r"\bthird part(?:y|ies) (may|can|must|will) receive financial support",
        True,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTY_EUR,
        "third party",
        rf"\bmaximum amount [^.]{{0,40}}\b(?:each|any single) third party(?: for the [^.]{{3,40}})?"
        rf" is (?:set at )?{_EURO}",
        _euros,
    ),
    _rule(
        Name.THIRD_PARTY_EUR,
        "third party",
        r"\bmaximum amount per third party can amount up to (\d[\d ,.\u00a0]{0,12}\d)( million)? EUR\b",
        _euros,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTY_EUR,
        "third party",
        r"\bmaximum amount of (?:up to )?(\d[\d ,.\u00a0]{0,12}\d)( million)? (?:EUR|euros?) (?:per|for each) third",
        _euros,
        text=True,
    ),
    _rule(
        Name.THIRD_PARTY_EUR,
        "grant is",
        rf"\bmaximum (?:value|amount) (?:for|of) (?:an?|each|one) (?:lump sum|sub-?|cascading|small) ?grant is {_EURO}",
        _euros,
        text=True,
    ),
)

_FORM = (
    _rule(Name.BLIND, "blind", r"\bproposals of this topic will be evaluated blind", True),
    _rule(
        Name.PAGES,
        "page",
        rf"\bpage limit\b[^.:]{{0,110}}\bis (?:exceptionally )?(?:(?:increased|extended) to |set (?:at|to) )?"
        rf"(?:a total maximum of )?{_N} pages",
        _count,
    ),
    _rule(
        Name.PAGES,
        "page",
        rf"\blimit for (?:a full (?:[^.]{{3,40}} )?(?:proposal|application)|[^.]{{3,30}} actions)"
        rf" is (?:set (?:at|to) )?{_N} pages",
        _count,
    ),
    _rule(Name.PAGES, "page", rf"\bmust consist of a maximum of {_N} (?:format )?A4 pages", _count),
    _rule(Name.PAGES, "page", rf"\b(?:strict limit of|not exceeding|limited to maximum) {_N} pages", _count),
)

_SECURITY = (
    _rule(
        Name.LIMITED,
        "limited to legal entities",
        r"\bparticipation (?:in (?:this|the) (?:topic|action|call) )?is limited to legal entities established in",
        True,
    ),
    _rule(Name.COORDINATOR, "coordinator", r"\bparticipation as coordinators? [^.]{0,30}is limited to\b", True),
    _rule(Name.COORDINATOR, "coordinator", r"\bcoordinator of the (?:project|consortium|action) must be\b", True),
    _rule(Name.CONTROL, "controlled by", r"\bdirectly or indirectly controlled by\b", True),
    _rule(
        Name.CLASSIFIED,
        "classified",
        r"\busing classified (?:background|information)|\bEU classified and sensitive",
        True,
    ),
    _rule(Name.GENDER_PLAN, "gender equality plan", r"\bmust have a gender equality plan\b", True),
)

_RULES = (*_WHO, *_NUMBERS_OF_PARTNERS, *_REQUIRED, *_MONEY, *_THIRD_PARTIES, *_FORM, *_SECURITY)

_DECLARED = re.compile(r"ownership control declaration|declaration of ownership and control", re.IGNORECASE)
_APPOINTED = re.compile(r"\bappointment decision from the Member State designating the entity", re.IGNORECASE)
_FIRST_STAGE = re.compile(r"first[- ]stage|stage 1\b", re.IGNORECASE)
_COSTS = {"lump sum grant": "lump sum", "budget-based": "actual costs", "unit grant": "unit costs"}
_TO_AUTHORITIES = re.compile(r"call for proposals to national [^.]{0,60}authorities", re.IGNORECASE)


def terms_of(call: Call, metadata: Mapping[str, Any], acts: Iterable[object]) -> Terms:
    """The terms of a call; `metadata` is that of its row, `acts` its `actions`, parsed."""
    statements = statements_of_conditions(strings(metadata, "topicConditions"))
    said = [s for s in statements if s.heading != DOCUMENTS]
    described = [Statement(part.name, words) for part in call.sections for words in sentences(part.text)]
    found = [
        *_titles(call),
        *_read(said, described),
        *_documents(statements),
        *_fields(call, acts),
        *facts_of(call),
    ]
    terms = Terms.of(found)
    return _consistent(terms)


def _read(said: Sequence[Statement], described: Sequence[Statement]) -> Iterable[Term]:
    """What the rules find, first the conditions, then the text; of several page limits none counts, of several
    amounts the highest.
    """
    folded = {id(s): s.words.casefold() for s in (*said, *described)}
    everything = "\n".join(folded.values())  # most hints stand nowhere
    rules = [rule for rule in _RULES if rule.hint in everything]
    for name in Name:
        found: list[Term] = []
        for rule in (rule for rule in rules if rule.name is name):
            places = (*said, *described) if rule.text else said
            found.extend(
                Term(name, rule.value(match), f"condition: {s.heading}", shortened(s.words))
                for s in places
                if rule.hint in folded[id(s)] and (match := rule.pattern.search(s.words))
            )
        yield from _chosen(name, found)


def _chosen(name: Name, found: list[Term]) -> list[Term]:
    if name is Name.PAGES:
        whole = [term for term in found if not _FIRST_STAGE.search(term.words)]
        return whole[:1] if len({term.value for term in whole}) == 1 else []
    if name is Name.THIRD_PARTY_EUR:
        return sorted(found, key=lambda term: -int(term.value))[:1]
    return found[:1]


def _documents(statements: Iterable[Statement]) -> list[Term]:
    """A declaration of ownership among the forms says that control matters, an appointment by a state who may apply."""
    forms = [s.words for s in statements if s.heading == DOCUMENTS]
    read: tuple[tuple[Name, Value, re.Pattern[str]], ...] = (
        (Name.CONTROL, True, _DECLARED),
        (Name.WHO, Who.DESIGNATED, _APPOINTED),
    )
    return [
        Term(name, value, "list of documents", shortened(words))
        for name, value, pattern in read
        for words in forms
        if pattern.search(words)
    ]


def _titles(call: Call) -> list[Term]:
    title = call.call_title or ""
    if "common procurement actions" in title.casefold():
        return [Term(Name.WHO, Who.STATES, "title of the call", shortened(title))]
    if _TO_AUTHORITIES.search(title):
        return [Term(Name.WHO, Who.AUTHORITIES, "title of the call", shortened(title))]
    return []


def _fields(call: Call, acts: Iterable[object]) -> Iterable[Term]:
    stages = {"single-stage": 1, "two-stage": 2}.get(call.deadline_model or "")
    if stages:
        yield Term(Name.STAGES, stages, "field deadlineModel", call.deadline_model or "")
    passing = [action for action in call.actions if action.code.endswith("-GFS")]
    if passing:
        yield Term(Name.THIRD_PARTIES, True, "field typesOfAction", shortened(passing[0].label))
    named = {
        as_text(agreement.get("description"))
        for entry in acts
        for act in mappings(entry)
        for kind in mappings(act.get("types"))
        for agreement in mappings(kind.get("typeOfMGA"))
    }
    costs = {form for name in named for ending, form in _COSTS.items() if name.casefold().endswith(ending)}
    if len(costs) == 1:
        yield Term(Name.COSTS, costs.pop(), "field typeOfMGA", shortened(", ".join(sorted(named))))


def _consistent(terms: Terms) -> Terms:
    """Numbers of partners belong to a consortium; a rate for companies goes with the table's rate for research."""
    dropped: set[Name] = set()
    if terms.who not in {Who.CONSORTIUM, Who.PROGRAMMES, Who.BUYERS, None}:
        dropped |= {Name.PARTNERS, Name.COUNTRIES}
    rate, company = terms.term(Name.RATE), terms.term(Name.COMPANY_RATE)
    if rate and company and rate.source != company.source:
        dropped.add(Name.COMPANY_RATE)
    return Terms(tuple(term for term in terms.found if term.name not in dropped))
