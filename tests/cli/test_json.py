"""The shapes of `--json` are a contract (DESIGN): exact keys, types, and null for what is unknown."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from matcher.present.call_rows import CALL_COLUMNS, LISTED_COLUMNS, MATCH_COLUMNS
from tests.helpers.home import DAY, ODD, PHOTONIC, Place, Run, some_rows

NOTHING = type(None)
CALL = {
    "call": str,
    "title": str,
    "status": str,
    "opening": str,
    "deadlines": list,
    "next_deadline": str,
    "days_left": int,
    "programme": str,
    "parts": list,
    "actions": list,
    "budget_eur": int,
    "budget_shared_by": NOTHING,  # none of these calls has a pot in common with others
    "contribution_eur": list,
    "grants": int,
    "trl": list,
    "terms": list,
    "closed_to": list,
    "url": str,
}
OWN = {"own_project": NOTHING, "group": str, "decision": NOTHING}
MATCH = {"rank": int, "score": float, "fit": int, **CALL, "evidence": list, **OWN}
FETCH = {
    **dict.fromkeys(
        ("seen", "distinct", "counted", "new", "changed", "closed", "set_aside", "requests", "retries"), int
    ),
    "seconds": float,
    "complete": bool,
    "problems": list,
}
INSTITUTE = {
    **dict.fromkeys(("institute", "acronym", "name_en", "name_fr", "label_note", "location", "website"), str),
    **dict.fromkeys(("label_2015", "label_current"), bool),
    "successor": type(None),
    **dict.fromkeys(("legal_names", "keywords_en", "keywords_fr", "labs"), list),
}


def matches_shape(record: dict[str, Any], shape: dict[str, type]) -> bool:
    assert set(record) == set(shape)
    wrong = {
        k: v for k, v in record.items() if not isinstance(v, shape[k]) or (shape[k] is int and isinstance(v, bool))
    }
    assert not wrong
    return True


def asked(run: Run, place: Place, *arguments: str, code: int = 0) -> dict[str, Any]:
    answer = run(place, *arguments, "--json")
    assert answer.code == code
    record = json.loads(answer.out)
    assert record.pop("schema") == 1
    return record


def test_rank(run, fetched):
    record = asked(run, fetched, "rank", "cea-leti", "--as-of", DAY)
    assert set(record) == {"institute", "as_of", "matches"}
    assert (record["institute"], record["as_of"]) == ("cea-leti", DAY)
    first = record["matches"][0]
    assert matches_shape(first, MATCH)
    assert first["call"] == PHOTONIC
    assert first["rank"] == 1
    assert [set(e) for e in first["evidence"]] == [{"term", "weight"}] * len(first["evidence"])
    assert 0 < first["fit"] < 100
    assert first["group"] in {"main", "look", "broad"}
    assert first["deadlines"] == [{"date": "2026-12-31", "stage": 1, "model": "single-stage"}]
    assert (first["next_deadline"], first["days_left"]) == ("2026-12-31", 199)
    assert (first["contribution_eur"], first["trl"], first["actions"]) == ([3000000, 5000000], [4, 7], ["HORIZON-IA"])


def test_rank_of_a_text_is_of_no_institute(run, fetched):
    record = asked(run, fetched, "rank", "--text", "photonique, capteurs", "--as-of", DAY, "--status", "all")
    assert record["institute"] is None
    assert record["unknown"] == {}


def test_the_words_of_a_text_that_nothing_has_are_told(run, fetched):
    record = asked(run, fetched, "rank", "--text", "photonicks zyxomatic", "--as-of", DAY)
    assert (set(record["unknown"]), record["matches"]) == ({"photonicks", "zyxomatic"}, [])
    assert "photonics" in record["unknown"]["photonicks"]
    tried = asked(run, fetched, "profile", "cea-leti", "--try", "zyxomatic", "--as-of", DAY)
    assert tried["unknown"] == {"zyxomatic": []}


def test_rank_explained_says_where_each_term_comes_from(run, fetched):
    record = asked(run, fetched, "rank", "cea-leti", "--as-of", DAY, "--explain")
    first = record["matches"][0]
    assert set(first) == {*MATCH, "base", "sentence"}
    weights = sum(e["weight"] for e in first["evidence"])
    assert first["base"] + weights == pytest.approx(first["score"], rel=1e-4)
    assert set(first["evidence"][0]) == {"term", "weight", "profile_term", "source", "kind", "words", "sentence"}
    assert "photonics" in first["sentence"]


def test_calls_and_what_is_unknown(run, fetched):
    record = asked(run, fetched, "calls", "--as-of", DAY)
    assert set(record) == {"as_of", "calls"}
    assert len(record["calls"]) == len(some_rows())
    known, bare = record["calls"][0], record["calls"][-1]  # without a deadline: last
    assert matches_shape(known, {**CALL, "decisions": list})
    assert {k for k, v in bare.items() if v is None} == {
        "opening", "next_deadline", "days_left", "budget_eur", "budget_shared_by",
        "contribution_eur", "grants", "trl",
    }  # fmt: skip
    assert (bare["deadlines"], bare["status"]) == ([], "forthcoming")


def test_fetch(run, place, serve):
    place.portal = serve(some_rows()).url
    record = asked(run, place, "fetch", "--as-of", DAY)
    assert matches_shape(record, FETCH)
    assert [record[k] for k in ("seen", "distinct", "counted", "new", "changed", "complete")] == [
        12,
        12,
        12,
        12,
        0,
        True,
    ]
    assert record["problems"] == []


def test_why(run, fetched):
    record = asked(run, fetched, "why", "cea-leti", PHOTONIC, "--as-of", DAY)
    extra = {
        "institute",
        "as_of",
        "base",
        "sentence",
        "recommended",
        "stopped_by",
        "candidates",
        "top",
        "score_needed",
        "min_fit",
    }
    assert set(record) == {*MATCH, *extra}
    assert (record["rank"], record["recommended"], record["stopped_by"]) == (1, True, None)
    assert (record["top"], record["min_fit"]) == (10, 0)


def test_why_not(run, fetched):
    stopped = asked(run, fetched, "why", "cea-leti", PHOTONIC, "--as-of", "2030-01-01")
    assert (stopped["recommended"], stopped["stopped_by"], stopped["rank"]) == (False, "status", 0)
    low = asked(run, fetched, "why", "cea-leti", PHOTONIC.lower(), "--as-of", DAY, "--min-fit", "100")
    assert low["recommended"] is (low["fit"] >= 100)
    first = asked(run, fetched, "why", "cea-leti", ODD, "--as-of", DAY, "--top", "1")
    assert (first["recommended"], first["top"]) == (False, 1)
    assert first["score_needed"] > first["score"]


def test_show(run, fetched):
    record = asked(run, fetched, "show", PHOTONIC.lower(), "--for", "CEA-Leti", "--as-of", DAY)
    extra = {"as_of", "call_id", "call_title", "destination", "keywords", "sections", "links", "changes", "match"}
    extra |= {"terms_of_entry", "unconfirmed", "decisions", "deadlines_from", "deadlines_unread"}
    assert set(record) == {*CALL, *extra}
    assert set(record["match"]) == {*MATCH, "base", "sentence"}
    assert [s["name"] for s in record["sections"]] == ["Description"]
    assert [set(c) for c in record["changes"]] == [{"call", "field", "kind", "old", "new", "seen_at", "ratio"}]
    assert record["terms_of_entry"]["who"]["value"] == "consortium"
    assert set(record["terms_of_entry"]["who"]) == {"value", "source", "words"}
    assert record["terms_of_entry"]["blind"] is None
    assert asked(run, fetched, "show", PHOTONIC, "--as-of", DAY)["match"] is None
    assert asked(run, fetched, "show", PHOTONIC, "--as-of", "2026-06-14")["changes"] == []  # a day before it was seen


def test_status(run, fetched, place):
    record = asked(run, fetched, "status", "--as-of", DAY)
    assert set(record) == {
        "calls",
        "live",
        "last_good_fetch",
        "indexed",
        "index_current",
        "sample",
        "projects",
        "texts",
        "unconfirmed",
        "runs",
    }
    assert (record["calls"], record["live"], record["index_current"], record["sample"]) == (12, 12, True, None)
    assert [set(r) for r in record["runs"]] == [{"run", "kind", "started", "finished", "outcome", "detail"}]
    assert asked(run, fetched, "status", "--as-of", "2030-01-01")["live"] == 1  # the one without a deadline


def test_status_before_anything_was_fetched(run, tmp_path, place):
    record = asked(run, place, "status")
    assert (record["calls"], record["last_good_fetch"], record["indexed"], record["runs"]) == (0, None, None, [])
    assert run(place, "status").out == "Nothing was ever fetched: start with `matcher run`.\n"
    assert not place.home.exists()


def test_doctor(run, fetched, serve):
    fetched.portal = serve(some_rows()).url
    checks = asked(run, fetched, "doctor")["checks"]
    assert [set(c) for c in checks] == [{"check", "ok", "detail"}] * 15
    assert all(c["ok"] for c in checks)
    fetched.portal = "http://127.0.0.1:9/rest"
    late = asked(run, fetched, "doctor", "--as-of", "2040-01-01", code=1)["checks"]
    assert [c["check"] for c in late if not c["ok"]] == ["last fetch", "portal"]


def test_doctor_before_anything_was_fetched(run, place):
    checks = {c["check"]: c for c in asked(run, place, "doctor", code=1)["checks"]}
    assert [name for name, c in checks.items() if not c["ok"]] == ["last fetch", "portal"]
    assert "matcher run" in checks["last fetch"]["detail"]


def test_config_show_masks_secrets(run, place):
    url = "postgresql+psycopg://me:hush@db.example.org/calls?password=hush"
    answer = run(place, "config", "show", "--json", MATCHER_DATABASE_URL=url)
    settings = json.loads(answer.out)["settings"]
    assert {frozenset(s) for s in settings} == {frozenset({"setting", "value", "origin"})}
    shown = {s["setting"]: (s["value"], s["origin"]) for s in settings}
    assert shown["database.url"][1] == "MATCHER_DATABASE_URL"
    assert "hush" not in answer.out
    assert "db.example.org" in shown["database.url"][0]


def test_institutes_and_profile(run, fetched):
    institutes = asked(run, fetched, "institutes")["institutes"]
    assert [i["institute"] for i in institutes] == ["calym", "cea-leti", "mines"]
    assert matches_shape(institutes[1], INSTITUTE)
    profile = asked(run, fetched, "profile", "cea-leti")
    assert set(profile) == {*INSTITUTE, "terms", "read_from", "edited", "own_projects"}
    assert (profile["read_from"], profile["edited"]) == ("file", None)
    assert set(profile["terms"][0]) == {"term", "weight", "source", "profile_term"}


def test_run(run, fetched, serve):
    fetched.portal = serve(some_rows()).url
    record = asked(run, fetched, "run", "--as-of", DAY)
    lists = {
        "run",
        "as_of",
        "outcome",
        "sample",
        "fetch",
        "folder",
        "institutes",
        "digests",
        "delivery",
        "projects",
        "problems",
    }
    assert set(record) == lists
    assert (record["digests"], record["delivery"]) == ([], None)
    assert matches_shape(record["fetch"], FETCH)
    assert [set(i) for i in record["institutes"]] == [{"institute", "matches", "best", "fit"}] * 3


@pytest.mark.parametrize(
    "command",
    [("rank", "cea-leti", "--min-fit", "0"), ("calls",), ("show", ODD), ("why", "cea-leti", ODD), ("institutes",)],
)
def test_csv_holds_no_formula(run, fetched, command):
    day = [] if command == ("institutes",) else ["--as-of", DAY]
    answer = run(fetched, *command, *day, "--csv")
    rows = list(csv.reader(io.StringIO(answer.out)))
    assert answer.code == 0
    assert len(rows) > 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    if command != ("institutes",):
        assert "'=HYPERLINK" in answer.out


def test_a_search_says_how_many_there_are_and_the_sentence_of_each(run, fetched):
    record = asked(run, fetched, "calls", "photonics", "--as-of", DAY, "--limit", "1")
    assert set(record) == {"as_of", "calls", "found", "missing", "elsewhere", "guessed", "none_in"}
    assert (record["found"], record["missing"], record["elsewhere"], record["guessed"]) == (3, {}, 0, False)
    assert "sentence" in record["calls"][0]
    none = asked(run, fetched, "calls", "photonnics", "--as-of", DAY)
    assert (none["found"], none["missing"], none["guessed"]) == (3, {"photonnics": ["photonics"]}, True)


def test_an_empty_listing_still_has_a_header(run, fetched):
    answer = run(fetched, "calls", "nosuchword", "--as-of", DAY, "--csv")
    assert answer.out.strip().split(",") == list(LISTED_COLUMNS)
    ranked = run(fetched, "rank", "--text", "zzzz", "--as-of", DAY, "--csv")
    assert ranked.out.strip().split(",") == list(MATCH_COLUMNS)


def test_a_list_has_one_shape_of_csv_whichever_command_writes_it(run, fetched):
    def listed(*words: str) -> str:
        answer = run(fetched, *words, "--as-of", DAY)
        assert answer.code == 0, answer.err
        assert len(answer.out.splitlines()) > 2
        return answer.out

    matches = listed("export", "matches", "-i", "cea-leti", "--min-fit", "0", "--format", "csv")
    assert listed("rank", "cea-leti", "--min-fit", "0", "--csv") == matches
    assert listed("calls", "--csv") == listed("export", "calls", "--format", "csv")
    semicolons = listed("rank", "cea-leti", "--min-fit", "0", "--csv", "--delimiter", ";")
    assert semicolons == listed(
        "export", "matches", "-i", "cea-leti", "--min-fit", "0", "--format", "csv", "--delimiter", ";"
    )
    for words, columns in (
        (("show", PHOTONIC), CALL_COLUMNS),
        (("why", "cea-leti", PHOTONIC), MATCH_COLUMNS),
        (("digest", "preview", "--institute", "cea-leti"), ("part", *CALL_COLUMNS)),
    ):
        head = run(fetched, *words, "--as-of", DAY, "--csv").out.splitlines()[0].split(",")
        assert head[: len(columns)] == list(columns)


def test_a_french_spreadsheet_reads_semicolons_and_decimal_commas(run, fetched):
    out = run(fetched, "rank", "cea-leti", "--as-of", DAY, "--csv", "--delimiter", ";").out
    with_commas = list(csv.DictReader(io.StringIO(run(fetched, "rank", "cea-leti", "--as-of", DAY, "--csv").out)))
    rows = list(csv.DictReader(io.StringIO(out), delimiter=";"))
    assert [row["call"] for row in rows] == [row["call"] for row in with_commas]
    assert all("," in row["score"] for row in rows)
    assert [float(row["score"].replace(",", ".")) for row in rows] == [float(row["score"]) for row in with_commas]
    tabbed = run(fetched, "institutes", "--csv", "--delimiter", "tab").out
    assert tabbed.splitlines()[0].startswith("institute\t")


@pytest.mark.parametrize(
    "words", [("rank", "cea-leti"), ("rank", "cea-leti", "--json"), ("export", "calls", "--format", "json")]
)
def test_a_delimiter_is_of_csv_alone(run, fetched, words):
    answer = run(fetched, *words, "--delimiter", ";")
    assert answer.code == 2
    assert "--delimiter says what stands between the values of" in answer.err
