"""Benchmark folders: read as written, wrong lines named, rankers kept away from the answers."""

from __future__ import annotations

import gzip

import pytest

from matcher.errors import BenchmarkError
from matcher.evaluation import benchmark
from matcher.evaluation.benchmark import load_benchmark, load_qrels, split_sections
from tests.helpers.benchmarks import write


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_is_read_as_written(tmp_path, packed):
    benchmark = load_benchmark(write(tmp_path, packed=packed))
    call = benchmark.calls[0]
    assert [s.name for s in call.sections] == ["Expected Outcome", "Scope"]
    assert [d.date.isoformat() for d in call.deadlines] == ["2027-02-01", "2027-09-01"]
    assert [(p.kind, p.language) for p in benchmark.profiles[0].parts] == [
        ("keyword", "en"),
        ("keyword", "fr"),
        ("description", "en"),
    ]
    project = benchmark.profiles[1].parts[0]
    assert project.topic == "T"
    assert project.text.splitlines() == ["Wet soils", "Water.", "soil", " water"]
    assert benchmark.groups["d"] == {
        "size": "3-5 projects",
        "country": "FR",
        "kind": "profile",
        "same_as": "d",
    }
    assert load_qrels(tmp_path) == {"w": {"HORIZON-CL4-2027-01-02": 1}}


def test_the_task_holds_no_answer_and_no_way_to_one(tmp_path):
    benchmark = load_benchmark(write(tmp_path, qrels="w 0 SECRET-ANSWER 1\n"))
    assert "SECRET-ANSWER" not in repr(benchmark)
    assert str(tmp_path) not in repr(benchmark)


def test_calls_and_parts_can_be_chosen(tmp_path):
    benchmark = load_benchmark(write(tmp_path), calls="*CL6*").only(frozenset({"keywords_fr"}))
    assert benchmark.candidates == {"HORIZON-CL6-2027-03"}
    assert len(benchmark.calls) == 2
    assert [p.text for p in benchmark.profiles[0].parts] == ["soudage laser"]
    assert benchmark.profiles[1].parts == ()


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("calls", "{broken", "calls.jsonl:1"),
        ("calls", '["no object"]', "calls.jsonl:1"),
        ("calls", '{"title": "no id"}', "id: found None"),
        ("calls", '{"id": "a", "title": 3}', "title: found 3"),
        ("calls", '{"id": "a", "title": "t", "deadlines": ["soon"]}', "calls.jsonl:1"),
        ("profiles", '{"id": "a", "keywords": "laser"}', "keywords: found 'laser'"),
        ("profiles", '{"id": "a", "documents": ["99"]}', "names '99'"),
        ("documents", '{"id": "1", "date": "05/06/2021"}', "documents.jsonl:1"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, name, line, said):
    write(tmp_path, packed=False)
    (tmp_path / f"{name}.jsonl").write_text(line + "\n")
    with pytest.raises(BenchmarkError, match=said.replace("[", r"\[")):
        load_benchmark(tmp_path)


def test_a_truncated_file_and_a_wrong_folder_are_told(tmp_path):
    with pytest.raises(BenchmarkError, match="is this a benchmark folder"):
        load_benchmark(tmp_path)
    path = write(tmp_path) / "calls.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(BenchmarkError, match="cannot be read"):
        load_benchmark(tmp_path)
    (tmp_path / "qrels.txt").write_text("only two\n")
    with pytest.raises(BenchmarkError, match=r"qrels.txt:1"):
        load_qrels(tmp_path)


def test_sections_of_running_text():
    parts = list(split_sections("Words before. ExpectedOutcome : One.\nTwo. Scope: Three."))
    assert [(s.name, s.text) for s in parts] == [
        ("Description", "Words before."),
        ("Expected Outcome", "One.\nTwo."),
        ("Scope", "Three."),
    ]


def test_a_file_that_inflates_without_end_is_refused(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setattr(benchmark, "MAX_CHARACTERS", 100_000)
    (tmp_path / "calls.jsonl.gz").write_bytes(gzip.compress(b" " * 1_000 + b"\n" * 1_000_000))
    with pytest.raises(BenchmarkError, match="no benchmark is so large"):
        load_benchmark(tmp_path)


@pytest.mark.parametrize("relevance", ["9" * 5_000, "1000", "١", "1.0"])
def test_a_relevance_that_is_none(tmp_path, relevance):
    (tmp_path / "qrels.txt").write_text(f"p 0 c {relevance}\n", encoding="utf-8")
    with pytest.raises(BenchmarkError, match=r"qrels.txt:1"):
        load_qrels(tmp_path)


def test_a_name_that_is_no_text_is_told(tmp_path):
    write(tmp_path)
    (tmp_path / "profiles.jsonl").unlink(missing_ok=True)
    (tmp_path / "profiles.jsonl.gz").write_bytes(gzip.compress(b'{"id": "p", "name": 7, "keywords": ["x"]}'))
    with pytest.raises(BenchmarkError, match="name: found 7"):
        load_benchmark(tmp_path)


def test_half_a_character_is_replaced(tmp_path):
    write(tmp_path)
    (tmp_path / "profiles.jsonl").unlink(missing_ok=True)
    (tmp_path / "profiles.jsonl.gz").write_bytes(gzip.compress(b'{"id": "p", "keywords": ["x\\ud800"]}'))
    assert load_benchmark(tmp_path).profiles[0].parts[0].text == "x\ufffd"
