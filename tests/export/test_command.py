"""`matcher export`: where it writes, what it refuses, what it tells."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import feedparser
import openpyxl
import pytest

from matcher.export.formats import FORMATS
from tests.export.conftest import DAY
from tests.helpers.home import INSTITUTES, PHOTONIC, Answer, Place
from tests.helpers.processes import MATCHER, MODULES
from tests.helpers.spoilt import spoil_index

AS_OF = ("--as-of", DAY.isoformat())


@pytest.fixture
def export(run, twice):
    def command(*arguments: object) -> Answer:
        return run(twice, "export", *map(str, arguments), *AS_OF)

    return command


def complaint(answer: Answer, code: int = 2) -> str:
    assert (answer.code, answer.out) == (code, "")
    assert len(answer.err.splitlines()) == 1
    return answer.err


@pytest.mark.parametrize("name", FORMATS)
def test_the_suffix_tells_the_format(export, tmp_path, name):
    file = tmp_path / f"calls.{name.upper()}"
    answer = export("calls", "-o", file)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == f"13 calls as of 15 Jun 2026 are in {file}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    named = tmp_path / "named"
    assert export("calls", "--format", name, "-o", named).code == 0
    if name not in {"xlsx", "parquet", "csv"}:
        assert export("calls", "--format", name, "-o", "-").out.encode() == named.read_bytes()


def test_a_csv_file_has_a_byte_order_mark_and_a_pipe_none(export, tmp_path):
    export("matches", "--min-fit", "0", "-o", tmp_path / "m.csv")
    piped = export("matches", "--min-fit", "0", "--format", "csv").out
    data = (tmp_path / "m.csv").read_bytes()
    assert data == b"\xef\xbb\xbf" + piped.encode()
    assert {row["institute"] for row in csv.DictReader(piped.splitlines())} == set(INSTITUTES)


def test_filters_are_those_of_rank_and_calls(export):
    def called(*arguments: str) -> set[str]:
        record = json.loads(export(*arguments, "-f", "json").out)
        return {
            c["call"] for part in record.get("institutes", [record]) for c in part.get("matches", part.get("calls"))
        }

    assert called("matches", "-i", "CEA-Leti", "--top", "1") == {PHOTONIC}
    assert called("matches", "-i", "cea-leti", "-i", "mines", "--action", "RIA") == set()
    assert called("calls", "photonics", "sensors") == {PHOTONIC}
    assert called("calls", "--programme", "life") == {"HORIZON-TEST-2027-0000-04"}
    assert called("calls", "--status", "closed") == set()
    assert called("calls", "-i", "cea-leti", "--top", "1") == {PHOTONIC}


def test_changes_since(export):
    record = json.loads(export("changes", "--since", "2026-06-12", "-f", "json").out)
    assert [(c["call"], c["kind"]) for c in record["changes"] if c["kind"] != "new"] == [(PHOTONIC, "moved")]
    assert len(record["changes"]) == 2
    record = json.loads(export("changes", "-i", "cea-leti", "--min-fit", "20", "-f", "json").out)
    assert PHOTONIC in {c["call"] for c in record["changes"]}


def test_a_feed_an_institute(export, tmp_path):
    folder = tmp_path / "feeds" / "today"
    answer = export("matches", "-f", "atom", "-o", folder)
    assert answer.code == 0
    assert answer.err.endswith(f"are in {folder}, a file for each of 3 institutes\n")
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.atom" for name in INSTITUTES)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(not feedparser.parse(path.read_bytes()).bozo for path in folder.iterdir())
    one = export("matches", "-i", "mines", "-f", "atom")
    assert one.out.encode() == (folder / "mines.atom").read_bytes()
    assert "name one with --institute, or --output FOLDER" in complaint(export("matches", "-f", "atom"))
    assert "is a file" in complaint(export("matches", "-f", "atom", "-o", folder / "mines.atom"))


def test_a_folder_gets_a_file_of_a_plain_name(export, tmp_path):
    assert export("matches", "-f", "json", "-o", tmp_path).code == 0
    assert export("matches", "-i", "mines", "-f", "atom", "-o", tmp_path).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["matches.json", "mines.atom"]


def test_nothing_to_export_is_no_failure(export, tmp_path):
    file = tmp_path / "none.xlsx"
    answer = export("calls", "nonsense", "-o", file)
    assert (answer.code, answer.err) == (0, "Nothing to export: there are no calls.\n")
    assert openpyxl.load_workbook(file)["calls"].max_row == 1
    assert export("calls", "nonsense", "-f", "csv").err == "Nothing to export: there are no calls.\n"


def test_what_cannot_be_meant(export, tmp_path):
    assert "Say which format: --format csv|xlsx|json" in complaint(export("matches"))
    assert "calls.txt ends in none of csv, xlsx" in complaint(export("calls", "-o", tmp_path / "calls.txt"))
    assert "export matches or calls as ics" in complaint(export("changes", "-f", "ics"))
    assert "give --institute as well" in complaint(export("calls", "--top", "3", "-f", "csv"))
    assert "give --institute as well" in complaint(export("changes", "--min-fit", "3", "-f", "csv"))
    assert "mine" in complaint(export("matches", "-i", "minse", "-f", "csv"))
    assert not list(tmp_path.iterdir())


def test_nothing_fetched_yet(run, place):
    answer = run(place, "export", "changes", "-f", "csv")
    assert "Nothing was fetched yet" in complaint(answer, 1)


def test_a_file_that_cannot_be_written(export, tmp_path):
    told = complaint(export("calls", "-o", tmp_path / "none" / "calls.csv"), 1)
    assert "calls.csv could not be written (No such file or directory): choose another --output." in told
    (tmp_path / "file").touch()
    told = complaint(export("matches", "-f", "atom", "-o", tmp_path / "file" / "feeds"), 1)
    assert "could not be written (Not a directory)" in told


def test_what_was_there_stays_where_a_format_fails(export, tmp_path):
    file = tmp_path / "changes.ics"
    file.write_text("old")
    assert export("changes", "-o", file).code == 2
    assert file.read_text() == "old"


def test_a_link_and_a_pipe_stay_what_they_are(export, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert export("calls", "-o", tmp_path / "link.json").code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))["calls"]
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        assert export("calls", "-f", "json", "-o", tmp_path / "pipe").code == 0
        assert json.loads(reader.communicate(timeout=60)[0])["calls"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_terminal_gets_no_binary(twice: Place):
    import pty

    ours, theirs = pty.openpty()
    command = [*MATCHER, "export", "calls", "-f", "xlsx", *AS_OF]
    done = subprocess.run(
        command, env=twice.process_environment, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stderr == "matcher: A terminal cannot show xlsx: name a file with --output.\n"
    done = subprocess.run(command, env=twice.process_environment, capture_output=True, timeout=60)
    assert done.stdout.startswith(b"PK")


@pytest.mark.parametrize("name", ["json", "ics", "atom"])
def test_only_tables_load_pandas(twice: Place, name):
    command = [sys.executable, "-c", MODULES, "export", "matches", "-i", "mines", "-f", name, *AS_OF]
    done = subprocess.run(command, env=twice.process_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.split())
    assert not {"pandas", "sklearn", "scipy", "requests", "xlsxwriter", "pyarrow"} & loaded
    assert ("sqlalchemy" in loaded) is FORMATS[name].history


@pytest.mark.parametrize("name", ["matches", "calls", "changes"])
def test_help(run, place, name):
    answer = run(place, "export", name, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: matcher export {name} ")


def test_a_feed_names_its_own_address_where_a_base_is_set(run, twice, tmp_path):
    def own(data: bytes) -> list[str]:
        return [link.href for link in feedparser.parse(data).feed.links if link.rel == "self"]

    def exported(place: Place, *words: str) -> str:
        return run(place, "export", *words, "-f", "atom", *AS_OF).out

    # a home of its own: another folder of institutes is another index, and other processes read that of `twice`
    served = replace(twice, home=tmp_path / "home", config=tmp_path / "config")
    shutil.copytree(twice.home, served.home)
    shutil.copytree(twice.config, served.config)
    with (served.config / "matcher.toml").open("a", encoding="utf-8") as settings:
        settings.write('[export]\nbase_url = "https://example.org/feeds"\n')
    assert own(exported(twice, "matches", "-i", "mines").encode()) == []
    assert own(exported(served, "matches", "-i", "mines").encode()) == ["https://example.org/feeds/mines.atom"]
    exported(served, "matches", "-o", str(tmp_path / "feeds"))
    for path in (tmp_path / "feeds").iterdir():
        assert own(path.read_bytes()) == [f"https://example.org/feeds/{path.name}"]
    exported(served, "calls", "-o", str(tmp_path / "every call.atom"))
    assert own((tmp_path / "every call.atom").read_bytes()) == ["https://example.org/feeds/every%20call.atom"]


def test_an_institute_that_fails_is_told_and_left_out_where_all_are_asked_for(export, monkeypatch):
    spoil_index(monkeypatch, "cea-leti")
    answer = export("matches", "--format", "csv", "--min-fit", 0)
    assert answer.code == 3
    assert "What suits cea-leti could not be worked out" in answer.err
    listed = {row["institute"] for row in csv.DictReader(answer.out.splitlines())}
    assert listed
    assert "cea-leti" not in listed
    assert export("matches", "--format", "csv", "--institute", "cea-leti").code not in {0, 3}
