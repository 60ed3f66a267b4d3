"""The terms of entry that rules read of a row: each rule on a sentence of its own, and all of them on what was read."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest

from matcher.model.terms import Audience, Name, Who
from matcher.portal.action_rules import facts
from matcher.portal.conditions import DOCUMENTS, SENTENCE_LIMIT, sentences, statements_of_conditions, where_to_ask
from matcher.portal.parsing import parse_row
from matcher.text import untrusted
from tests.helpers.entry import measure, read, recorded_calls, table
from tests.helpers.paths import ROOT
from tests.helpers.portal.rows import RECORDED, description, topic

if TYPE_CHECKING:
    from matcher.model.call import Call

LEAST = 10  # from so many calls on a share says something; below it all must be right


def call_with(*sentences: str, **fields: object) -> Call:
    """A topic with these conditions; fields replace what the row holds."""
    conditions = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return parse_row(topic(1, topicConditions=[conditions], **fields)).call


@pytest.mark.parametrize(
    ("sentence", "name", "value"),
    [
        ("Beneficiaries must be an SME that builds boats.", Name.WHO, Who.SME),
        ("The host organisation must be established in a Widening country, on its coast.", Name.WHO, Who.WIDENING),
        ("Entities eligible for funding shall be the competent national authorities.", Name.WHO, Who.AUTHORITIES),
        ("One proposal must be submitted by the coordinator of the consortium funded first.", Name.WHO, Who.FUNDED),
        ("Bids may only be submitted by one legal entity of the coast.", Name.WHO, Who.ONE),
        ("Label for harbours - any organisation legally established in a country of the coast.", Name.WHO, Who.ANY),
        ("This call aims to provide support for the functioning of established pilots.", Name.WHO, Who.DESIGNATED),
        ("At least one independent legal entity established in a coastal country.", Name.REQUIRED, True),
        ("One legal entity, as a beneficiary, established in a coastal country.", Name.REQUIRED, True),
        ("At least 40% of the beneficiaries of a fleet must be established in coastal states.", Name.REQUIRED, True),
        ("At least a third of the budget must be implemented by the members of the Harbour JU.", Name.REQUIRED, True),
        ("Boats include, as beneficiaries, legal entities established in three harbours.", Name.REQUIRED, True),
        ("Consortia must include at least five (5) participants of any size.", Name.PARTNERS, 5),
        ("At least four applicants each established in a different country.",
         Name.COUNTRIES, 4),
        ("Such an action requires participation as beneficiaries of 2 harbours.", Name.REQUIRED, True),
        ("The funding rate is up to 45% of the eligible costs.", Name.RATE, 45),
        ("Eligible costs will take the form of a lump sum.", Name.COSTS, "lump sum"),
        ("Beneficiaries could provide financial support for third parties.", Name.THIRD_PARTIES, True),
        ("Say for which work a third party may receive financial support.", Name.THIRD_PARTIES, True),
        ("These beneficiaries must be from at least 4 different EU Member States or harbours.", Name.COUNTRIES, 4),
        ("The maximum amount that reaches any single third party is EUR 75 000.", Name.THIRD_PARTY_EUR, 75_000),
        ("The maximum amount that reaches any single third party is EUR 2.5 million.", Name.THIRD_PARTY_EUR, 2_500_000),
        ("The maximum amount for any single third party for the duration of the trip is set at EUR 4.00 million.",
         Name.THIRD_PARTY_EUR, 4_000_000),
        ("Harbours get support of a maximum amount of 90.000 EUR per third party.", Name.THIRD_PARTY_EUR, 90_000),
        ("Boats come with the maximum amount of up to 80.000 euro per third party.", Name.THIRD_PARTY_EUR, 80_000),
        ("The maximum value for a lump sum grant is EUR 45,000; boats are lent.", Name.THIRD_PARTY_EUR, 45_000),
        ("It can take the form of Financial Support for Third Parties (FSTP).", Name.THIRD_PARTIES, True),
        ("Short proposals of this topic will be evaluated blind.", Name.BLIND, True),
        ("The page limit of the application is 33 pages.", Name.PAGES, 33),
        ("To ensure fairness a strict limit of twelve pages applies.", Name.PAGES, 12),
        ("To hold a map, the page limit of part B is exceptionally extended to a total maximum of 44 pages.",
         Name.PAGES, 44),
        ("The limit for a full Harbour Action application is set to 55 pages.", Name.PAGES, 55),
        ("Hence participation in the call is limited to legal entities established in three harbours.",
         Name.LIMITED, True),
        ("Entities directly or indirectly controlled by others may not participate.", Name.CONTROL, True),
        ("Some work may involve using classified background.", Name.CLASSIFIED, True),
    ],
)  # fmt: skip
def test_a_sentence_of_the_conditions_is_a_term_with_its_words(sentence: str, name: Name, value: object) -> None:
    term = call_with(sentence).terms.term(name)
    assert term is not None
    assert (term.value, term.words) == (value, sentence)
    assert term.source.startswith("condition")


def test_what_the_call_says_counts_more_than_what_the_table_says() -> None:
    by_the_table = call_with("Nothing of interest.").terms
    assert (by_the_table.who, by_the_table.number(Name.RATE), by_the_table.number(Name.COMPANY_RATE)) == (
        Who.CONSORTIUM, 100, 70,
    )  # fmt: skip
    own = call_with("The funding rate is 35% of the eligible costs.").terms
    assert (own.number(Name.RATE), own.value(Name.COMPANY_RATE)) == (35, None)
    both = call_with(
        "The funding rate is 55% of the eligible costs, except for non-profit legal entities where it is up to 100%."
    ).terms
    assert (both.number(Name.RATE), both.number(Name.COMPANY_RATE)) == (100, 55)


def test_silence_is_unknown() -> None:
    terms = call_with(
        frameworkProgramme=["43252405"], actions=["[]"], budgetOverview=["{}"], typesOfAction=["LIFE Project Grants"]
    ).terms
    assert [term.name for term in terms.found] == [Name.STAGES]
    assert terms.closed_to(Audience.RESEARCH) is None


def test_two_limits_of_pages_are_none_and_that_of_the_first_stage_is_another() -> None:
    limit = "The page limit for the {} is {} pages."
    assert call_with(limit.format("study", 10), limit.format("plan", 20)).terms.value(Name.PAGES) is None
    assert call_with(limit.format("first-stage outline", 10), limit.format("plan", 20)).terms.value(Name.PAGES) == 20


def test_pages_more_than_a_limit_that_is_not_named_are_no_limit() -> None:
    assert call_with("The page limit of part B is exceptionally extended by 3 pages.").terms.value(Name.PAGES) is None


def test_an_entity_of_a_member_state_is_what_every_consortium_has() -> None:
    said = "At least one independent legal entity established in a Member State, or in an associated country."
    assert call_with(said).terms.value(Name.REQUIRED) is None


def test_partners_of_certain_countries_are_no_least_number() -> None:
    terms = call_with("Consortia must include at least seven legal entities established in coastal states.").terms
    assert terms.number(Name.PARTNERS) == 3
    assert terms.value(Name.REQUIRED) is True


def test_names_of_documents_state_nothing_but_what_they_are_for() -> None:
    listed = ("Additional documents:", "Guide to financial support to third parties", "Ownership control declaration")
    found = statements_of_conditions(f"<p>{line}</p>" for line in ("1. Page limits and layout", *listed))
    assert {statement.heading for statement in found} == {DOCUMENTS}
    terms = call_with(*listed).terms
    assert (terms.value(Name.THIRD_PARTIES), terms.value(Name.CONTROL)) == (None, True)


def test_calls_that_research_may_not_enter() -> None:
    title = {"callTitle": ["3rd call for proposals for common procurement actions of boats"]}
    assert call_with(**title).terms.closed_to(Audience.SME).value is Who.STATES
    companies = call_with("Beneficiaries must be a SME.").terms
    assert companies.closed_to(Audience.RESEARCH).value is Who.SME
    assert companies.closed_to(Audience.SME) is None
    assert companies.closed_to(Audience.ANY) is None


def test_where_the_types_of_action_of_a_call_differ_the_table_says_nothing() -> None:
    actions = '[{"types": [{"typeOfAction": "HORIZON-RIA HORIZON RIA"}, {"typeOfAction": "HORIZON-CSA HORIZON CSA"}]}]'
    terms = parse_row(topic(1, actions=[actions])).call.terms
    assert terms.who is None
    assert terms.number(Name.RATE) == 100


def test_every_fact_of_the_table_has_a_source_with_its_day() -> None:
    assert all("https://" in fact.source and "seen 20" in fact.source for fact in facts())


def test_where_one_asks_is_a_link() -> None:
    page = '<a href="https://ec.europa.eu/ncp?a=1&amp;b=2">National Contact Points</a> <a href="https://x.eu">More</a>'
    assert where_to_ask([page]) == [("National Contact Points", "https://ec.europa.eu/ncp?a=1&b=2")]
    row = topic(1, supportInfo=[page.replace("ec.europa.eu", "elsewhere.example") + page])
    assert [link.url for link in parse_row(row).call.links] == ["https://ec.europa.eu/ncp?a=1&b=2"]


def test_the_description_is_read_too_where_a_rule_says_so() -> None:
    text = description(1).replace("Valves are not.", "Proposals may give boats and financial support to third parties.")
    assert parse_row(topic(1, descriptionByte=[text])).call.terms.value(Name.THIRD_PARTIES) is True


def test_a_sentence_without_an_end_is_read_in_part() -> None:
    assert [len(words) for words in sentences("at least some cities " * 50_000)] == [SENTENCE_LIMIT]


def test_footnotes_are_left_out_and_those_that_never_end_cost_no_time() -> None:
    assert list(sentences("Ports[[See [1], and\nbelow.]] may enter[12].")) == ["Ports may enter."]
    started = process_time()
    assert [len(words) for words in sentences("[[ note " * 20_000)] == [SENTENCE_LIMIT]
    assert process_time() - started < 1


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded pages at {RECORDED}")
def test_rules_find_what_was_read_and_little_else() -> None:
    for one in measure(recorded_calls(), read()):
        assert one.precision >= 0.97, one
        assert one.recall >= 0.9, one
        if one.said < LEAST:
            assert one.right == one.claimed == one.said, one


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded pages at {RECORDED}")
def test_the_page_shows_what_is_measured() -> None:
    page = (ROOT / "docs" / "entry.md").read_text(encoding="utf-8")
    assert "\n\n" + "\n".join(table(recorded_calls())) + "\n\n" in page
    assert f"{len(read())} were drawn by programme" in page


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded pages at {RECORDED}")
def test_links_of_the_recorded_listing_are_whole() -> None:
    asked: set[str] = set()
    for call in recorded_calls().values():
        for one in call.links:
            assert untrusted.link(one.url) == one.url, one
            assert "&amp;" not in one.url, one
            assert one.title, one
        asked |= {call.programme or "" for one in call.links if "National Contact Point" in one.title}
    assert {"HORIZON", "LIFE", "CERV"} <= asked
