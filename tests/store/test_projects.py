"""Projects in the store: new, changed, gone; the same store in whatever order dumps come."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from matcher.errors import ProjectsError
from matcher.model.project import Participation, Project
from matcher.store.database import Store
from matcher.store.schema import metadata
from tests.helpers.forms import tries
from tests.helpers.postgres import new_database
from tests.store.conftest import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

    def members(number: str) -> Sequence[Participation]:
        return by_project.get(number, ())

    run = store.runs.begin("projects", NOW)
    try:
        return store.project_saving.dump(source, found, members, run_id=run, now=NOW, accept=lambda _: None)
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


@pytest.mark.parametrize("asked", ["université de lorraine", "UNIVERSITE Lorraine", "Lorraine UniversitÉ"])
def test_an_organisation_is_found_by_words_of_its_name_whatever_case_and_accents(store: Store, asked: str) -> None:
    names = ["UNIVERSITE DE LORRAINE", "Université de Lorraine", "UNIVERSITÉ DE LORRAINE", "UNIVERSITE DE NANTES"]
    save(store, "a.zip", [project(1)], [part(1, f"99999999{n}", name) for n, name in enumerate(names)])
    assert store.projects.called(asked.split()) == ["999999990", "999999991", "999999992"]
    assert store.projects.called(["\u200b"]) == []


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
        store.project_saving.dump("a.zip", [project(2)], lambda _: (), run_id=run, now=NOW, accept=refuse)
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


def test_an_organisation_is_what_its_newest_project_says(store: Store) -> None:
    def told() -> tuple[str, str, str]:
        [part] = store.projects.participations(["1"])["1"]
        return part.name, part.country, part.type

    def seen(number: int, name: str, country: str, kind: str) -> Participation:
        return replace(part(number, "999993662", name), country=country, type=kind)

    old, new = project(1), replace(project(2), date=date(2024, 1, 1))
    save(store, "a.zip", [new], [seen(2, "NEW", "UK", "PRC")])
    save(store, "b.zip", [old], [seen(1, "OLD", "FR", "REC")])
    assert told() == ("NEW", "UK", "PRC")
    revision = store.projects.revision
    save(store, "c.zip", [replace(new, updated=date(2026, 2, 2))], [seen(2, "NEW", "DE", "PRC")])  # a correction
    assert told() == ("NEW", "DE", "PRC")
    assert store.projects.revision > revision
    save(store, "d.zip", [replace(project(3), date=date(2025, 1, 1))], [seen(3, "BARE", "", "")])
    assert told() == ("NEW", "DE", "PRC")  # a row that lacks something says less than an older one that has it all


def test_what_two_dumps_say_alike_is_written_once(store: Store) -> None:
    save(store, "a.zip", [project(1)], [part(1, "999993662")])
    saved = save(store, "b.zip", [project(1)], [part(1, "999993662")])
    assert (saved.new, saved.changed, saved.parts_changed) == (0, 0, 0)
    assert save(store, "a.zip", [project(1, updated=2)], [part(1, "999993662")]).changed == 1


def test_an_organisation_of_an_older_store_is_told_anew(store: Store) -> None:
    save(store, "a.zip", [project(1)], [part(1, "999993662")])
    with store._transactions.writing() as connection:
        connection.exec_driver_sql("UPDATE organisations SET told_by = '', name = 'ZZZ'")
    save(store, "a.zip", [project(1)], [part(1, "999993662")])
    assert store.projects.participations(["1"])["1"][0].name == "ORG 999993662"


DAYS = st.sampled_from([None, date(2022, 1, 1), date(2023, 5, 6)])
PROJECTS = st.lists(
    st.builds(
        lambda number, title, updated, signed, start: replace(
            project(number, title, updated=updated), date=signed, start=start
        ),
        st.integers(1, 4),
        st.sampled_from(["A", "B"]),
        st.integers(1, 3),
        DAYS,
        DAYS,
    ),
    max_size=5,
    unique_by=lambda p: p.identifier,
)
PARTS = st.lists(
    st.builds(
        Participation,
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["999993662", "999992401", "FR:some lab"]),
        st.sampled_from(["", "SOME LAB", "SOME LABORATORY"]),
        st.sampled_from(["coordinator", "participant", "thirdParty"]),
        country=st.sampled_from(["FR", "UK", ""]),
        type=st.sampled_from(["REC", "PRC"]),
        sme=st.sampled_from([True, False, None]),
        contribution_eur=st.sampled_from([10.0, 20.5, None]),
        ended=st.booleans(),
    ),
    max_size=6,
)
"""One organisation under two PICs or none, under two names, small or not; as another dump may tell it."""


def _everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables of projects, whatever the order in which they were written."""
    tables = ("projects", "organisations", "participations", "project_concepts", "project_sources")
    with store._transactions.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(metadata.tables[name]))), key=repr)
            for name in tables
        }


Dump = tuple[list[Project], list[Participation]]


def _in_either_order(first: Dump, second: Dump, urls: Iterator[str]) -> None:
    kept = []
    for dumps in ((("a.zip", first), ("b.zip", second)), (("b.zip", second), ("a.zip", first))):
        with Store.open(next(urls)) as store:
            for source, (found, parts) in dumps:
                save(store, source, found, parts)
            kept.append(_everything(store))
            assert store.maintenance.check() == []
    assert kept[0] == kept[1]


@pytest.fixture(scope="module")
def with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of which every example takes two copies, as making tables takes longer than filling them."""
    path = tmp_path_factory.mktemp("either") / "tables.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@settings(max_examples=tries(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.tuples(PROJECTS, PARTS), second=st.tuples(PROJECTS, PARTS))
def test_two_dumps_in_either_order_give_the_same_store(with_tables: Path, first: Dump, second: Dump) -> None:
    copies = (Path(shutil.copy(with_tables, with_tables.with_name(f"{turn}.db"))) for turn in range(2))
    _in_either_order(first, second, (f"sqlite:///{path}" for path in copies))


def test_two_dumps_in_either_order_give_the_same_store_on_postgresql(postgresql_with_tables: Path) -> None:
    left = Participation("1", "999992401", "SOME LAB", "participant", country="FR", type="REC", sme=True, ended=True)
    first = (
        [project(1), project(2, "A", updated=2), project(3)],
        [left, part(2, "999993662", "OLD NAME"), part(3, "FR:some lab", "SOME LAB")],
    )
    second = (
        [replace(project(1), date=date(2024, 1, 1)), project(2, "B"), project(3)],
        [replace(left, pic="999993662", type="PRC", sme=False), replace(left, country="UK"), part(2, "999993662")],
    )
    _in_either_order(first, second, (new_database(postgresql_with_tables, TEMPLATE) for _ in range(2)))
