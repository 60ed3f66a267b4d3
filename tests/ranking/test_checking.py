"""What a profile would gain, judged on a small listing written here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from matcher.model.call import Call, Deadline, Section
from matcher.model.institute import Profile, ProfilePart
from matcher.model.match import SkillVerdict
from matcher.ranking.build import build
from matcher.ranking.skills import check_skills, try_term

TODAY = date(2026, 6, 1)


def call(number: int, title: str, text: str = "") -> Call:
    sections = (Section("Scope", text),) if text else ()
    return Call(f"HORIZON-X-{number:03d}", title, deadlines=(Deadline(date(2027, 1, 1)),), sections=sections)


@pytest.fixture(scope="module")
def index():
    calls = [call(n, f"Water networks, part {n}", "Sensors in water networks of cities.") for n in range(40)]
    calls += [call(100, "Deep geothermal wells", "Drilling for heat."), call(101, "Green hydrogen", "Electrolysers.")]
    return build(calls, [PROFILE], now=datetime(2026, 6, 1, tzinfo=UTC), meta={})


def keyword(text: str, language: str = "en") -> ProfilePart:
    return ProfilePart("keyword", text, text, language)


PROFILE = Profile("p", "P", tuple(map(keyword, ("deep geothermal wells",))))


@pytest.mark.parametrize(
    ("part", "verdict", "calls"),
    [
        (keyword("geothermal wells"), SkillVerdict.MATCHES, 1),
        (keyword("hydrogène vert", "fr"), SkillVerdict.MATCHES, 1),
        (keyword("quantum optics"), SkillVerdict.NEVER, 0),
        (keyword("water networks"), SkillVerdict.COMMON, 40),
        (keyword("of the"), SkillVerdict.NEVER, 0),
    ],
)
def test_skills_are_judged(index, part, verdict, calls):
    (checked,) = check_skills(index, [part])
    assert (checked.verdict, checked.calls) == (verdict, calls)


@pytest.mark.parametrize("term", ["green hydrogen", "hydrogène vert"])
def test_a_tried_term_brings_its_call_in(index, term):
    trial = try_term(index, PROFILE, term, TODAY)
    assert [m.call.identifier for m in trial.entering] == ["HORIZON-X-101"]
    assert trial.leaving == ()


def test_a_french_term_counts_beside_lists_that_pair_up(index):
    paired = [
        ProfilePart("keyword", "one", "deep geothermal wells", "en"),
        ProfilePart("keyword", "one", "puits géothermiques profonds", "fr"),
    ]
    trial = try_term(index, Profile("x", "X", tuple(paired)), "hydrogène vert", TODAY)
    assert [m.call.identifier for m in trial.entering] == ["HORIZON-X-101"]


def test_a_term_that_no_call_holds_changes_nothing(index):
    trial = try_term(index, PROFILE, "quantum optics", TODAY)
    assert (trial.entering, trial.leaving) == ((), ())
