"""Own projects: which count, by which skills, which is nearest to a call, and what they never hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from matcher.model.call import Call, Section
from matcher.model.institute import project_part
from matcher.model.match import EvidenceKind
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.project import Project
from matcher.model.question import CallFilter
from matcher.ranking.build import build
from matcher.ranking.needs.profile_projects import FEW, MOST_SELECTED, MOST_WEIGHT, SELECTED, WEIGHT
from matcher.ranking.scores.asked_anew import asked_profile
from matcher.ranking.scores.matching import Depth, best_matches, match_of
from matcher.ranking.scores.scoring import score

if TYPE_CHECKING:
    from matcher.ranking.index import Index

NOW = datetime(2026, 6, 15, tzinfo=UTC)
FIELDS = {
    "lasers": "femtosecond laser sources and optical fibres",
    "vines": "grapevine disease resistance in the vineyard",
    "wells": "geothermal wells and reservoir drilling",
    "looms": "textile weaving looms and technical fabrics",
    "bees": "pollinator colonies and honey production",
    "tides": "ocean currents and coastal sediments",
    "trains": "railway signalling and rolling stock",
    "genes": "rare disease genomics and newborn screening",
}


def call(name: str, text: str) -> Call:
    return Call(f"HORIZON-CL1-2026-{name.upper()}", text, sections=(Section("Scope", f"{text}. More of it."),))


CALLS = [call(f"{name}-{n}", f"{text} number {n}") for name, text in FIELDS.items() for n in range(5)]


def project(number: int, text: str, *, selected: bool = True, year: int = 2021) -> ProfilePart:
    made = Project(str(number), text, f"{text} again", acronym=f"P{number}", date=date(year, 3, 1))
    return project_part(made, made.identifier, selected=selected)


def profile(*parts: ProfilePart, skills: tuple[str, ...] = ("laser sources",), **more: object) -> Profile:
    words = tuple(ProfilePart("keyword", skill, skill) for skill in skills)
    return Profile("one", "One", (*words, *parts), **more)  # type: ignore[arg-type]


def indexed(one: Profile) -> Index:
    return build(CALLS, [one], now=NOW, meta={"sample": None, "sample_day": None})


def test_each_skill_selects_those_of_a_larger_entity_that_are_most_like_it() -> None:
    parts = [project(1, FIELDS["lasers"]), project(2, FIELDS["vines"]), project(3, FIELDS["wells"])]
    own = indexed(profile(*parts, skills=("laser sources", "geothermal wells", "optical fibres"))).own_projects("one")
    assert [(p.label, sorted(p.skills or ())) for p in own] == [
        ("P1 (2021)", ["laser sources", "optical fibres"]),
        ("P3 (2021)", ["geothermal wells"]),
    ]
    assert own[0].share > own[1].share


def test_what_is_own_anyhow_needs_no_skill_and_comes_first() -> None:
    parts = [project(1, FIELDS["lasers"]), project(2, FIELDS["vines"], selected=False)]
    own = indexed(profile(*parts)).own_projects("one")
    assert (own[0].number, own[0].skills, own[0].share) == ("2", None, 1.0)
    assert [p.number for p in own] == ["2", "1"]


def test_a_skill_selects_a_few_and_a_profile_a_bounded_number() -> None:
    many = [project(n, FIELDS["lasers"]) for n in range(20)]
    assert len(indexed(profile(*many)).own_projects("one")) == SELECTED
    words = [f"topic{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(MOST_SELECTED + 50)]
    calls = [*CALLS, *(call(f"x{n}", f"{word} {word}") for n, word in enumerate(words))]
    one = profile(*(project(n, word) for n, word in enumerate(words)), skills=tuple(words))
    found = build(calls, [one], now=NOW, meta={"sample": None, "sample_day": None}).own_projects("one")
    assert len(found) == MOST_SELECTED


def test_a_call_is_like_the_own_project_that_has_most_with_it() -> None:
    parts = [project(1, FIELDS["lasers"], selected=False), project(2, FIELDS["wells"], selected=False, year=2023)]
    index = indexed(profile(*parts))
    scored = score(index, index.need("one"), everything=True)
    for row, label in (
        (index.row("HORIZON-CL1-2026-WELLS-1"), "P2 (2023)"),
        (index.row("HORIZON-CL1-2026-LASERS-1"), "P1 (2021)"),
    ):
        assert row is not None
        match = match_of(scored, row, 1, sentence=False)
        assert match.own_project == label
        assert match.brief().own_project == label
        assert sum(e.weight for e in match.evidence) + match.base == pytest.approx(match.score)


def test_a_new_field_shows_although_it_never_won_there() -> None:
    """Own keywords lead: projects only add to what a person wrote."""
    parts = [project(n, FIELDS["lasers"], selected=False) for n in range(12)]
    index = indexed(profile(*parts, skills=("laser sources", "textile weaving looms")))
    scored = score(index, index.need("one"), everything=True)
    best = best_matches(scored, CallFilter.of(status="all"), NOW.date(), Depth(10))
    assert {match.call.identifier.split("-")[3] for match in best} == {"LASERS", "LOOMS"}


def test_a_draft_keeps_the_projects_of_its_institute() -> None:
    """The question that is asked of a draft reads no project: the index has what is needed."""
    one = profile(project(1, FIELDS["lasers"]), project(2, FIELDS["wells"], selected=False))
    index = indexed(one)
    file = replace(one, parts=tuple(part for part in one.parts if not part.number))
    kept = index.need("one").own
    assert kept is not None
    same = asked_profile(index, file).need.own
    assert same is not None
    assert [p.label for p in same.projects] == [p.label for p in kept.projects]
    assert (same.mean, same.spread) == (kept.mean, kept.spread)
    more = replace(file, parts=(*file.parts, project_part(Project("own", "Written: " + FIELDS["vines"]))))
    own = asked_profile(index, more).need.own
    assert own is not None
    assert {p.number for p in own.projects} == {"", "1", "2"}
    assert "grapevine" in " ".join(own.query.words)
    less = asked_profile(index, replace(file, exclude=("geothermal",))).need.own
    assert less is not None
    assert "geothermal" not in less.query.words


def test_without_projects_nothing_is_told_of_them() -> None:
    index = indexed(profile())
    assert index.own_projects("one") == ()
    assert index.need("one").own is None
    match = match_of(score(index, index.need("one"), everything=True), 0, 1, sentence=False)
    assert match.own_project is None
    assert all(e.kind is not EvidenceKind.PROJECTS for e in match.evidence)


def test_the_larger_the_entity_the_less_its_selected_projects_weigh() -> None:
    def weight(*parts: ProfilePart, **more: object) -> float:
        own = indexed(profile(*parts, **more)).need("one").own
        assert own is not None
        return own.weight

    lasers = [project(n, FIELDS["lasers"]) for n in range(5)]
    others = [project(n, FIELDS["vines"]) for n in range(5, 3 * FEW)]
    assert weight(*lasers) == MOST_WEIGHT
    assert weight(*lasers, *others) == pytest.approx(1 / 3)
    assert weight(replace(lasers[0], selected=False)) == WEIGHT
    mixed = weight(replace(lasers[0], selected=False), *lasers[1:])
    assert WEIGHT < mixed < MOST_WEIGHT
