"""CORDIS's dumps (`matcher.cordis`): whatever they hold, their rows are read, set aside and counted, or a ProjectsError
says that this is none."""

from __future__ import annotations

import dataclasses
import io
import zipfile

from hypothesis import strategies as st

from matcher.cordis.dumps import Dump
from matcher.cordis.project_tables import PARTS, PROJECTS, Members, Reading, read_projects
from matcher.errors import ProjectsError
from matcher.store.schema import clean
from tests.helpers.cordis import CONCEPT, ORGANISATION, PROJECT, participation, project, table, tables
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, folder_of, short
from tests.helpers.fuzz.mutations import STRANGE, bytes_like

CONCEPTS = [{"projectID": "101000001", "euroSciVocPath": "/natural sciences/optics"}]
ROWS = {
    PROJECTS: [project(1), project(2)],
    PARTS: [participation(1, "999993662"), participation(2, "", name="Some Lab"), participation(2, "999992401")],
    "euroSciVoc.csv": CONCEPTS,
}
COLUMNS = {PROJECTS: PROJECT, PARTS: ORGANISATION, "euroSciVoc.csv": CONCEPT}
VALID = tables(*ROWS.values())
NAMES = ("", "csv/", "../../", "/etc/", "a\\", "é/", "x" * 300 + "/")
CELLS = (
    *(value for value in STRANGE if isinstance(value, str)), "<NA>", "&#0;", "&#xd800;&#x110000;", "Ã©" * 99, "é" * 99,
    "1.496.205,50", "-1", "nan", "1e999", "1_0", "25/13/2022", "2022-02-30 99:99", "0000-01-01", "99999-01-01", "١٢٣٤٥",
    "101000001", '"', "\r\n\r\n", ";" * 50, "x" * 1_000_001,
)  # fmt: skip


def _encodable(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _table(name: str, edits: list[tuple[int, int, str]], header: list[str]) -> bytes:
    """A table with some cells changed, its columns in this order."""
    rows = [dict(row) for row in ROWS[name]]
    for row, column, value in edits:
        rows[row % len(rows)][COLUMNS[name][column % len(COLUMNS[name])]] = _encodable(value)
    return table(header, rows).encode()


def _tables(name: str) -> st.SearchStrategy[bytes]:
    value = st.integers(0, len(CELLS) - 1).map(lambda place: CELLS[place]) | st.text()
    cells = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), value), max_size=4)
    header = st.permutations(COLUMNS[name]) | st.lists(st.sampled_from(COLUMNS[name]), max_size=30)
    return st.builds(_table, st.just(name), cells, header) | bytes_like(VALID[name])


def _zip(files: dict[str, bytes], folder: str, method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return packed.getvalue()


def _misled(packed: bytes, edits: list[tuple[int, int]]) -> bytes:
    """A zip with some bytes of its directory changed."""
    start = packed.index(b"PK\x01\x02")
    changed = bytearray(packed)
    for place, byte in edits:
        changed[start + place % (len(packed) - start)] = byte
    return bytes(changed)


FILES = st.tuples(*map(_tables, VALID)).map(lambda contents: dict(zip(VALID, contents, strict=True)))
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
WHOLE = [_zip(VALID, "", method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
ZIPS = st.builds(_zip, FILES, st.sampled_from(NAMES), METHODS) | bytes_like(*WHOLE)
BYTES = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255)))
MISLED = st.builds(_misled, st.sampled_from(WHOLE), BYTES)


def check(content: bytes | dict[str, bytes]) -> None:
    files = content if isinstance(content, dict) else {"dump.zip": content}
    with folder_of(files) as folder:
        before = sorted(folder.rglob("*"))
        reading = Reading()
        try:
            with Dump(folder if isinstance(content, dict) else folder / "dump.zip") as dump:
                _read(dump, reading)
        except ProjectsError as error:
            short(error, 1_000)
        assert sorted(folder.rglob("*")) == before
        for said in (*reading.alarms(), *reading.unusable(), *map(str, reading.set_aside)):
            assert len(said) < 1_000


def _read(dump: Dump, reading: Reading) -> None:
    with Members(dump, reading) as members:
        assert reading.aside[PARTS] <= reading.rows[PARTS]
        found, parts = {}, 0
        for count, one in enumerate(read_projects(dump, reading), start=1):
            assert count + reading.aside[PROJECTS] == reading.rows[PROJECTS]
            if one.identifier not in found:
                found[one.identifier] = (one, members.of(one.identifier))
                parts += len(found[one.identifier][1])
        members.put_rest_aside()
        assert parts + reading.aside[PARTS] == reading.rows[PARTS]
    for one, own in found.values():
        for value in (value for noun in (one, *own) for value in dataclasses.astuple(noun) if isinstance(value, str)):
            assert value == clean(value)  # what no database takes is gone
        assert one.cost_eur is None or 0 <= one.cost_eur <= 1e12


DUMPS = Target("dumps of projects", ZIPS | MISLED | FILES, check)


@has_a_long_form
def test_dumps_of_projects() -> None:
    DUMPS.run()
