"""What counts as the same content, and which differences are told."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.model.call import Action, Call, Deadline, Link, Section, Status
from matcher.model.changes import announced, changed_share, content, content_hash, decide, reported_fields
from matcher.model.terms import Name, Term, Terms, Who
from tests.helpers.forms import tries

if TYPE_CHECKING:
    import random

NOW = datetime(2026, 5, 7, 6, tzinfo=UTC)
BASE = Call(
    "HORIZON-CL4-2027-01",
    "Réseaux de capteurs",
    programme="HORIZON",
    status=Status.OPEN,
    opening=date(2026, 1, 15),
    deadlines=(Deadline(date(2026, 9, 15), 1, "two-stage"), Deadline(date(2027, 3, 2), 2, "two-stage")),
    actions=(Action("HORIZON-RIA", "Research"), Action("HORIZON-IA", "Innovation")),
    budget_eur=20_000_000,
    contribution_eur=(4_000_000, 6_000_000),
    grants=4,
    trl=(3, 5),
    destination="A destination",
    keywords=("sensors", "networks"),
    sections=(Section("Scope", "Small text about sensors"), Section("Expected Outcome", "Better sensors")),
)


def told(before, after, *, status=(Status.OPEN, Status.OPEN), **options):
    decision = decide(before.identifier, content(before), content(after), status=status, now=NOW, **options)
    return {(c.field, c.kind): (c.old, c.new) for c in decision.changes}


def ratio_of(before, after, field):
    decision = decide(before.identifier, content(before), content(after), status=(Status.OPEN, Status.OPEN), now=NOW)
    return next(c.ratio for c in decision.changes if c.field == field)


words = st.text("abcé \u00a0\n", min_size=1, max_size=12)
some_calls = st.builds(
    Call,
    identifier=st.just("HORIZON-X-1"),
    title=words,
    deadlines=st.lists(st.builds(Deadline, st.dates(), st.integers(1, 4), st.sampled_from([None, "single-stage"]))).map(
        tuple
    ),
    actions=st.lists(st.builds(Action, words, words)).map(tuple),
    keywords=st.lists(words).map(tuple),
    links=st.lists(st.builds(Link, words, words)).map(tuple),
    sections=st.lists(st.builds(Section, words, words)).map(tuple),
)


@settings(deadline=None)
@given(some_calls, st.randoms(use_true_random=False))
def test_order_whitespace_and_unicode_form_are_no_content(call: Call, shuffle: random.Random) -> None:
    def mixed(values):
        return tuple(shuffle.sample(values, len(values)))

    def other(text):
        return f"\t{unicodedata.normalize('NFD', text)}  "

    rewritten = replace(
        call,
        title=other(call.title),
        deadlines=mixed(call.deadlines),
        actions=mixed(tuple(Action(other(a.code), other(a.label)) for a in call.actions)),
        links=mixed(call.links),
        keywords=mixed(tuple(other(k) for k in call.keywords)),
        sections=mixed(tuple(Section(other(s.name), other(s.text)) for s in call.sections)),
    )
    assert content(rewritten) == content(call)
    assert content_hash(content(rewritten)) == content_hash(content(call))


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, title="Another title"),
        replace(BASE, budget_eur=None),
        replace(BASE, deadlines=BASE.deadlines[:1]),
        replace(BASE, sections=BASE.sections[:1]),
        replace(BASE, url="https://example.org"),
        replace(BASE, keywords=("sensors",)),
    ],
)
def test_another_fact_is_another_content(other: Call) -> None:
    assert content_hash(content(other)) != content_hash(content(BASE))


def test_the_portals_status_is_content_only_where_it_decides() -> None:
    assert content(replace(BASE, status=Status.FORTHCOMING)) == content(BASE)
    assert content(replace(BASE, status=None)) == content(BASE)
    assert content(replace(BASE, status=Status.CLOSED)) != content(BASE)
    undated = replace(BASE, deadlines=())
    assert content(replace(undated, status=Status.FORTHCOMING)) != content(undated)


def test_nothing_is_told_of_the_same_call() -> None:
    assert told(BASE, BASE) == {}


def test_a_moved_deadline_shows_both_lists() -> None:
    later = replace(BASE, deadlines=(replace(BASE.deadlines[0], date=date(2026, 10, 1)), BASE.deadlines[1]))
    ((key, (old, new)),) = told(BASE, later).items()
    assert key == ("deadlines", "moved")
    assert [d["date"] for d in old] == ["2026-09-15", "2027-03-02"]
    assert new[0] == {"date": "2026-10-01", "stage": 1, "model": "two-stage"}


def test_a_model_learnt_for_the_same_dates_moves_no_deadline() -> None:
    bare = replace(BASE, deadlines=tuple(replace(d, model=None) for d in BASE.deadlines))
    assert told(bare, BASE) == {}


def test_amounts_and_facts_are_amended_from_unknown_too() -> None:
    other = replace(
        BASE, budget_eur=25_000_000, contribution_eur=None, trl=(4, 6), opening=date(2026, 2, 1), grants=5,
        actions=BASE.actions[:1],
    )  # fmt: skip
    assert told(BASE, other) == {
        ("budget_eur", "amended"): (20_000_000, 25_000_000),
        ("contribution_eur", "amended"): ([4_000_000, 6_000_000], None),
        ("trl", "amended"): ([3, 5], [4, 6]),
        ("opening", "amended"): ("2026-01-15", "2026-02-01"),
        ("grants", "amended"): (4, 5),
        ("actions", "amended"): (["HORIZON-IA", "HORIZON-RIA"], ["HORIZON-RIA"]),
    }
    assert told(replace(BASE, budget_eur=None), BASE) == {("budget_eur", "amended"): (None, 20_000_000)}
    assert told(replace(BASE, deadlines=()), BASE).keys() == {("deadlines", "amended")}


def test_revised_texts_tell_how_much() -> None:
    text = " ".join(f"word{i}" for i in range(99))
    before = replace(BASE, sections=(Section("Scope", text + " old"), Section("Expected Outcome", "x " * 100)))
    after = replace(BASE, sections=(Section("Scope", text + " new"), Section("Expected Outcome", "x " * 100)))
    assert told(before, after) == {("text", "revised"): ({"Scope": 100}, {"Scope": 100})}
    assert ratio_of(before, after, "text") == pytest.approx(1 / 200)
    assert ratio_of(BASE, replace(BASE, title="Réseaux de drones"), "title") == pytest.approx(1 / 3, abs=1e-3)
    assert ratio_of(BASE, replace(BASE, keywords=("sensors", "drones")), "keywords") == pytest.approx(2 / 3, abs=1e-3)


def test_sections_that_come_and_go_are_named() -> None:
    after = replace(BASE, sections=(BASE.sections[0], Section("Objective", "Another goal")))
    assert told(BASE, after) == {("text", "revised"): ({"Expected Outcome": 2}, {"Objective": 2})}
    assert told(replace(BASE, sections=()), BASE).keys() == {("text", "amended")}


@settings(deadline=None)
@given(words, words)
def test_changed_share_is_a_share(a: str, b: str) -> None:
    assert 0 <= changed_share(a, b) <= 1
    assert (changed_share(a, b) == 0) == (a.split() == b.split())


def test_long_texts_are_compared_without_order() -> None:
    a = " ".join(f"w{i}" for i in range(3000))
    b = " ".join(f"v{i}" for i in range(1500)) + " " + " ".join(f"w{i}" for i in reversed(range(1500)))
    assert changed_share(a, b) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (Status.FORTHCOMING, Status.OPEN, "opened"),
        (Status.OPEN, Status.CLOSED, "closed"),
        (Status.FORTHCOMING, Status.CLOSED, "closed"),
        (Status.OPEN, Status.WITHDRAWN, "withdrawn"),
        (Status.WITHDRAWN, Status.OPEN, "returned"),
        (Status.WITHDRAWN, Status.FORTHCOMING, "returned"),
        (Status.CLOSED, Status.OPEN, "reopened"),
        (None, Status.OPEN, "opened"),
        (Status.OPEN, None, None),
        (Status.OPEN, Status.FORTHCOMING, None),
        (Status.WITHDRAWN, Status.CLOSED, None),
        (Status.CLOSED, Status.WITHDRAWN, None),
    ],
)
def test_lifecycle(old, new, kind) -> None:
    expected = {} if kind is None else {("call", kind): (old.value if old else None, new.value)}
    assert told(BASE, BASE, status=(old, new)) == expected


def test_only_a_live_call_is_announced() -> None:
    assert announced("X", Status.FORTHCOMING, NOW).kind == "new"
    assert announced("X", Status.CLOSED, NOW) is None
    assert announced("X", None, NOW) is None


def test_enrichment_is_silent_but_a_known_date_or_amount_is_told() -> None:
    bulk = replace(BASE, sections=(), budget_eur=None, keywords=(), title="RESEAUX", deadlines=BASE.deadlines[:1])
    assert told(bulk, BASE, enriched=True).keys() == {("deadlines", "moved")}
    assert told(replace(BASE, budget_eur=1), BASE, enriched=True) == {("budget_eur", "amended"): (1, 20_000_000)}


def replay(values, *, every=timedelta(days=1)):
    """Feeds one budget after another through `decide`, as the store does; returns (day, old, new) of what is told."""
    times, held, out = {}, {}, []
    before = replace(BASE, budget_eur=values[0])
    for day, value in enumerate(values[1:], 1):
        now = NOW + day * every
        after = replace(BASE, budget_eur=value)
        decision = decide(
            BASE.identifier, content(before), content(after), status=(Status.OPEN, Status.OPEN),
            now=now, told=held, reports=times,
        )  # fmt: skip
        held, before = decision.told, after
        for change in decision.changes:
            times.setdefault(change.field, []).append(now)
            out.append((day, change.old, change.new))
    return out, held


def test_a_flapping_field_is_told_three_times_then_rarely() -> None:
    reports, _ = replay([1, 2] * 60)
    assert reports[:4] == [(1, 1, 2), (2, 2, 1), (3, 1, 2), (10, 2, 1)]
    days = [day for day, _, _ in reports]
    assert all(sum(day <= other < day + 14 for other in days) <= 4 for day in days)
    assert all(new == next_old for (_, _, new), (_, next_old, _) in itertools.pairwise(reports))


def test_a_field_that_settles_is_told_once_against_the_value_last_told() -> None:
    reports, held = replay([1, 2, 1, 2, 3, 4, 5, *[5] * 10])
    assert reports == [(1, 1, 2), (2, 2, 1), (3, 1, 2), (10, 2, 5)]
    assert held == {}


def test_a_field_that_settles_where_it_was_told_tells_nothing_more() -> None:
    reports, held = replay([1, 2, 1, 2, 1, *[2] * 20])
    assert len(reports) == 3
    assert held == {}


def test_a_flapping_status_is_damped_and_told_in_the_end() -> None:
    reports = {"call": [NOW - timedelta(days=d) for d in (1, 2, 3)]}
    same = content(BASE)
    held = decide("X", same, same, status=(Status.OPEN, Status.WITHDRAWN), now=NOW, reports=reports)
    assert held.changes == ()
    assert held.told == {"call": "open"}
    later = decide(
        "X", same, same, status=(Status.WITHDRAWN, Status.WITHDRAWN), now=NOW + timedelta(days=6),
        told=held.told, reports=reports,
    )  # fmt: skip
    assert [(c.kind, c.old, c.new) for c in later.changes] == [("withdrawn", "open", "withdrawn")]


@settings(deadline=None, max_examples=tries(60))
@given(st.lists(st.sampled_from([1, 2, 3, None]), min_size=2, max_size=40))
def test_what_was_told_always_ends_at_the_truth(values) -> None:
    reports, held = replay([*values, *[values[-1]] * 8])
    assert held == {}
    last_told = reports[-1][2] if reports else values[0]
    assert last_told == values[-1]


def entered(**values: object) -> Call:
    """`BASE` with terms of entry, and a text of its own for each set of them."""
    terms = Terms.of(Term(Name(name), value, "text") for name, value in values.items())
    return replace(BASE, terms=terms, sections=(Section("Conditions", f"Terms of entry: {sorted(values.items())}"),))


OPEN = entered(who=Who.CONSORTIUM, partners=3, rate=100)


@pytest.mark.parametrize(
    ("now", "old", "new"),
    [
        (entered(who=Who.CONSORTIUM, partners=3, rate=70), {"rate": 100}, {"rate": 70}),
        (entered(who=Who.CONSORTIUM, partners=3, rate=100, costs="lump sum"), None, {"costs": "lump sum"}),
        (entered(who=Who.SME, rate=100), {"who": "consortium", "partners": 3}, {"who": "sme"}),
        (
            entered(who=Who.CONSORTIUM, partners=5, rate=100),
            {"partners": 3, "who": "consortium"},
            {"partners": 5, "who": "consortium"},
        ),
    ],
)
def test_changed_terms_of_entry_are_told(now: Call, old: object, new: object) -> None:
    assert told(OPEN, now)["terms", "amended"] == (old, new)
    assert "terms" in reported_fields(content(OPEN), content(now))


@pytest.mark.parametrize(
    "now",
    [
        replace(OPEN, terms=entered(who=Who.SME).terms),  # the same text, read by other rules
        entered(who=Who.CONSORTIUM, partners=3),  # the text is silent of the rate now
        entered(who=Who.CONSORTIUM, partners=3, rate=100, gender_plan=True),  # of which no line speaks
    ],
)
def test_terms_that_are_read_otherwise_or_no_more_are_no_news(now: Call) -> None:
    assert ("terms", "amended") not in told(OPEN, now)
    assert "terms" not in reported_fields(content(OPEN), content(now))
    assert ("terms", "amended") not in told(replace(BASE, terms=Terms()), OPEN)


def test_terms_of_a_richer_source_are_no_news() -> None:
    assert ("terms", "amended") not in told(OPEN, entered(who=Who.SME), enriched=True)
