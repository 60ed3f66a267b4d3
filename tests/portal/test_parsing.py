from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model.call import Action, Deadline, Kind, Link, Section, Status
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal.bulk import parse_item
from matcher.portal.parsing import parse_row, parse_rows
from matcher.portal.sections import SECTION_LIMIT
from tests.helpers.forms import tries
from tests.helpers.fuzz.harness import deadline
from tests.helpers.portal.rows import budget, bulk_item, cascade, external, line, single_rows, topic

IDENTIFIER = "HORIZON-TEST-2027-0000-07"


def call(**metadata):
    parsed = parse_row(topic(7, **metadata))
    assert isinstance(parsed, ParsedRow), parsed
    return parsed.call


def test_a_topic_with_everything_in_it():
    parsed = parse_row(topic(7))
    found = parsed.call
    assert parsed.key == f"SEDIA|00000007TOPICSen|{found.url}"
    assert (parsed.language, parsed.datasource) == ("en", "SEDIA")
    assert parsed.ingested == datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert json.loads(parsed.raw) == topic(7)
    assert found.identifier == IDENTIFIER
    assert found.title == "Quieter pumps for district heating, part 7"
    assert (found.programme, found.call_id, found.call_title) == ("HORIZON", "HORIZON-TEST-2027-0000", "HEAT AND COLD")
    assert (found.kind, found.status) == (Kind.TOPIC, Status.FORTHCOMING)
    assert found.opening == date(2026, 9, 8)
    assert found.deadlines == (Deadline(date(2027, 1, 6), 1, "single-stage"),)
    assert found.actions == (Action("HORIZON-IA", "HORIZON Innovation Actions"),)
    assert (found.budget_eur, found.contribution_eur, found.grants) == (20_000_000, (3_000_000, 5_000_000), 4)
    assert found.trl == (4, 7)
    assert found.destination == "Warm homes (2026-27)"
    assert found.keywords == ("Heat pumps", "District heating")
    assert found.sections == (
        Section("Expected Outcome", "Pumps that need less power;\nand make less noise than pump 7."),
        Section("Scope", "Bearings & rotors are in scope.\nValves are not."),
        Section(
            "Conditions",
            "Projects should start at TRL 4 and end at TRL 6-7.",
        ),
    )


def test_a_topic_with_next_to_nothing_is_still_a_call():
    row = {"metadata": {"identifier": [IDENTIFIER], "title": ["Bare"]}}
    found = parse_row(row).call
    assert (found.budget_eur, found.contribution_eur, found.grants, found.trl) == (None, None, None, None)
    assert (found.deadlines, found.opening, found.status, found.programme) == ((), None, None, None)
    assert found.sections == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (None, "the row is not an object"),
        ([], "the row is not an object"),
        ({"reference": "1"}, "no `metadata`"),
        (topic(1, identifier=None), "no `identifier`"),
        (topic(1, title=[" "]), "no `title`"),
        (topic(1, identifier=[], title=None), "no `identifier` and no `title`"),
        (topic(1, type=["0"]), "`type` '0' is not a grant call"),
    ],
)
def test_a_row_that_cannot_be_a_call_is_set_aside_with_the_reason(row, reason):
    found = parse_row(row)
    assert isinstance(found, SetAside)
    assert found.reason == reason
    assert json.loads(found.raw) == row


def test_rows_set_aside_do_not_stop_the_others():
    parsed, aside = parse_rows([topic(1), "nonsense", topic(2, title=None), topic(3)])
    assert [row.call.identifier[-2:] for row in parsed] == ["01", "03"]
    assert [row.reason for row in aside] == ["the row is not an object", "no `title`"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-09-29T00:00:00.000+0000", date(2026, 9, 29)),
        ("2026-09-29T17:00:00.000+0200", date(2026, 9, 29)),
        ("2026-09-28T22:00:00.000+0000", date(2026, 9, 29)),  # midnight of the 29th in Brussels, summer
        ("2026-12-01T23:00:00.000+0000", date(2026, 12, 2)),  # and of the 2nd, winter
        ("2026-12-01T22:00:00.000+0000", date(2026, 12, 1)),  # 23:00 in Brussels
        ("2026-09-29T00:00:00.000+0200", date(2026, 9, 29)),
        ("2026-09-29", date(2026, 9, 29)),
        ("04 June 2020 17:00:00 Brussels time", date(2020, 6, 4)),
        ("1521561600000", date(2018, 3, 20)),
        ("2026-9-3", date(2026, 9, 3)),
        ("2026-9-3T7:00:00+02:00", date(2026, 9, 3)),
        ("2026/09/03 17:00", date(2026, 9, 3)),
    ],
)
def test_a_deadline_is_the_day_in_brussels(written, day):
    assert [d.date for d in call(deadlineDate=[written], actions=None, budgetOverview=None).deadlines] == [day]


@pytest.mark.parametrize(
    "written", ["2026-09-03T00:00:00+99:99", "2026-09-03T00:00:00+15:00", "2026-09-03T00:00:00-0260"]
)
def test_an_offset_that_no_clock_has_is_no_deadline(written):
    assert call(deadlineDate=[written], actions=None, budgetOverview=None).deadlines == ()


def test_deadlines_are_sorted_and_counted_as_stages():
    days = ["2027-09-02T00:00:00.000+0000", "2027-02-02T00:00:00.000+0000", "2027-09-02T00:00:00.000+0000"]
    assert call(deadlineDate=days, deadlineModel=["two-stage"]).deadlines == (
        Deadline(date(2027, 2, 2), 1, "two-stage"),
        Deadline(date(2027, 9, 2), 2, "two-stage"),
    )


def test_missing_deadlines_come_from_the_actions_then_from_the_own_budget_lines():
    acts = '[{"deadlineDates":["2027-05-04"],"submissionProcedure":{"id":31094505}}]'
    found = call(deadlineDate=[], deadlineModel=[], actions=[acts])
    assert found.deadlines == (Deadline(date(2027, 5, 4), 1, "two-stage"),)
    found = call(deadlineDate=None, deadlineModel=None, actions=None)
    assert found.deadlines == (Deadline(date(2027, 1, 14), 1, "single-stage"),)


@pytest.mark.parametrize("written", ["2026-13-45", "9999-01-01", "03/09/2026", "soon", "2026-9/3"])
def test_a_deadline_that_is_no_date_is_kept_as_written_with_the_field_that_the_date_is_from(written):
    found = call(deadlineDate=[written], actions=['[{"deadlineDates":["2027-05-04", "later"]}]'])
    assert [d.date for d in found.deadlines] == [date(2027, 5, 4)]
    assert (found.deadlines_from, found.deadlines_unread) == ("actions", (written, "later"))
    found = call(deadlineDate=[written, "2027-01-02"])
    assert [d.date for d in found.deadlines] == [date(2027, 1, 2)]
    assert (found.deadlines_from, found.deadlines_unread) == (None, (written,))
    assert call(deadlineDate=[written], actions=None, budgetOverview=None).deadlines == ()
    usual = call()
    assert (usual.deadlines_from, usual.deadlines_unread) == (None, ())
    assert call(deadlineDate=[], actions=None).deadlines_from == "budgetOverview"


def test_only_own_budget_lines_count():
    siblings = [line(f"{IDENTIFIER}-EXTRA", pot={"2027": "9"}), line("HORIZON-TEST-2027-0000-08")]
    found = call(budgetOverview=[budget([*siblings, line(IDENTIFIER, pot={"2026": "1000", "2027": "2000"})])])
    assert found.budget_eur == 3000
    assert call(budgetOverview=[budget(siblings)]).budget_eur is None


def test_a_pot_repeated_per_type_of_action_is_one_pot_and_different_pots_add_up():
    repeated = [line(IDENTIFIER, code=code, pot={"2026": "593"}, grants=9) for code in ("A-DN", "A-ID", "A-JD")]
    found = call(budgetOverview=[budget(repeated)])
    assert (found.budget_eur, found.grants) == (593, 9)
    different = [
        line(IDENTIFIER, code="A-EF", pot={"2026": "339"}, low=10, high=20, grants=5),
        line(IDENTIFIER, code="A-GF", pot={"2026": "59"}, low=5, high=12, grants=2),
    ]
    found = call(budgetOverview=[budget(different)])
    assert (found.budget_eur, found.contribution_eur, found.grants) == (398, (5, 20), 7)


def test_a_pot_of_one_budget_entry_is_shared_by_its_topics_and_equal_pots_of_others_are_not():
    def own(identifier, pot="30", **said):
        return line(identifier, pot={"2027": pot}, **said)

    others = [own(f"HORIZON-TEST-2027-0000-0{n}") for n in (1, 2)]
    shared = [own(IDENTIFIER, code="A-IA"), own(IDENTIFIER, code="A-CSA"), *others]
    assert call(budgetOverview=[budget(shared)]).budget_shared_by == 3
    assert call(budgetOverview=[budget([own(IDENTIFIER), own(f"{IDENTIFIER}-1", pot="31")])]).budget_shared_by is None
    by_entry = {str(n): [one] for n, one in enumerate([own(IDENTIFIER), *others])}
    apart = json.dumps({"budgetTopicActionMap": by_entry})
    assert call(budgetOverview=[apart]).budget_shared_by is None
    unknown = [line(name, pot={}) for name in (IDENTIFIER, f"{IDENTIFIER}-1")]
    assert call(budgetOverview=[budget(unknown)]).budget_shared_by is None


def test_zero_money_is_unknown():
    found = call(budgetOverview=[budget([line(IDENTIFIER, pot={"2027": "0"}, low=0, high=0, grants=0)])])
    assert (found.budget_eur, found.contribution_eur, found.grants) == (None, None, None)
    found = call(budgetOverview=[budget([line(IDENTIFIER, low=0, high=700)])])
    assert found.contribution_eur == (700, 700)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Every project on pumps should start at TRL 3, then achieve TRL 6-7.", (3, 7)),
        ("Projects with a rotor may be starting at TRL 4-5 if they achieve TRL 6.", (4, 6)),
        ("A project on valves is expected to start from TRL 5 so as to achieve TRL 7-8.", (5, 8)),
        ("Projects are expected to achieve TRL 6-8.", (6, 8)),
        ("Activities are expected to achieve TRL 5.", (5, 5)),
        ("Projects are expected to achieve TRL 7 to 8.", (7, 8)),
        ("Proposals should bring the technology from TRL 4 to TRL 6.", (4, 6)),
        ("Projects should reach Technology Readiness Level 5.", (5, 5)),
        ("Projects are expected to achieve at least a Technology Readiness Level (TRL) of 6.", (6, 6)),
        ("Activities may start at any TRL.", None),
        ("A project on seals should start at TRL 4.", None),
        ("A demonstration of the pump (TRL 5) and of its casing at TRL4.", None),
        ("The reference TRL definition is ISO 16290:2013.", None),
    ],
)
def test_trl_comes_from_sentences_on_the_whole_call(sentence, expected):
    assert call(descriptionByte=[f"<p>{sentence}</p>"]).trl == expected


def test_sections_are_found_inside_other_elements_and_text_before_them_is_the_description():
    html = '<div>First words.<p><span class="x topicdescriptionkind">Objective:</span>To <i>cool</i>.</p>More</div>'
    assert call(descriptionByte=[html]).sections == (
        Section("Description", "First words."),
        Section("Objective", "To cool.\nMore"),
    )


def test_scripts_and_comments_are_no_text():
    html = "<p>Seen</p><script>alert(1)</script><style>p{}</style><!-- hidden -->"
    assert call(descriptionByte=[html]).sections == (Section("Description", "Seen"),)


def test_huge_and_absurdly_nested_text_is_cut_and_does_not_lose_the_row():
    assert len(call(descriptionByte=["<p>" + "word " * 200_000]).sections[0].text) <= SECTION_LIMIT
    assert call(descriptionByte=["<div>" * 100_000 + "deep"]).section("Description") == "deep"


def test_a_title_is_one_line_of_plain_text():
    assert call(title=["  Heat\n &amp;  <b>cold</b>\x00\ud800 "]).title == "Heat & cold"


def test_keywords_are_unpacked_and_freed_of_ids_and_the_crosscutting_ones():
    packed = json.dumps(["Pumps", "Digital Agenda", "pumps", "", 7, None, IDENTIFIER])
    found = call(keywords=[packed, "HORIZON-TEST-2027-0000"], tags=["[not json", "Heat\x07 &amp; cold"])
    assert found.keywords == ("Pumps", "7", "[not json", "Heat & cold")
    assert call(keywords=["[]"], tags=[]).keywords == ()


def test_types_of_action_fall_back_to_budget_lines_and_labels():
    assert [a.code for a in call(actions=None).actions] == ["HORIZON-IA"]
    found = call(actions=None, budgetOverview=None, typesOfAction=["HORIZON JU Research and Innovation Actions"])
    assert found.actions == (Action("HORIZON-JU-RIA", "HORIZON JU Research and Innovation Actions"),)
    found = call(actions=["[]"], budgetOverview=["{}"], typesOfAction=["Some New Scheme"])
    assert found.actions == (Action("Some New Scheme", "Some New Scheme"),)


def test_the_page_of_a_topic_is_built_from_its_identifier():
    row = topic(7) | {
        "url": f"https://ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails/{IDENTIFIER}.json"
    }
    assert parse_row(row).call.url.endswith(f"/screen/opportunities/topic-details/{IDENTIFIER}")


def test_links_are_kept_only_on_europa_hosts():
    entries = [
        {"url": "https://ec.europa.eu/submit/1?topic=X", "criterionDescription": "HORIZON IA", "mgaDescription": "AG"},
        {"url": "http://ec.europa.eu/submit/2"},
        {"url": "https://europa.eu.example.org/x"},
        {"url": "javascript:alert(1)"},
        {"url": "https://ec.europa.eu@example.org/"},
    ]
    found = call(links=[json.dumps(entries)])
    assert found.links == (Link("Submission, HORIZON IA, AG", "https://ec.europa.eu/submit/1?topic=X"),)


def test_an_external_action_has_a_plain_budget_and_its_own_page():
    found = parse_row(external(186571)).call
    assert (found.kind, found.programme, found.budget_eur) == (Kind.EXTERNAL, "RELEX-PROSPECT", 2_500_000)
    assert found.url == "https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId=186571"
    assert parse_row(external(1, currency=["XAF"])).call.budget_eur is None
    elsewhere = external(1) | {"url": "https://example.org/call"}
    assert parse_row(elsewhere).call.url is None


def test_a_cascade_call_has_a_name_of_its_own():
    found = parse_row(cascade(12, IDENTIFIER)).call
    assert (found.kind, found.identifier) == (Kind.CASCADE, f"{IDENTIFIER}/12COMPETITIVE_CALL")
    assert found.title == "Open call 12 for small companies"
    french = cascade(12, IDENTIFIER) | {"reference": "12COMPETITIVE_CALLfr", "language": "fr"}
    assert parse_row(french).call.identifier == found.identifier


def test_an_unknown_programme_stays_a_code_and_an_unknown_status_is_unknown():
    found = call(frameworkProgramme=["42810999"], status=["310945031"])
    assert (found.programme, found.status) == ("42810999", None)


def test_the_recorded_rows_become_calls(recorded):
    parsed, aside = parse_rows(recorded)
    assert aside == []
    assert len(parsed) == 592
    assert sum(row.call.kind is Kind.TOPIC for row in parsed) == 554
    calls = {row.call.identifier: row.call for row in parsed}
    assert calls["HORIZON-MSCA-2026-DN-01-01"].budget_eur == 593_033_846
    assert calls["HORIZON-MSCA-2026-PF-01-01"].budget_eur == 59_857_539 + 339_192_721
    assert all(found.deadlines and found.opening for found in calls.values())
    assert calls["HORIZON-JU-CLEAN-AVIATION-2026-04-FTA-07"].budget_shared_by == 18
    assert calls["HORIZON-CL2-2026-01-DEMOCRACY-01"].budget_shared_by is None  # as much as 14 others, each for itself
    assert sum(found.budget_shared_by is not None for found in calls.values()) == 82
    topics = [found for found in calls.values() if found.kind is Kind.TOPIC]
    assert sum(bool(found.sections) for found in topics) == 553
    assert all(found.actions for found in topics)


def test_recorded_single_rows_show_their_quirks(recorded):
    rows = {name: [parse_row(row).call for row in found] for name, found in single_rows().items()}
    two_stage = rows["two_stage_live"][0]
    assert [(d.date, d.stage) for d in two_stage.deadlines] == [(date(2027, 2, 2), 1), (date(2027, 9, 2), 2)]
    assert (two_stage.budget_eur, two_stage.contribution_eur, two_stage.grants) == (
        52_500_000,
        (7_000_000, 9_000_000),
        6,
    )
    assert len(rows["multi_cutoff_live"][0].deadlines) == 3
    assert rows["no_deadline"][0].deadlines == ()
    assert rows["keywords_as_json_string"][0].keywords[:2] == ("COVE", "VET")
    stale = rows["stale_open_sedia_no_description"][0]
    assert stale.status is Status.OPEN
    assert stale.status_on(date(2026, 6, 27)) is Status.CLOSED
    assert rows["null_summary"][0].title.startswith("Enhance National Disease Surveillance")


NASTY = [
    "1",
    "8",
    "<p class='topicdescriptionkind'>null</p>TRL",
    "[[",
    '{"budgetTopicActionMap": {"1": [3, {"action": 1}]}}',
    '[{"types": [{}], "deadlineDates": 4}]',
    "Ã©tÃ© â€“ \ufffd",
    "\ud800",
    "9" * 5000,
    "1e999",
    "[" * 3000,
    "2026-99-99T99:99:99.000+9999",
    "0001-01-01T00:00:00.000+2359",
    "253402300800000",
    "<b",
    "&#x110000;",
    "A \x00 B",
    "-1",
    "NaN",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(NASTY)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [*sorted(topic(1)["metadata"]), "budget", "currency", "description"]
fields = st.dictionaries(st.sampled_from(FIELDS), st.lists(scalars, max_size=3) | anything, max_size=12)
tops = st.dictionaries(st.sampled_from(["reference", "url", "language", "summary", "content"]), anything, max_size=5)
items = st.dictionaries(st.sampled_from(sorted(bulk_item(1))), anything, max_size=10)


@given(anything)
def test_no_json_value_makes_parsing_raise(value):
    assert isinstance(parse_row(value), ParsedRow | SetAside)
    assert isinstance(parse_item(value), ParsedRow | SetAside)


@settings(max_examples=tries(250))
@given(fields, tops)
def test_no_metadata_makes_parsing_raise(metadata, top):
    row = {**topic(1), **top, "metadata": {**topic(1)["metadata"], **metadata}}
    parsed = parse_row(row)
    assert isinstance(parsed, ParsedRow | SetAside)
    assert parsed == parse_row(row)
    assert parsed.raw
    if isinstance(parsed, ParsedRow):
        assert parsed.call.identifier
        assert parsed.call.title
        # nothing in it that a database or a terminal could not take
        json.dumps([asdict(parsed.call), parsed.key], default=str, ensure_ascii=False).encode()


@given(items)
def test_no_item_of_the_archive_makes_parsing_raise(changes):
    assert isinstance(parse_item(bulk_item(1, **changes)), ParsedRow | SetAside)


def test_a_row_nested_beyond_reading_is_set_aside():
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert isinstance(parse_row({"metadata": {"title": nested}}), SetAside)


PARAGRAPHS = "<p>" + "".join(f"<b id={i}>" for i in range(390)) + "</p>" + "<p>x</p>" * 4_500


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<div></x>" * 50_000 + "deep", "deep"),  # closed by name only
        ("</x>" * 50_000 + "<div>" * 50_000 + "deep", "deep"),
        ("<p " + " ".join(f"a{i}=1" for i in range(50_000)) + ">wide</p>", "wide"),
        ("<p>" * 50_000 + "many", "many"),
        ("<a b='" * 50_000 + "<p>open</p>", "open"),
    ],
    ids=["unclosed", "closed before", "attributes", "many", "quotes"],
)
def test_html_that_would_hold_a_parser_up_is_still_read(html, said):
    with deadline(10):
        assert said in call(descriptionByte=[html]).sections[0].text


def test_open_formatting_is_not_repeated_in_every_paragraph():
    """A parser would make almost two million elements of these five thousand tags."""
    with deadline(5):
        assert call(descriptionByte=[PARAGRAPHS]).sections[0].text == "\n".join("x" * 4_500)


def test_a_tag_is_read_whole_whatever_its_attributes_hold():
    html = '<p title=\'a > b\'>One <b class="x" title="<p>">word</b></p>'
    html += "<p CLASS='topicdescriptionkind'>Scope</p>Two<br/>Three"
    assert call(descriptionByte=[html]).sections == (
        Section("Description", "One word"),
        Section("Scope", "Two\nThree"),
    )
