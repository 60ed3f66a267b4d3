"""Who could fill the gaps of a bid: organisations of projects like the call that are near what nobody covers."""

from __future__ import annotations

from dataclasses import replace

from matcher.model.call import Section, Status
from matcher.model.project import Project
from matcher.ranking.build import Known, build
from matcher.ranking.network.bids import Cover
from matcher.ranking.network.consortia import Consortia, consortia_of
from matcher.ranking.network.gaps import fillings
from tests.helpers.corpus import META, NOW, SUBJECTS, TODAY, call, some_calls

GAP, COVERED = SUBJECTS[1], SUBJECTS[0]
GAP_MAKER, OTHER_MAKER, INSIDE, ONCE, LESS = "1", "2", "3", "4", "5"


def world(later: int = 0):
    """Twenty projects a subject and a call on two subjects; one organisation a subject, one of the network in all.

    `LESS` is in some projects about the gap; the maker of the gap is in so many more that are signed after today.
    """
    projects = [
        Project(f"{s:02}{n:02}", f"{subject} {n}", f"We study {subject}.", date=NOW.date().replace(year=2024))
        for s, subject in enumerate(SUBJECTS)
        for n in range(20)
    ]
    about = f"We study {SUBJECTS[2]}."
    after = [Project(f"99{n:03}", f"Later {n}", about, date=TODAY.replace(year=TODAY.year + 1)) for n in range(later)]
    parts = [(p.identifier, INSIDE, "participant") for p in projects]
    parts += [(p.identifier, GAP_MAKER, "participant") for p in projects if GAP in p.text]
    parts += [(p.identifier, OTHER_MAKER, "participant") for p in projects if COVERED in p.text]
    parts += [("0100", ONCE, "participant")]
    parts += [(f"01{n:02}", LESS, "participant") for n in range(12)]
    parts += [(p.identifier, GAP_MAKER, "participant") for p in after]
    projects += after
    lines = [(p.identifier, p.topic, p.date) for p in projects]
    organisations = [(pic, f"O {pic}", "FR", "REC", None) for pic in (GAP_MAKER, OTHER_MAKER, INSIDE, ONCE, LESS)]
    past = Consortia(consortia_of(lines, parts, organisations, {}))
    sections = (Section("Scope", "\n".join([(COVERED + " ") * 20, (GAP + " ") * 20])),)
    both = replace(call(90, COVERED), title="Two parts", sections=sections, status=Status.OPEN)
    known = Known(projects=lambda: projects, count=len(projects))
    index = build([*some_calls(), both], [], now=NOW, meta=META, known=known)
    return index, past, index.row(both.identifier)


def named(gaps: tuple[int, ...], day=TODAY, later: int = 0) -> list[str]:
    index, past, row = world(later)
    inside = [past.position(INSIDE)]
    found = fillings(index, Cover(row, (), 0.5, gaps), past, inside, day)
    assert all(1 <= len(one.rows) <= 3 for one in found)
    return [past.organisation(one.organisation)[0] for one in found]


def test_who_works_on_the_gap_comes_first_and_nobody_of_the_network() -> None:
    found = named((1,))
    assert found[0] == GAP_MAKER
    assert INSIDE not in found
    assert named((0,))[0] == OTHER_MAKER


def test_a_single_project_makes_nobody_known_and_no_gap_needs_nobody() -> None:
    assert ONCE not in named((1,))
    assert named(()) == []


def test_what_was_signed_later_is_not_known_yet() -> None:
    assert named((1,), TODAY.replace(year=2020)) == []


def test_projects_of_later_take_nothing_from_what_an_organisation_did_by_then() -> None:
    assert named((1,), later=150)[:2] == [GAP_MAKER, LESS]
