"""Terms that own projects have, calls use and a profile lacks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from matcher.model.call import Call, Section
from matcher.model.institute import project_part
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.project import Project
from matcher.ranking.build import build
from matcher.ranking.proposals.suggesting import added_terms, suggestions

NOW = datetime(2026, 6, 15, tzinfo=UTC)
FIELDS = ("femtosecond laser sources", "optical fibres", "grapevine disease", "geothermal wells", "weaving looms")
CALLS = [
    Call(f"HORIZON-CL1-2026-{number}-{n}", field, sections=(Section("Scope", f"{field}. A scope, once more."),))
    for number, field in enumerate(FIELDS)
    for n in range(3)
]


def project(number: int, keywords: str) -> Project:
    return Project(
        str(number), "Laser sources", "Laser sources.", keywords, acronym=f"P{number}", date=date(2021, 1, 1)
    )


def suggested(*projects: Project, skills: tuple[str, ...] = ("laser sources",)):
    words = tuple(ProfilePart("keyword", skill, skill) for skill in skills)
    parts = (*words, *(project_part(one, one.identifier) for one in projects))
    index = build(CALLS, [Profile("one", "One", parts)], now=NOW, meta={"sample": None, "sample_day": None})
    need = index.need("one")
    assert need.own is not None
    return need, suggestions(index, need.own, parts, projects, 10)


def test_what_calls_use_and_the_profile_lacks_comes_with_its_projects() -> None:
    _, found = suggested(project(1, "optical fibres; laser source, unheard thing"), project(2, "Optical fibre"))
    assert [(one.term, one.calls, one.projects) for one in found] == [
        ("Optical fibre", 3, ("P1 (2021)", "P2 (2021)")),
    ]


def test_what_more_projects_have_comes_first() -> None:
    _, found = suggested(project(1, "geothermal wells, grapevine disease"), project(2, "geothermal wells"))
    assert [one.term for one in found] == ["geothermal wells", "grapevine disease"]


def test_a_sentence_is_no_term() -> None:
    _, found = suggested(project(1, "geothermal wells and weaving looms and optical fibres"))
    assert found == []


def test_terms_that_projects_add_are_those_that_no_skill_has() -> None:
    need, _ = suggested(project(1, "geothermal wells"))
    added = added_terms(need, 20)
    assert "geothermal wells" in added
    assert "laser" not in added
    assert added_terms(need, 1) == added[:1]
