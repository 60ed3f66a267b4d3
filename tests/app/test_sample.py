"""The packaged sample: complete enough for a first look, labelled as a sample, and free of copied call text."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from html import unescape
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from matcher.app.sample import Sample, load_sample
from matcher.model.call import Status
from matcher.portal.parsing import parse_rows
from tests.helpers.forms import only_long
from tests.helpers.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

HORIZON_EUROPE, HORIZON_2020 = "43108390", "31045243"
RUN = 14  # this many consecutive words in common would be copied text
NAMES = {"title", "callTitle", "destinationDescription", "tags", "keywords"}  # names are facts, wherever they stand


@pytest.fixture(scope="module")
def loaded() -> Sample:
    return load_sample()


def first(row: dict[str, Any], field: str) -> str:
    return (row["metadata"].get(field) or [""])[0]


def words(markup: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", unescape(re.sub(r"<[^>]+>", " ", markup)).lower())


def runs(markup: str) -> Iterator[str]:
    found = words(markup)
    return (" ".join(found[i : i + RUN]) for i in range(len(found) - RUN + 1))


def shared_texts() -> Iterator[tuple[str, str]]:
    for name in ("horizon-europe/calls", "horizon-europe/documents", "h2020/calls"):
        with gzip.open(SHARED / "benchmark" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                yield item["id"], item.get("description") or item.get("text") or ""
    for page in sorted((SHARED / "portal" / "recorded").glob("*/page-*.json.gz")):
        for row in json.loads(gzip.decompress(page.read_bytes()))["results"]:
            for field, values in row["metadata"].items():
                if field not in NAMES:
                    yield from ((row["reference"], value) for value in values or ())


def test_the_file_says_that_it_is_a_sample_and_of_which_day(loaded: Sample) -> None:
    assert loaded.as_of == date(2026, 5, 7)
    assert "sample" in loaded.note
    assert loaded.note.count(".") == 1


def test_the_envelope_is_the_one_of_the_search_api(loaded: Sample) -> None:
    text = resources.files("matcher.app").joinpath("sample.json").read_text(encoding="utf-8")
    envelope = json.loads(text)
    assert envelope["totalResults"] == envelope["pageSize"] == len(loaded.rows)
    assert envelope["pageNumber"] == 1
    assert len(text.encode()) < 900_000


def test_there_are_enough_rows_each_with_identifier_title_and_description(loaded: Sample) -> None:
    assert len(loaded.rows) >= 150
    for row in loaded.rows:
        assert first(row, "identifier")
        assert first(row, "title")
        assert len(words(first(row, "descriptionByte"))) >= 15, first(row, "identifier")


def test_every_value_is_a_list_of_strings_as_on_the_portal(loaded: Sample) -> None:
    for row in loaded.rows:
        for values in row["metadata"].values():
            assert values
            assert all(isinstance(value, str) for value in values)


def test_identifiers_and_keys_are_unique(loaded: Sample) -> None:
    identifiers = [first(row, "identifier").casefold() for row in loaded.rows]
    keys = [(first(row, "DATASOURCE"), row["reference"], row["url"]) for row in loaded.rows]
    assert len(set(identifiers)) == len(identifiers)
    assert len(set(keys)) == len(keys)


def test_both_framework_programmes_and_every_cluster_are_there(loaded: Sample) -> None:
    assert {HORIZON_EUROPE, HORIZON_2020} <= {first(row, "frameworkProgramme") for row in loaded.rows}
    parts = {"-".join(first(row, "identifier").split("-")[:2]) for row in loaded.rows}
    clusters = {"HORIZON-HLTH", *(f"HORIZON-CL{number}" for number in range(2, 7))}
    assert clusters <= parts
    assert {"HORIZON-MISS", "HORIZON-EIC", "HORIZON-MSCA", "HORIZON-INFRA", "HORIZON-JU", "HORIZON-WIDERA"} <= parts


def test_single_stage_two_stage_and_several_cut_offs_are_there(loaded: Sample) -> None:
    models = {first(row, "deadlineModel"): len(row["metadata"].get("deadlineDate", ())) for row in loaded.rows}
    assert {"single-stage", "two-stage", "multiple cut-off"} <= set(models)
    assert models["two-stage"] == 2
    assert any("deadlineDate" not in row["metadata"] for row in loaded.rows)


def test_budget_lines_are_those_of_the_topic_itself(loaded: Sample) -> None:
    budgets = [(first(row, "identifier"), first(row, "budgetOverview")) for row in loaded.rows]
    lines = [
        (identifier, line["action"])
        for identifier, budget in budgets
        if budget
        for group in json.loads(budget)["budgetTopicActionMap"].values()
        for line in group
    ]
    assert len({identifier for identifier, _ in lines}) > 100
    assert all(action.startswith(f"{identifier} ") for identifier, action in lines)


def test_every_row_is_read_like_a_live_one(loaded: Sample) -> None:
    parsed, set_aside = parse_rows(loaded.rows)
    assert set_aside == []
    calls = [row.call for row in parsed]
    assert [call.identifier for call in calls] == [first(row, "identifier") for row in loaded.rows]
    assert all(call.sections for call in calls)
    assert {call.programme for call in calls} >= {"HORIZON", "H2020", "DIGITAL", "EDF", "LIFE", "CEF", "EURATOM"}
    assert sum(call.is_live(loaded.as_of) for call in calls) >= 150
    assert all(call.status is Status.CLOSED for call in calls if call.programme == "H2020")
    assert sum(call.budget_eur is not None for call in calls) > 100
    assert sum(call.trl is not None for call in calls) > 50


@only_long
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared call texts are not beside the project")
def test_no_sentence_of_a_call_text_stands_in_a_description(loaded: Sample) -> None:
    ours = {run: first(row, "identifier") for row in loaded.rows for run in runs(first(row, "descriptionByte"))}
    assert len(ours) > 5_000
    copied = {(ours[run], origin) for origin, text in shared_texts() for run in runs(text) if run in ours}
    assert copied == set()
