"""Tables of CORDIS as they really are."""

from __future__ import annotations

import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.cordis.dumps import MOST_FILES, Dump
from matcher.cordis.project_tables import Members, Reading, read_participations, read_projects
from matcher.errors import ProjectsError
from tests.helpers.cordis import ORGANISATION, PROJECT, participation, project, table, tables, zipped
from tests.helpers.forms import tries
from tests.helpers.paths import SHARED

REAL = SHARED / "cordis" / "cordis-HORIZONprojects-csv.zip"


def read(path: Path) -> tuple[list, list, Reading]:
    reading = Reading()
    with Dump(path) as dump:
        return list(read_projects(dump, reading)), list(read_participations(dump, reading)), reading


def folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def test_a_project_has_all_its_facts(tmp_path: Path) -> None:
    concept = {"projectID": "101000001", "euroSciVocPath": "/natural sciences/optics"}
    files = tables([project(1, objective='First "line"\nsecond line')], [participation(1, "999993662")], [concept])
    (found,), (part,), reading = read(zipped(tmp_path / "dump.zip", files))
    assert (found.identifier, found.name, found.topic) == ("101000001", "PROJ1", "HORIZON-CL5-2021-D3-01-01")
    assert (found.date, found.start, found.end) == (date(2022, 1, 25), date(2022, 2, 1), date(2026, 1, 31))
    assert (found.cost_eur, found.contribution_eur) == (2_000_000.0, 1_500_000.5)
    assert found.text == 'First "line"\nsecond line'
    assert found.concepts == ("/natural sciences/optics",)
    assert (part.project, part.pic, part.role, part.net_eur, part.ended) == (
        "101000001", "999993662", "participant", 250_000.25, False,
    )  # fmt: skip
    assert not reading.alarms()
    assert not reading.set_aside


def test_a_folder_reads_as_a_zip_does(tmp_path: Path) -> None:
    files = tables([project(1), project(2)], [participation(1, "999993662")])
    assert read(zipped(tmp_path / "dump.zip", files))[:2] == read(folder(tmp_path / "dump", files))[:2]


def test_columns_go_by_name_in_any_order_and_older_names(tmp_path: Path) -> None:
    rows = [{**project(7), "projectID": "700", "programme": "H2020-EU.3.", "topic": "SC5-01-2016; SC5-02-2016"}]
    older = ("rcn", "projectID", "title", "topic", "programme", "objective", "ecSignatureDate")
    path = zipped(tmp_path / "old.zip", {"project.csv": table(older, rows).encode()})
    (found,), _, _ = read(path)
    assert (found.identifier, found.topic, found.legal_basis) == ("700", "SC5-01-2016", "H2020-EU.3.")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Batteries &amp; caf&eacute;s", "Batteries & cafés"),
        ("d√©j√†".replace("√©", "Ã©").replace("√†", "Ã\xa0"), "déjà"),
        ("plain", "plain"),
        ('"Centre ""Atlas"""', 'Centre "Atlas"'),
        ('"Centre Atlas"', '"Centre Atlas"'),
        ('"Atlas" or "Globe"', '"Atlas" or "Globe"'),
        ('"', '"'),
    ],
)
def test_text_is_put_right(tmp_path: Path, written: str, read_as: str) -> None:
    (found,), _, _ = read(zipped(tmp_path / "dump.zip", tables([project(1, title=written)])))
    assert found.title == read_as


def test_what_stands_for_nothing_is_nothing(tmp_path: Path) -> None:
    [found] = read(zipped(tmp_path / "dump.zip", tables([project(1, keywords="<NA>", acronym=" <NA> ")])))[0]
    assert (found.keywords, found.acronym) == ("", "")


def test_bytes_of_windows_1252_are_read(tmp_path: Path) -> None:
    raw = table(PROJECT, [project(1, title="Etudes"), project(2)]).encode().replace(b"Etudes", b"\xc9tudes")
    found, _, _ = read(zipped(tmp_path / "dump.zip", {"project.csv": raw}))
    assert [p.title for p in found] == ["Études", "Invented project 2"]


def test_a_bad_row_is_set_aside_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = table(PROJECT, [project(n) for n in range(100)]).splitlines()
    lines[5] = '"too";"few"'
    found, _, reading = read(zipped(tmp_path / "dump.zip", {"project.csv": "\n".join(lines).encode()}))
    assert len(found) == 99
    assert [(row.file, row.line) for row in reading.set_aside] == [("project.csv", 6)]
    assert "2 fields, expected" in reading.set_aside[0].reason
    assert not reading.alarms()


def test_many_unread_fields_are_an_alarm_that_names_the_column(tmp_path: Path) -> None:
    rows = [project(n, ecMaxContribution="much" if n % 10 == 0 else "1") for n in range(50)]
    found, _, reading = read(zipped(tmp_path / "dump.zip", tables(rows)))
    assert len(found) == 50
    assert found[0].contribution_eur is None
    assert reading.alarms() == ["project.csv: column 'ecMaxContribution' cannot be read in 5 of 50 rows"]
    assert not reading.unusable()


def test_an_organisation_without_a_pic_goes_by_its_name(tmp_path: Path) -> None:
    rows = [participation(1, "", name="Some Lab"), participation(1, "999993662", role="thirdParty", ecContribution="")]
    _, (first, second), _ = read(zipped(tmp_path / "dump.zip", tables([project(1)], rows)))
    assert first.pic == "FR:some lab"
    assert (second.role, second.contribution_eur) == ("thirdParty", None)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_dump_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dump.zip"
    path.write_bytes(content)
    with pytest.raises(ProjectsError, match=r"dump\.zip"):
        Dump(path)


def test_no_path_of_a_zip_is_followed(tmp_path: Path) -> None:
    files = tables([project(1)])
    path = zipped(tmp_path / "dump.zip", {"../../../etc/project.csv": files["project.csv"]})
    found, _, _ = read(path)
    assert [p.identifier for p in found] == ["101000001"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_unpacks_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.cordis.dumps.MOST_UNPACKED", 10_000)
    path = zipped(tmp_path / "dump.zip", tables([project(n) for n in range(100)]))
    with pytest.raises(ProjectsError, match="longer than"):
        read(path)


def test_a_zip_that_is_packed_in_another_way_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("project.csv", tables([project(1)])["project.csv"])
    with pytest.raises(ProjectsError, match="packed in another way"):
        Dump(path)


def test_a_zip_of_too_many_files_is_a_clear_error(tmp_path: Path) -> None:
    files = {**tables([project(1)]), **{f"{number}.csv": b"" for number in range(500)}}
    with pytest.raises(ProjectsError, match="503 files, expected at most 500"):
        Dump(zipped(tmp_path / "dump.zip", files))


def test_a_file_without_a_name_is_passed_over(tmp_path: Path) -> None:
    path = zipped(tmp_path / "dump.zip", {**tables([project(1)]), "a": b"x"})
    packed = path.read_bytes()
    path.write_bytes(packed[: packed.rindex(b"PK\x01\x02")] + _without_name(packed[packed.rindex(b"PK\x01\x02") :]))
    assert [one.identifier for one in read(path)[0]] == ["101000001"]


def _without_name(tail: bytes) -> bytes:
    """The last entry of a zip's directory, named by one letter, without it; then the end of the zip."""
    length = tail.index(b"PK\x05\x06") - 1
    entry, end = bytearray(tail[: length + 1]), bytearray(tail[length + 1 :])
    entry[28] = 0
    end[12:16] = (int.from_bytes(end[12:16], "little") - 1).to_bytes(4, "little")
    return bytes(entry[:46] + entry[47:] + end)


def test_rows_of_projects_that_the_dump_lacks_are_set_aside(tmp_path: Path) -> None:
    parts = [participation(1, "999993662"), participation(7, "999993662")]
    reading = Reading()
    with Dump(zipped(tmp_path / "dump.zip", tables([project(1)], parts))) as dump, Members(dump, reading) as members:
        assert [len(members.of(one.identifier)) for one in read_projects(dump, reading)] == [1]
        members.put_rest_aside()
    assert [(row.file, row.reason) for row in reading.set_aside] == [
        ("organization.csv", "a project that project.csv lacks")
    ]


def test_a_folder_of_too_many_files_is_refused_and_none_is_left_out(tmp_path: Path) -> None:
    for name, content in tables([project(1)]).items():
        (tmp_path / name).write_bytes(content)
    for number in range(MOST_FILES):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(ProjectsError, match=r"\d+ files, expected at most 500"):
        Dump(tmp_path)


def test_a_dump_of_which_most_rows_cannot_be_read_is_unusable(tmp_path: Path) -> None:
    _, _, reading = read(zipped(tmp_path / "dump.zip", tables([project(n, title="") for n in range(3)])))
    assert reading.unusable() == ["project.csv: 3 of 3 rows cannot be read"]


def test_what_all_tables_unpack_to_is_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tables([project(n) for n in range(50)], [participation(n, "999993662") for n in range(50)])
    largest = max(map(len, files.values()))
    monkeypatch.setattr("matcher.cordis.dumps.MOST_UNPACKED", largest + 100)
    with pytest.raises(ProjectsError, match="longer than"):
        read(zipped(tmp_path / "dump.zip", files))


@settings(max_examples=tries(60), deadline=None)
@given(content=st.binary(max_size=600), table_name=st.sampled_from(["project.csv", "organization.csv"]))
def test_no_content_of_a_table_stops_the_reader(content: bytes, table_name: str) -> None:
    with tempfile.TemporaryDirectory() as where:
        head = ";".join(PROJECT if table_name == "project.csv" else ORGANISATION).encode() + b"\n"
        files = {**tables([project(1)], [participation(1, "999993662")]), table_name: head + content}
        read(zipped(Path(where) / "dump.zip", files))


@pytest.mark.skipif(not REAL.is_file(), reason="needs ../shared/cordis")
def test_the_real_tables_are_read_whole() -> None:
    projects, participations, reading = read(REAL)
    assert (len(projects), len(participations)) == (15_188, 101_535)
    assert not reading.set_aside
    assert not reading.alarms()
    assert sum(1 for p in projects if p.date is None) == 2
    assert sum(1 for p in participations if p.ended) == 1_736
