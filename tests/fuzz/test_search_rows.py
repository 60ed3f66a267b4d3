"""Rows of the search API (`matcher.portal.parsing`), their HTML and the JSON inside their strings."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import strategies as st

from matcher.model.call import pack, unpack
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal.parsing import IDENTIFIER_LIMIT, KEYWORD_LIMIT, LINK_LIMIT, parse_row
from matcher.portal.sections import HTML_LIMIT, SECTION_LIMIT, sections
from matcher.portal.values import LINE
from matcher.text.untrusted import decoded
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target
from tests.helpers.fuzz.mutations import changed, changes, dumped
from tests.helpers.portal.rows import actions, cascade, external, line, topic

ACTIONS = json.loads(actions("HORIZON-IA HORIZON Innovation Actions", date(2026, 9, 1), [date(2027, 1, 14)]))
BUDGET = {"budgetYearsColumns": ["2027"], "budgetTopicActionMap": {"1": [line("HORIZON-TEST-2027-0000-01")]}}
BASES = (topic(1), topic(1), external(7), cascade(3, "HORIZON-TEST-2027-0000-01"))


def row(base, edits, action_edits, budget_edits):
    base = {**base, "metadata": dict(base["metadata"])}
    base["metadata"]["actions"] = [dumped(changed(ACTIONS, action_edits))]
    base["metadata"]["budgetOverview"] = [dumped(changed(BUDGET, budget_edits))]
    return decoded(dumped(changed(base, edits)))


def check_row(item):
    found = parse_row(item)
    assert len(found.key) <= 1000
    if isinstance(found, SetAside):
        assert len(found.reason) < 200
        return
    assert isinstance(found, ParsedRow)
    call = found.call
    assert 0 < len(call.identifier) <= 2 * IDENTIFIER_LIMIT + 1
    assert 0 < len(call.title) <= LINE
    assert len(call.keywords) <= KEYWORD_LIMIT
    assert len(call.links) <= LINK_LIMIT
    assert all(len(section.text) <= SECTION_LIMIT for section in call.sections)
    assert unpack(pack(call)) == call
    assert isinstance(json.loads(found.raw), dict)


ROWS = Target("search rows", st.builds(row, st.sampled_from(BASES), changes, changes, changes), check_row)


@has_a_long_form
def test_rows():
    ROWS.run()


FRAGMENTS = (
    "<p>", "</p>", "<div>", "</div>", "</x>", "<b>", "<i id=1>", "<a href='x>y'>", "</b>", "<table>",
    "</table>", "<td>",
    "<object>", "<template>", "<svg>", "<math>", "<select>", "<option>", "<li>", "<script>", "</script>",
    "<style>", "<!--",
    "-->", "<![CDATA[", "<?", "<textarea>", "<plaintext>", "<p class=topicdescriptionkind>",
    "<span class='topicdescriptionkind'>",
    "Scope", "null", "&amp;", "&#x110000;", "&", "<", ">", '"', "'", "<a b=\"", "<a b='", " c=1", "\0",
    "\ud800", "\n", "x", "</",
)  # fmt: skip


def soup(pieces):
    return "".join(piece * times for piece, times in pieces)


def check_html(html):
    found = sections(html)
    assert sum(len(section.text) for section in found) <= HTML_LIMIT
    assert all(section.text and len(section.name) <= 200 for section in found)


TIMES = st.sampled_from((1, 2, 10, 300, 5_000, 60_000))
HTML = Target(
    "HTML of descriptions",
    st.lists(st.tuples(st.sampled_from(FRAGMENTS) | st.text(max_size=8), TIMES), max_size=10).map(soup),
    check_html,
)


@has_a_long_form
def test_html():
    HTML.run()
