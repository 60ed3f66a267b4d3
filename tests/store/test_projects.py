"""Projects in the store: new, changed, gone; the same store in whatever order dumps come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.errors import ProjectsError
from matcher.model.project import Participation, Project
from matcher.store.database import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.store.project_saving import SavedProjects

NOW = datetime(2026, 6, 15, 6, tzinfo=UTC)


def project(number: int, title: str = "A title", *, updated: int = 1, topic: str = "HORIZON-X-01") -> Project:
    return Project(
        str(number), title, "Its text", "a, b", topic, date(2022, 1, 1), f"P{number}", updated=date(2026, 1, updated),
        concepts=("/natural sciences/optics",),
    )  # fmt: skip


def part(number: int, pic: str, name: str = "", role: str = "participant") -> Participation:
    return Participation(str(number), pic, name or f"ORG {pic}", role, country="FR", type="REC", contribution_eur=10.0)


def save(store: Store, source: str, found: Sequence[Project], parts: Sequence[Participation] = ()) -> SavedProjects:
    by_project: dict[str, list[Participation]] = {}
    for row in parts:
        by_project.setdefault(row.project, []).append(row)
    run = store.runs.begin("projects", NOW)
    try:
        return store.project_saving.dump(source, found, by_project, run_id=run, now=NOW, accept=lambda _: None)
    finally:
        store.runs.finish(run, "ok", {}, NOW)


def test_what_is_kept_is_read_back(store: Store) -> None:
    saved = save(store, "a.zip", [project(1), project(2)], [part(1, "999993662"), part(1, "999992401")])
    assert (saved.projects, saved.new, saved.participations, saved.parts_new) == (2, 2, 2, 2)
    assert list(store.projects.all()) == [project(1), project(2)]
    assert store.projects.of_call("horizon-x-01") == [project(1), project(2)]
    assert store.projects.of_organisations(["999993662"]) == [project(1)]
    assert [p.pic for p in store.projects.participations(["1"])["1"]] == ["999993662", "999992401"]
    assert store.projects.unknown(["999993662", "123456789"]) == ["123456789"]


def test_the_same_dump_again_writes_nothing(store: Store) -> None:
    save(store, "a.zip", [project(1)], [part(1, "999993662")])
    revision = store.projects.revision
    saved = save(store, "a.zip", [project(1)], [part(1, "999993662")])
    assert (saved.new, saved.changed, saved.gone) == (0, 0, 0)
    assert store.projects.revision == revision


def test_what_changed_is_counted_and_replaces_what_was_kept(store: Store) -> None:
    save(store, "a.zip", [project(1), project(2)], [part(1, "999993662"), part(2, "999993662")])
    saved = save(store, "a.zip", [project(1, "Another"), project(2)], [part(2, "999993662")])
    assert (saved.new, saved.changed, saved.gone) == (0, 1, 0)
    assert (saved.parts_new, saved.parts_changed, saved.parts_gone) == (0, 0, 1)
    assert [p.title for p in store.projects.all()] == ["Another", "A title"]
    assert store.projects.of_organisations(["999993662"]) == [project(2)]


def test_what_no_dump_has_any_more_is_marked_and_kept(store: Store) -> None:
    save(store, "a.zip", [project(1), project(2)])
    save(store, "b.zip", [project(2)])
    assert save(store, "a.zip", [project(2)]).gone == 1
    assert save(store, "a.zip", []).gone == 0  # the other dump has it still
    assert {p.identifier for p in store.projects.all()} == {"1", "2"}
    assert save(store, "a.zip", [project(1)]).changed == 1  # and back


def test_a_dump_that_is_refused_leaves_nothing(store: Store) -> None:
    save(store, "a.zip", [project(1)])
    run = store.runs.begin("projects", NOW)

    def refuse(_: SavedProjects) -> None:
        raise ProjectsError("no")

    with pytest.raises(ProjectsError):
        store.project_saving.dump("a.zip", [project(2)], {}, run_id=run, now=NOW, accept=refuse)
    assert [p.identifier for p in store.projects.all()] == ["1"]


def test_an_organisation_keeps_every_name_it_was_seen_under(store: Store) -> None:
    save(store, "a.zip", [project(1)], [part(1, "999993662", "OLD NAME")])
    save(store, "a.zip", [project(1)], [part(1, "999993662", "NEW NAME")])
    with store._transactions.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, names FROM organisations").all()
    assert len(rows) == 1
    assert "NEW NAME" in str(rows[0])
    assert "OLD NAME" in str(rows[0])


def test_everything_is_copied_to_another_database(store: Store, tmp_path: Path) -> None:
    save(store, "a.zip", [project(1), project(2)], [part(1, "999993662"), part(2, "999992401")])
    with Store.open(f"sqlite:///{tmp_path}/copy.db") as other:
        counts = store.maintenance.copy_to(other.maintenance)
        assert [counts[f"project{table}"] for table in ("s", "_sources", "_concepts")] == [2, 2, 2]
        assert list(other.projects.all()) == [project(1), project(2)]
        assert other.projects.participations(["1", "2"]) == store.projects.participations(["1", "2"])
        assert other.maintenance.check() == store.maintenance.check() == []


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE projects SET body = 'junk'", "The project 1 cannot be read."),
        ("DELETE FROM organisations", "The organisation 999993662 of the project 1 is not there."),
        ("DELETE FROM project_sources", "The project 1 is in no dump, and not marked as gone."),
    ],
)
def test_what_is_damaged_is_told(store: Store, damage: str, says: str) -> None:
    save(store, "a.zip", [project(1)], [part(1, "999993662")])
    with store._transactions.writing() as connection:
        connection.exec_driver_sql(damage)
    assert store.maintenance.check() == [says]


PROJECTS = st.lists(
    st.builds(project, st.integers(1, 5), st.sampled_from(["A", "B"]), updated=st.integers(1, 3)),
    max_size=6,
    unique_by=lambda p: p.identifier,
)
PARTS = st.lists(st.builds(part, st.integers(1, 5), st.sampled_from(["999993662", "999992401"])), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=PROJECTS, second=PROJECTS, parts=PARTS)
def test_two_dumps_in_either_order_give_the_same_store(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Project],
    second: list[Project],
    parts: list[Participation],
) -> None:
    def kept(folder: Path, *dumps: tuple[str, list[Project]]) -> object:
        with Store.open(f"sqlite:///{folder}/m.db") as store:
            for source, found in dumps:
                own = {p.identifier for p in found}
                save(store, source, found, [row for row in parts if row.project in own])
            names = [str(n) for n in range(1, 6)]
            return list(store.projects.all()), store.projects.participations(names), store.projects.counts()

    one, other = ("a.zip", first), ("b.zip", second)
    folders = [tmp_path_factory.mktemp("either") for _ in range(2)]
    assert kept(folders[0], one, other) == kept(folders[1], other, one)
