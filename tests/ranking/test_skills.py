"""What a profile would gain, judged on a small listing written here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from matcher.model.call import Call, Deadline, Section
from matcher.model.institute import Institute, Lab, WrittenSkill
from matcher.model.match import SkillVerdict
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.present.skill_words import skill_text
from matcher.ranking.build import build
from matcher.ranking.proposals.skills import check_skills, try_term
from matcher.ranking.scores.asked_anew import asked_profile

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
    ("text", "language", "verdict", "said"),
    [
        ("geothermal wells", "en", SkillVerdict.MATCHES, "1 call holds it"),
        ("wells, geothermal", "en", SkillVerdict.MATCHES, "1 call holds it"),
        ("hydrogène vert", "fr", SkillVerdict.MATCHES, "1 call holds it"),
        ("deep wells", "en", SkillVerdict.PART, "1 call holds its words, but apart"),
        ("geothermal humanities", "en", SkillVerdict.PART, "only words of it: geothermal"),
        ("water humanities", "en", SkillVerdict.PART, "only words of it: water"),  # common, but only a word of it is
        ("green water", "en", SkillVerdict.PART, "only words of it: green, water"),
        ("quantum optics", "en", SkillVerdict.NEVER, "no call holds a word of it"),
        ("water networks", "en", SkillVerdict.COMMON, "40 calls hold it, which is too many to tell one from another"),
        ("of the", "en", SkillVerdict.NEVER, "no call holds a word of it"),
    ],
)
def test_skills_are_judged_as_they_are_written(index, text, language, verdict, said):
    (checked,) = check_skills(index, [WrittenSkill(text, language, ("keywords",))])
    assert (checked.verdict, skill_text(checked)) == (verdict, said)


def test_a_skill_is_judged_once_with_every_place_it_stands_in():
    lab = Lab("Optics", ("lasers", "mirrors"), ("lasers",))
    institute = Institute("x", "X", "X", "X", keywords_en=("Lasers",), domains=("lasers",), labs=(lab,))
    assert institute.written_skills() == (
        WrittenSkill("Lasers", "en", ("keywords", "domains", "labs: Optics")),
        WrittenSkill("mirrors", "en", ("labs: Optics",)),
        WrittenSkill("lasers", "fr", ("labs: Optics",)),
    )


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


WRITTEN = ("deep geothermal wells", "sensors in water networks", "green hydrogen")


@pytest.mark.parametrize(
    "again",
    [
        [keyword(text) for text in WRITTEN * 3],
        [ProfilePart("lab", f"lab {n}", text, "en") for n, text in enumerate(WRITTEN)],
    ],
    ids=["repeated", "split over labs"],
)
def test_the_same_skills_give_the_same_scores_however_they_are_written(index, again):
    parts = ([keyword(text) for text in WRITTEN], again)
    once, other = (asked_profile(index, Profile("", "P", tuple(written))).scored(index).totals for written in parts)
    assert other == pytest.approx(once)
    assert once.std() > 0
