"""Calls as JSON and back, exactly and tolerantly."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model.call import (
    Action,
    Call,
    Deadline,
    Kind,
    Link,
    Section,
    Source,
    Status,
    call_from_dict,
    call_to_dict,
    pack,
    unpack,
)
from matcher.model.changes import content
from matcher.model.terms import Name, Term, Terms

any_text = st.text(st.characters(exclude_categories=()), max_size=30)  # lone surrogates and NUL too
maybe_text = st.none() | any_text
pairs = st.none() | st.tuples(st.integers(), st.integers())
any_call = st.builds(
    Call,
    identifier=any_text,
    title=any_text,
    programme=maybe_text,
    call_id=maybe_text,
    call_title=maybe_text,
    kind=st.sampled_from(Kind),
    status=st.none() | st.sampled_from(Status),
    opening=st.none() | st.dates(),
    deadlines=st.lists(st.builds(Deadline, st.dates(), st.integers(1, 10), maybe_text), max_size=4).map(tuple),
    deadline_model=maybe_text,
    deadlines_from=maybe_text,
    deadlines_unread=st.lists(any_text, max_size=3).map(tuple),
    actions=st.lists(st.builds(Action, any_text, any_text), max_size=4).map(tuple),
    budget_eur=st.none() | st.integers(),
    contribution_eur=pairs,
    grants=st.none() | st.integers(),
    trl=pairs,
    destination=maybe_text,
    keywords=st.lists(any_text, max_size=4).map(tuple),
    divisions=st.lists(any_text, max_size=4).map(tuple),
    sections=st.lists(st.builds(Section, any_text, st.text(max_size=600)), max_size=4).map(tuple),
    url=maybe_text,
    links=st.lists(st.builds(Link, any_text, any_text), max_size=4).map(tuple),
    source=st.sampled_from(Source),
    terms=st.lists(
        st.builds(Term, st.sampled_from(Name), any_text | st.integers(), any_text, any_text), max_size=4
    ).map(Terms.of),
    ingested=st.none() | st.datetimes(timezones=st.just(UTC)),
    gone=st.none() | st.dates(),
)


@settings(deadline=None)
@given(any_call)
def test_every_call_comes_back_exactly(call: Call) -> None:
    assert unpack(pack(call)) == call
    assert call_from_dict(json.loads(json.dumps(call_to_dict(call)))) == call
    assert content(unpack(pack(call))) == content(call)


def test_every_field_is_kept() -> None:
    full = Call(
        **{f.name: "x" for f in fields(Call)}
        | {"kind": Kind.CASCADE, "status": Status.OPEN, "source": Source.BULK, "opening": None, "ingested": None}
        | {
            "gone": None,
            "deadlines": (),
            "actions": (),
            "keywords": ("k",),
            "divisions": ("43108390",),
            "parts": (),  # known where the table is, not where a call is kept
            "deadlines_unread": ("soon",),
            "sections": (),
            "links": (Link("t", "u"),),
            "trl": (1, 2),
            "terms": Terms((Term(Name.PARTNERS, 3, "a rule", "three of them"), Term(Name.BLIND, True, "a rule"))),
        }
        | {"contribution_eur": (3, 4), "budget_eur": 5, "budget_shared_by": 2, "grants": 6}
    )
    assert unpack(pack(full)) == full


def test_fields_of_another_time_are_no_obstacle() -> None:
    later = {"identifier": "X", "title": "T", "invented": {"later": 1}, "deadlines": [["2026-01-01", 1, None, "17:00"]]}
    assert call_from_dict(later).deadlines[0].stage == 1
    assert call_from_dict({"identifier": "X", "title": "T", "deadlines": [["2026-01-01"]]}).deadlines[0].stage == 1
    assert call_from_dict({"identifier": "X", "title": "T"}) == Call("X", "T")
    with pytest.raises(KeyError):
        call_from_dict({"title": "T"})


def test_importing_the_codec_loads_no_database() -> None:
    code = "import sys, matcher.model.call; print([m for m in ('sqlalchemy', 'alembic') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_a_closed_call_leads_to_no_form_and_no_search_for_partners() -> None:
    ask = Link("National Contact Points", "https://ec.europa.eu/ncp")
    links = (
        Link("Submission, Lump Sum", "https://ec.europa.eu/form"),
        Link("Partner Search", "https://ec.europa.eu/p"),
        ask,
    )
    call = Call("A", "Boats", deadlines=(Deadline(date(2026, 6, 1)),), links=links)
    assert call.links_on(date(2026, 6, 1)) == links
    assert call.links_on(date(2026, 6, 2)) == (ask,)
