"""What a call continues: what its text names, what comes again every year, what its projects are like."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matcher.model.call import Section
from matcher.model.project import Project
from matcher.ranking.build import Known
from matcher.ranking.network.consortia import Consortia, consortia_of
from matcher.ranking.network.predecessors import family, predecessors
from tests.helpers.corpus import META, NOW, SUBJECTS, TODAY, build, call

EARLY = date(2024, 1, 15)


def past_of(projects: list[Project]) -> Consortia:
    parts = [(p.identifier, str(n), "coordinator") for p in projects for n in (1, 2)]
    organisations = [(str(n), f"Organisation {n}", "FR", "REC", None) for n in (1, 2)]
    return Consortia(consortia_of([(p.identifier, p.topic, p.date) for p in projects], parts, organisations, {}))


@pytest.fixture(scope="module")
def world():
    """Twenty projects on each subject, each subject under a topic of its own."""
    projects = [
        Project(f"{n:03}", f"About {subject} {n}", f"We study {subject}.", topic=f"HORIZON-CL{s}-2023-D1-{s:02}",
                date=EARLY)
        for s, subject in enumerate(SUBJECTS)
        for n in range(s * 20, s * 20 + 20)
    ]  # fmt: skip
    named = Section("Scope", "It builds on HORIZON-CL5-2023-D1-05 and on NO-SUCH-CALL-01.")
    calls = [
        call(1, SUBJECTS[2]),
        replace(call(2, SUBJECTS[3]), sections=(Section("Scope", SUBJECTS[3]), named)),
        replace(call(3, "any science"), identifier="HORIZON-MSCA-2026-DN-01"),
    ]
    projects.append(Project("900", "A network", "Any science.", topic="HORIZON-MSCA-2022-DN-01", date=EARLY))
    known = Known(projects=lambda: projects, count=len(projects))
    return build(calls, [], now=NOW, meta=META, known=known), past_of(projects)


def found(world, identifier: str, day: date = TODAY) -> list[str]:
    index, past = world
    return [one.topic for one in predecessors(index, index.row(identifier), past, day)]


def test_the_topic_whose_projects_are_nearest_comes_first(world) -> None:
    index, past = world
    first = predecessors(index, index.row(call(1, "").identifier), past, TODAY)[0]
    assert first.topic == "HORIZON-CL2-2023-D1-02"
    assert len(first.rows) == 20
    assert any("20 projects are among the nearest" in str(reason) for reason in first.reasons)


def test_what_the_text_names_comes_before_everything(world) -> None:
    assert found(world, call(2, "").identifier)[0] == "HORIZON-CL5-2023-D1-05"


def test_a_call_without_a_subject_continues_its_family(world) -> None:
    assert found(world, "HORIZON-MSCA-2026-DN-01")[0] == "HORIZON-MSCA-2022-DN-01"
    assert family("HORIZON-MSCA-2026-DN-01-01") == family("HORIZON-MSCA-2022-DN-01-01") == "HORIZON-MSCA-DN"


def test_a_call_does_not_continue_itself(world) -> None:
    index, past = world
    name = call(1, "").identifier
    again = Project("001", "About it", "We study it.", topic=name.lower(), date=EARLY)
    topics = [replace(again, identifier=f"{n:03}") for n in range(len(past))]
    assert predecessors(index, index.row(name), past_of(topics), TODAY) == []


def test_projects_are_put_to_their_topics_once_for_all_calls_of_a_day(world) -> None:
    _, past = world
    assert past.by_topic(TODAY) is past.by_topic(TODAY)
    assert past.by_topic(TODAY)["HORIZON-CL2-2023-D1-02"] == tuple(range(40, 60))
    assert past.by_topic(EARLY) == {}
    assert len(past.by_topic(TODAY)) == len(SUBJECTS) + 1


def test_what_was_signed_later_is_not_known_yet(world) -> None:
    assert found(world, call(1, "").identifier, EARLY) == []


def test_affiliated_entities_are_nobody_s_partners_and_leaders_are_known() -> None:
    parts = [("1", "9", "coordinator"), ("1", "7", "thirdParty"), ("1", "8", "participant"), ("1", "8", "thirdParty")]
    organisations = [(pic, f"O {pic}", "FR", "REC", None) for pic in ("9", "8", "7")]
    past = Consortia(consortia_of([("1", "t-1", EARLY), ("2", None, None)], parts, organisations, {}))
    members = past.members[past.edges[0] : past.edges[1]].tolist()
    assert [past.organisation(one)[0] for one in members] == ["8", "9"]
    assert past.coordinates.tolist() == [False, True]
    assert (past.position("9"), past.position("6"), past.topics) == (2, None, ["T-1", ""])
    assert past.before(TODAY).tolist() == [True, False]
