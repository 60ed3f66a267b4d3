"""Benchmark folders, and the CORDIS dumps that they are built from."""

from __future__ import annotations

import gzip
import json
from datetime import date

from hypothesis import strategies as st

from matcher.errors import BenchmarkError
from matcher.evaluation.benchmark import load_benchmark, load_qrels
from matcher.evaluation.wins import build_benchmark
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, folder_of, short
from tests.helpers.fuzz.mutations import bytes_like, changed, changes, dumped

CALL = {"id": "C-1", "title": "T", "description": "Scope: x", "deadlines": ["2026-01-31"], "opening": "2025-01-31"}
PROFILE = {"id": "p", "name": "P", "country": "FR", "keywords": ["x"], "keywords_fr": ["y"], "documents": ["d"]}
DOCUMENT = {"id": "d", "title": "D", "text": "x", "keywords": "k", "topic": "C-0", "date": "2020-01-31"}
QRELS = b"p 0 C-1 1\n"


def lines(tree):
    text = json.dumps(tree).encode() + b"\n"
    return st.builds(lambda edits: dumped(changed(tree, edits)).encode(), changes) | bytes_like(text, text * 2)


def check_folder(parts):
    calls, profiles, documents, qrels, packed = parts
    files = {"calls.jsonl": calls, "profiles.jsonl": profiles, "qrels.txt": qrels}
    files["documents.jsonl.gz"] = packed if packed is not None else gzip.compress(documents, 1)
    with folder_of(files) as folder:
        for read in (load_benchmark, load_qrels):
            try:
                found = read(folder)
            except BenchmarkError as error:
                short(error, 1000)
            else:
                str(found).encode()  # nothing in it that a file or a terminal would refuse


FOLDERS = Target(
    "benchmark folders",
    st.tuples(
        lines(CALL),
        lines(PROFILE),
        lines(DOCUMENT),
        bytes_like(QRELS, QRELS * 3),
        st.none() | bytes_like(gzip.compress(json.dumps(DOCUMENT).encode())),
    ),
    check_folder,
)


@has_a_long_form
def test_benchmark_folders():
    FOLDERS.run()


PROJECTS = (
    b"id;title;objective;topics;ecSignatureDate;startDate;keywords\r\n"
    b'"1";"Old";"Text; more";"H-1";"2020-01-31";"2020-02-01";"k"\r\n'
    b'"2";"New";"Text";"H-2,H-3";"2024-01-31";"";"k"\r\n'
)
ORGANISATIONS = b'projectID;organisationID;name;country\r\n"1";"9";"Org";"FR"\r\n"2";"9";"Org";"FR"\r\n'
TOPICS = b"topic;title\r\nH-2;A title\r\n"


def check_dumps(parts):
    projects, organisations, topics = parts
    files = {"project.csv": projects, "organization.csv": organisations, "topics.csv": topics}
    with folder_of(files) as folder:
        try:
            built = build_benchmark(folder, folder / "built", date(2023, 7, 1))
        except BenchmarkError as error:
            short(error, 1000)
            return
        if built.wins:
            benchmark, qrels = load_benchmark(folder / "built"), load_qrels(folder / "built")
            assert len(benchmark.profiles) == built.profiles == len(qrels)
            assert {call for won in qrels.values() for call in won} == benchmark.candidates


CORDIS = Target(
    "CORDIS CSV",
    st.tuples(bytes_like(PROJECTS, PROJECTS), bytes_like(ORGANISATIONS, ORGANISATIONS), bytes_like(TOPICS)),
    check_dumps,
)


@has_a_long_form
def test_cordis_dumps():
    CORDIS.run()


def test_names_that_would_break_the_lines_of_qrels_are_set_aside():
    files = {"project.csv": PROJECTS, "organization.csv": ORGANISATIONS.replace(b'"9"', b'"9 9"')}
    with folder_of(files) as folder:
        built = build_benchmark(folder, folder / "built", date(2023, 7, 1))
    assert (built.profiles, built.set_aside) == (0, 2)
