"""Keeping, dismissing, giving away, noting: what a person types, and what it leaves."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from matcher.app.decision_copy import decided
from matcher.app.decisions.deciding import decide
from matcher.app.decisions.decision_file import MAX_UNPACKED
from matcher.app.home import Home
from matcher.app.kept_index import index_out_of_date
from matcher.config.settings import load_settings
from matcher.model.day import BRUSSELS
from matcher.model.decision import Act, Order
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.home import BARE, DAY, DIGITAL_CALL, LIFE_CALL, PHOTONIC, Answer, Place, Run
from tests.helpers.postgres import new_database

if TYPE_CHECKING:
    from pathlib import Path

ANA = """
subscribers:
  - {address: ana@example.org, id: ana, name: Ana Petit, institutes: [cea-leti], language: en}
  - {address: off@example.org, id: away, institutes: [cea-leti], frequency: off}
"""


@pytest.fixture
def place(fetched: Place, tmp_path: Path) -> Place:
    """The twelve topics, with a configuration of its own and two subscribers."""
    config = tmp_path / "own"
    shutil.copytree(fetched.config, config)
    (config / "subscribers.yaml").write_text(ANA, encoding="utf-8")
    return Place(fetched.home, config)


def done(run: Run, place: Place, *words: str, code: int = 0, **environment: str) -> Answer:
    answer = run(place, *words, **environment)
    assert answer.code == code, answer.err
    return answer


def listed(run: Run, place: Place, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done(run, place, "decisions", *words, "--json").out)["decisions"]
    return found


def test_what_is_decided_is_listed(run: Run, place: Place) -> None:
    said = done(run, place, "keep", "CEA-LETI", PHOTONIC.lower(), BARE, "--as", "ana").out
    assert said == f"{PHOTONIC}  kept\n{BARE}  kept\n"
    done(run, place, "dismiss", "cea-leti", BARE, "--reason", "no-capacity", "--as", "ANA@example.org")
    done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "Ana Petit", "--as", "bea")
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "won", "--project", "101000001", "--as", "ana")
    done(run, place, "note", "cea-leti", PHOTONIC, "--text", "=ask Paul", "--as", "ana")
    one, note, other = listed(run, place, "cea-leti")
    assert one | {"at": None} == {
        "institute": "cea-leti",
        "call": PHOTONIC,
        "decision": "keep",
        "reason": None,
        "assigned": "ana",
        "note": None,
        "state": "won",
        "by": "ana",
        "at": None,
        "duplicate_of": None,
        "project": "101000001",
    }
    assert (note["decision"], note["note"], note["by"]) == (None, "=ask Paul", "ana")
    assert (other["decision"], other["reason"]) == ("dismiss", "no capacity")
    assert "'=ask Paul" in done(run, place, "decisions", "cea-leti", "--csv").out
    assert [one["call"] for one in listed(run, place, "--state", "dismiss")] == [BARE]
    assert [one["call"] for one in listed(run, place, "cea-leti", "--state", "won")] == [PHOTONIC, PHOTONIC]
    assert [one["call"] for one in listed(run, place, "--state", "won")] == [PHOTONIC]  # notes stay at home
    assert listed(run, place, "mines") == []
    assert listed(run, place, "--since", "2999-01-01") == []


def test_the_network_sees_institutes_and_the_institute_sees_persons(run: Run, place: Place) -> None:
    done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "Bea Martin", "--as", "ana")
    done(run, place, "note", "cea-leti", PHOTONIC, "--text", "x", "--as", "ana")
    assert [(one["by"], one["assigned"]) for one in listed(run, place)] == [("cea-leti", "cea-leti")]
    whole = done(run, place, "decisions", "--history", "--json").out
    assert [(one["act"], one["value"], one["by"]) for one in json.loads(whole)["history"]] == [
        ("assign", "cea-leti", "cea-leti")
    ]
    assert "Bea" not in done(run, place, "decisions").out
    assert "assigned to Bea Martin" in " ".join(done(run, place, "decisions", "cea-leti").out.split())
    assert [(one["by"], one["assigned"]) for one in listed(run, place, "cea-leti")] == [
        ("ana", "Bea Martin"),
        ("ana", None),
    ]


def test_who_decides_is_named_set_or_logged_in(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC, LOGNAME="login")
    assert listed(run, place, "cea-leti")[0]["by"] == "login"
    done(run, place, "keep", "cea-leti", PHOTONIC, MATCHER_USER="Ana@Example.org")
    assert listed(run, place, "cea-leti")[0]["by"] == "ana"
    done(run, place, "keep", "cea-leti", PHOTONIC, "--as", "Bea", MATCHER_USER="ana")
    assert listed(run, place, "cea-leti")[0]["by"] == "Bea"


def test_undo_takes_back_and_says_what_stands(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC)
    done(run, place, "dismiss", "cea-leti", PHOTONIC)
    assert done(run, place, "dismiss", "cea-leti", PHOTONIC, "--undo").out == f"{PHOTONIC}  kept\n"
    assert done(run, place, "keep", "cea-leti", PHOTONIC, "--undo").out == f"{PHOTONIC}  nothing is decided\n"
    assert "cea-leti has no decision to keep on" in done(run, place, "keep", "cea-leti", PHOTONIC, "--undo", code=2).err
    acts = json.loads(done(run, place, "decisions", "cea-leti", "--history", "--json").out)["history"]
    assert [(one["act"], one["undone"]) for one in acts] == [
        ("keep", True),
        ("dismiss", True),
        ("dismiss", False),
        ("keep", False),
    ]


def test_a_state_is_taken_back_step_by_step(run: Run, place: Place) -> None:
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "preparing")
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "applied", "--project", "101000001")
    assert done(run, place, "state", "cea-leti", PHOTONIC, "--undo").out == f"{PHOTONIC}  preparing\n"
    assert done(run, place, "state", "cea-leti", PHOTONIC, "--undo").out == f"{PHOTONIC}  nothing is decided\n"
    assert "cea-leti has no state on" in done(run, place, "state", "cea-leti", PHOTONIC, "--undo", code=2).err
    acts = json.loads(done(run, place, "decisions", "cea-leti", "--history", "--json").out)["history"]
    assert [one["undone"] for one in acts] == [True, True, False, False]
    assert "cannot be read" not in run(place, "doctor").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("keep", "cea-lety", PHOTONIC), "did you mean cea-leti"),
        (("keep", "cea-leti", PHOTONIC.replace("TEST", "TSET")), f"did you mean {PHOTONIC}"),
        (("dismiss", "cea-leti", PHOTONIC, "--reason", "no capcity"), "did you mean no capacity"),
        (("dismiss", "cea-leti", PHOTONIC, "--reason", "duplicate"), "names the call that it repeats"),
        (("dismiss", "cea-leti", PHOTONIC, "--reason", "duplicate", "--of", PHOTONIC), "cannot repeat itself"),
        (("state", "cea-leti", PHOTONIC, "--is", "wun"), "did you mean won"),
        (("state", "cea-leti", PHOTONIC, "--is", "won", "--project", "x"), "a project has a number"),
        (("assign", "cea-leti", PHOTONIC), "Say the name of whom"),
        (("assign", "cea-leti", PHOTONIC, "--to", "x", "--undo"), "leave out the undo"),
        (("dismiss", "cea-leti", PHOTONIC, "--of", BARE), "names the call that it repeats"),
        (("note", "cea-leti", PHOTONIC, "--text", "a\x07"), "control character U+0007"),
        (("note", "cea-leti", PHOTONIC, "--text", "x" * 2001), "shorten it"),
        (("assign", "cea-leti", PHOTONIC, "--to", "x\x1b[0m"), "control character"),
    ],
)
def test_a_mistake_decides_nothing(run: Run, place: Place, words: tuple[str, ...], told: str) -> None:
    assert told in done(run, place, *words, code=2).err
    assert listed(run, place) == []


def test_one_unknown_call_among_several_decides_nothing(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC, "HORIZON-NONE-1", code=2)
    assert listed(run, place) == []


def test_what_there_is_to_know_is_remarked(run: Run, place: Place) -> None:
    closed = done(run, place, "keep", "cea-leti", LIFE_CALL, "--as-of", "2035-01-01", "--json")
    assert "is closed: the decision is kept all the same" in json.loads(closed.out)["remarks"][0]
    answer = done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "Bea Martin")
    assert "Bea Martin is not in subscribers.yaml: no mail goes there." in answer.err
    assert "frequency: off" in done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "away").err
    assert done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "ana").err == ""


def test_a_list_reads_decisions_without_the_database(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC, "--as-of", DAY)
    home = Home(load_settings(environ=place.environment))
    day = home.day().date
    monkeypatch.setattr(Home, "open_store", lambda *_args, **_options: pytest.fail("the database was opened"))
    assert decided(home, day).calls("cea-leti") == {PHOTONIC}


def test_a_file_that_may_be_behind_is_not_believed(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC)
    home = Home(load_settings(environ=place.environment))
    day = home.day().date
    file, mark = place.home / "decisions.json", place.home / "decisions.stale"
    assert not mark.exists()
    file.write_text("[]", encoding="utf-8")
    assert decided(home, day).calls() == set()
    mark.touch()  # of a writer that was killed before it wrote the file
    assert decided(home, day).calls() == {PHOTONIC}
    file.write_text("{", encoding="utf-8")
    mark.unlink()
    assert decided(home, day).calls() == {PHOTONIC}
    done(run, place, "keep", "cea-leti", BARE)
    assert decided(home, day).calls() == {PHOTONIC, BARE}
    file.write_text("[]", encoding="utf-8")  # as if another database was put back
    with home.open_store() as store, index_out_of_date(home, store):
        pass
    assert decided(home, day).calls() == {PHOTONIC, BARE}
    assert json.loads(file.read_text(encoding="utf-8"))


def test_a_lab_reads_its_institutes_decisions_as_its_own(run: Run, place: Place) -> None:
    done(run, place, "keep", "calym", PHOTONIC, "--as", "ana", "--as-of", DAY)
    done(run, place, "note", "calym", PHOTONIC, "--text", "x", "--as", "ana", "--as-of", DAY)
    lab = "calym/LYSARC (The Lymphoma Academic Research Organisation)"
    shown = json.loads(done(run, place, "show", PHOTONIC, "--for", lab, "--as-of", DAY, "--json").out)
    assert [(one["by"], one["note"]) for one in shown["decisions"]] == [("ana", None), ("ana", "x")]


def test_a_note_makes_no_file_old(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC)
    done(run, place, "note", "cea-leti", PHOTONIC, "--text", "x")
    home, before = Home(load_settings(environ=place.environment)), (place.home / "decisions.json").stat()
    with home.open_store() as store, index_out_of_date(home, store):
        pass
    after = (place.home / "decisions.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_every_list_shows_what_was_decided_and_narrows_by_it(run: Run, place: Place) -> None:
    done(run, place, "dismiss", "cea-leti", PHOTONIC, "--reason", "too late", "--as", "ana", "--as-of", DAY)
    done(run, place, "note", "cea-leti", PHOTONIC, "--text", "Next year.", "--as", "ana", "--as-of", DAY)
    done(run, place, "keep", "mines", LIFE_CALL, "--as", "bea", "--as-of", DAY)
    on = ("--as-of", DAY)

    def ranked(*words: str) -> dict[str, Any]:
        every = ("--top", "50", "--min-fit", "0", *on)
        found = json.loads(done(run, place, "rank", "cea-leti", *every, *words, "--json").out)["matches"]
        return {one["call"]: one["decision"] for one in found}

    everything = ranked()
    assert everything[PHOTONIC]["reason"] == "too late"
    assert everything[PHOTONIC]["by"] == "ana"
    assert everything[LIFE_CALL] is None
    assert set(ranked("--decided")) == {PHOTONIC}
    assert set(ranked("--undecided")) == set(everything) - {PHOTONIC}
    assert "decided: dismissed: too late" in done(run, place, "rank", "cea-leti", *on).out
    assert "dismissed: too late" in done(run, place, "rank", "cea-leti", *on, "--csv").out
    assert (
        done(run, place, "rank", "cea-leti", "--decided", "--undecided", code=2).err.count("Ask for one at a time") == 1
    )
    assert (
        json.loads(done(run, place, "why", "cea-leti", PHOTONIC, *on, "--json").out)["decision"]["decision"]
        == "dismiss"
    )
    assert "stopped by the filter: undecided" in done(run, place, "why", "cea-leti", PHOTONIC, *on, "--undecided").out

    shown = json.loads(done(run, place, "show", PHOTONIC, *on, "--json").out)["decisions"]
    assert [(one["institute"], one["reason"], one["by"], one["note"]) for one in shown] == [
        ("cea-leti", "too late", "cea-leti", None)
    ]
    own = json.loads(done(run, place, "show", PHOTONIC, "--for", "cea-leti", *on, "--json").out)["decisions"]
    assert [(one["by"], one["note"]) for one in own] == [("ana", None), ("ana", "Next year.")]
    text = done(run, place, "show", PHOTONIC, "--for", "cea-leti", *on).out
    assert f"cea-leti: dismissed: too late, 1 note (ana, {DAY})" in text
    assert "Next year." not in done(run, place, "show", PHOTONIC, "--for", "mines", *on).out

    calls = json.loads(done(run, place, "calls", "--decided", *on, "--json").out)["calls"]
    assert {one["call"]: [d["institute"] for d in one["decisions"]] for one in calls} == {
        PHOTONIC: ["cea-leti"],
        LIFE_CALL: ["mines"],
    }
    assert "mines: kept" in done(run, place, "calls", "--decided", *on).out
    exported = done(run, place, "export", "matches", "-i", "cea-leti", "--format", "csv", "--decided", *on).out
    assert exported.count("\n") == 2
    assert "dismissed: too late" in exported
    calendar = done(run, place, "digest", "calendar", "cea-leti", *on).out
    assert PHOTONIC not in calendar


def test_a_day_before_a_decision_does_not_know_it(run: Run, place: Place) -> None:
    done(run, place, "keep", "cea-leti", PHOTONIC, "--as-of", "2026-06-16")
    assert json.loads(done(run, place, "rank", "cea-leti", "--decided", "--as-of", DAY, "--json").out)["matches"] == []


FILE = """Appel;Institut;Décision;Motif;Qui;Confié à;Note
{photonic};CEA-Leti;gardé;;ana;Bea Martin;=ask Paul
{life};cea-leti;écarter;pas de capacité;;;
{bare};mines;déposé;;;;
{bare};nobody;garder;;;;
HORIZON-NONE-2027-01;mines;garder;;;;
{life};mines;peut-être;;;;
{life};mines;;;;;
;;;;;;
"""


def test_a_file_is_taken_row_by_row_and_each_bad_one_told(run: Run, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(FILE.format(photonic=PHOTONIC, life=LIFE_CALL, bare=BARE), encoding="cp1252")
    tried = done(run, place, "decisions", "--import", str(file), "--dry-run", "--as", "ana", code=3)
    assert "5 acts would be taken; 0 stood already; 4 bad rows" in tried.err
    assert listed(run, place) == []
    answer = done(run, place, "decisions", "--import", str(file), "--as", "ana", code=3)
    for number, told in (
        (5, "No institute is called 'nobody'"),
        (6, "No call is known"),
        (7, "'peut-être'"),
        (8, "nothing"),
    ):
        assert f"decisions.csv, row {number}: " in answer.err
        assert told in answer.err
    assert "Bea Martin is not in subscribers.yaml" in answer.err
    rows = {(one["institute"], one["call"], one["note"]): one for one in listed(run, place, "cea-leti")}
    kept = rows["cea-leti", PHOTONIC, None]
    assert (kept["decision"], kept["assigned"], kept["by"]) == ("keep", "Bea Martin", "ana")
    assert ("cea-leti", PHOTONIC, "=ask Paul") in rows
    assert rows["cea-leti", LIFE_CALL, None]["reason"] == "no capacity"
    assert listed(run, place, "mines")[0]["state"] == "applied"
    again = json.loads(done(run, place, "decisions", "--import", str(file), "--as", "ana", "--json", code=3).out)
    assert (again["acts"], again["unchanged"], len(again["problems"])) == ([], 5, 4)


def test_decisions_are_listed_counted_and_read_in_french(run: Run, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(FILE.format(photonic=PHOTONIC, life=LIFE_CALL, bare=BARE), encoding="cp1252")
    brought = done(run, place, "--lang", "fr", "decisions", "--import", str(file), code=3)
    assert f"cea-leti  {PHOTONIC}  retenu\n" in brought.out
    assert "5 actes pris" in brought.err
    assert "decisions.csv, ligne 6\u202f: Aucun appel" in brought.err
    spoken = "\n".join(
        done(run, place, "--lang", "fr", "decisions", *words).out for words in ((), ("--history",), ("--summary",))
    )
    assert "écarté\u202f: pas de ressources" in spoken
    assert {"kept", "dismissed", "applied", "assigned to", "institute"}.isdisjoint(spoken.replace(",", "").split())


def test_what_is_exported_can_be_imported_and_a_workbook_too(run: Run, place: Place, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (("call", "institute", "decision", "reason"), (PHOTONIC, "mines", "dismiss", "too late"), (None, None)):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    done(run, place, "decisions", "--import", str(tmp_path / "book.xlsx"))
    assert listed(run, place, "mines")[0]["reason"] == "too late"
    done(run, place, "note", "mines", PHOTONIC, "--text", "=1+1")
    (tmp_path / "own.csv").write_text(done(run, place, "decisions", "mines", "--csv").out, encoding="utf-8")
    done(run, place, "dismiss", "mines", PHOTONIC, "--undo")
    done(run, place, "note", "mines", PHOTONIC, "--undo")
    done(run, place, "decisions", "--import", str(tmp_path / "own.csv"))
    assert [(one["reason"], one["note"]) for one in listed(run, place, "mines")] == [("too late", None), (None, "=1+1")]


def test_a_row_of_a_file_is_held_to_what_a_command_is(run: Run, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    rows = f"{PHOTONIC},mines,dismiss,duplicate,{PHOTONIC}\n{LIFE_CALL},mines,keep,,\n"
    file.write_text(f"call,institute,decision,reason,duplicate_of\n{rows}", encoding="utf-8")
    words = ("decisions", "--import", str(file), "--as-of", "2036-01-01", "--json")
    told = json.loads(done(run, place, *words, code=3).out)
    assert "row 2: " in told["problems"][0]
    assert "cannot repeat itself" in told["problems"][0]
    assert told["remarks"] == [f"{LIFE_CALL} is closed: the decision is kept all the same."]


def test_a_file_that_a_spreadsheet_calls_unicode_text_is_imported(run: Run, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "unicode.txt"
    file.write_text(f"Appel\tInstitut\tDécision\n{PHOTONIC}\tmines\tretenu\n", encoding="utf-16")
    done(run, place, "decisions", "--import", str(file))
    assert listed(run, place, "mines")[0]["decision"] == "keep"


@pytest.mark.parametrize("data", [b"a;b\n1;2\n", b"", b"PK\x03\x04broken", b"\x00\xff"])
def test_a_file_that_is_none_is_told(run: Run, place: Place, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd").write_bytes(data)
    assert done(run, place, "decisions", "--import", str(tmp_path / "odd"), code=2).err.count("\n") == 1
    done(run, place, "decisions", "--import", str(tmp_path / "none"), code=2)


def test_a_workbook_that_unpacks_to_too_much_is_refused(run: Run, place: Place, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "bomb.xlsx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(MAX_UNPACKED + 1))
    told = done(run, place, "decisions", "--import", str(tmp_path / "bomb.xlsx"), code=2).err
    assert "bytes when unpacked" in told


def test_a_person_is_forgotten(run: Run, place: Place) -> None:
    done(run, place, "assign", "cea-leti", PHOTONIC, "--to", "ana", "--as", "Bea")
    done(run, place, "note", "cea-leti", PHOTONIC, "--text", "x", "--as", "Ana Petit")
    assert "in 2 acts" in done(run, place, "decisions", "--forget", "ana").out
    everything = done(run, place, "decisions", "cea-leti", "--json").out
    everything += done(run, place, "decisions", "cea-leti", "--history", "--json").out
    everything += (place.home / "decisions.json").read_text(encoding="utf-8")
    assert '"ana"' not in everything
    assert '"Bea"' in everything
    assert "Nobody called 'ana'" in done(run, place, "decisions", "--forget", "ana", code=2).err


def test_decisions_as_graded_judgements(run: Run, place: Place, tmp_path: Path) -> None:
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "lost")
    done(run, place, "keep", "mines", PHOTONIC)
    done(run, place, "dismiss", "cea-leti", BARE, "--reason", "not our field")
    done(run, place, "dismiss", "cea-leti", LIFE_CALL, "--reason", "too late")
    done(run, place, "decisions", "--qrels", str(tmp_path / "qrels.txt"))
    assert (tmp_path / "qrels.txt").read_text(encoding="utf-8").splitlines() == [
        f"cea-leti 0 {PHOTONIC} 3",
        f"cea-leti 0 {BARE} 0",
        f"mines 0 {PHOTONIC} 2",
    ]


def test_the_list_learns_and_can_forget(run: Run, place: Place) -> None:
    calls = [one["call"] for one in json.loads(done(run, place, "calls", "--as-of", DAY, "--json").out)["calls"]]
    on = ("--as-of", DAY)

    def ranked(**environment: str) -> dict[str, float]:
        found = done(run, place, "rank", "cea-leti", "--top", "50", "--status", "all", *on, "--json", **environment).out
        return {one["call"]: one["score"] for one in json.loads(found)["matches"]}

    before = ranked()
    done(run, place, "keep", "cea-leti", PHOTONIC, *on)
    calls.remove(PHOTONIC)
    done(run, place, "dismiss", "cea-leti", *calls[3:6], "--reason", "too late", *on)
    assert ranked() == before  # reasons that say nothing of the field teach nothing
    others = calls[:3]
    done(run, place, "dismiss", "cea-leti", *others, "--reason", "not our field", *on)
    after = ranked()
    assert after[PHOTONIC] > before[PHOTONIC]
    told = json.loads(done(run, place, "why", "cea-leti", PHOTONIC, *on, "--json").out)
    assert {"more like calls that you kept (1)"} <= {one["term"] for one in told["evidence"]}
    learned = json.loads(done(run, place, "profile", "cea-leti", "--learned", *on, "--json").out)
    assert learned["used"]
    assert {one["call"] for one in learned["decisions"]} == {PHOTONIC, *others}
    assert learned["terms"][0]["weight"] > 0 > learned["terms"][-1]["weight"]
    assert "decisions say what suits cea-leti" in done(run, place, "profile", "cea-leti", "--learned", *on).err
    (place.config / "matcher.toml").write_text(
        (place.config / "matcher.toml").read_text(encoding="utf-8") + "[ranking]\nlearn = false\n", encoding="utf-8"
    )
    assert ranked() == before
    (place.config / "matcher.toml").write_text(
        (place.config / "matcher.toml").read_text(encoding="utf-8").replace("false", "true"), encoding="utf-8"
    )
    assert ranked() == after
    done(run, place, "profile", "cea-leti", "--forget", *on)
    assert ranked() == before
    assert listed(run, place, "cea-leti")


def test_what_is_kept_is_never_hidden_however_small_its_fit(run: Run, place: Place) -> None:
    def listed_for(*words: str) -> dict[str, int]:
        found = json.loads(done(run, place, "rank", "cea-leti", *words, "--as-of", DAY, "--json").out)["matches"]
        return {one["call"]: one["fit"] for one in found}

    assert listed_for("--min-fit", "0")[LIFE_CALL] < 10
    assert LIFE_CALL not in listed_for()
    done(run, place, "keep", "cea-leti", LIFE_CALL, "--as-of", DAY)
    assert LIFE_CALL in listed_for()
    assert set(listed_for("--decided")) == {LIFE_CALL}


def test_a_lab_is_ranked_alike_in_lists_and_mails_whatever_its_institute_decided(run: Run, place: Place) -> None:
    lab = "calym/LYSARC (The Lymphoma Academic Research Organisation)"

    def ranked() -> list[tuple[str, float]]:
        words = ("rank", lab, "--min-fit", "0", "--top", "50", "--as-of", DAY, "--json")
        return [(one["call"], one["score"]) for one in json.loads(done(run, place, *words).out)["matches"]]

    before = ranked()
    assert DIGITAL_CALL in dict(before)
    done(run, place, "keep", "calym", DIGITAL_CALL, LIFE_CALL, BARE, "--as-of", DAY)
    done(run, place, "dismiss", "calym", PHOTONIC, "--reason", "not our field", "--as-of", DAY)
    assert ranked() == before


def test_a_won_project_closes_the_loop(run: Run, place: Place, tmp_path: Path) -> None:
    own, shared, stranger = "900000001", "900000002", "900000003"
    for name, pic, take in (("mines", own, "all"), ("cea-leti", shared, "selected")):
        file = place.config / "institutes" / f"{name}.yaml"
        text = re.sub(r"\nlegal_entities:\n(?:[ -].*\n)*", "\n", file.read_text(encoding="utf-8"))
        entity = f"\nlegal_entities:\n  - {{name: Test, pic: '{pic}', take: {take}}}\n"
        file.write_text(text.rstrip() + entity, encoding="utf-8")
    projects = [project(1, topics=PHOTONIC), project(2, topics=LIFE_CALL), project(3, topics=BARE)]
    parts = [
        participation(1, own),
        participation(1, shared, order="2"),
        participation(2, stranger),
        participation(3, own),
    ]
    done(run, place, "keep", "mines", PHOTONIC, LIFE_CALL, "--as", "bea")
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "applied", "--as", "ana")
    done(run, place, "dismiss", "mines", BARE, "--as", "bea")
    said = done(run, place, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(projects, parts)))).err
    number = listed(run, place, "mines", "--state", "won")[0]["project"]
    assert f"mines won {PHOTONIC} (project {number})." in said
    assert f"perhaps cea-leti's: confirm with `matcher state cea-leti {PHOTONIC} --is won --project {number}`" in said
    assert [(one["call"], one["by"]) for one in listed(run, place, "mines", "--state", "won")] == [(PHOTONIC, "cordis")]
    assert listed(run, place, "cea-leti")[0]["state"] == "applied"


def test_what_an_institute_saw_is_what_its_readers_were_told(run: Run, place: Place) -> None:
    def seen(*words: str) -> int:
        counts = json.loads(done(run, place, "decisions", *words, "--summary", "--json").out)["counts"]
        return sum(one["seen"] for one in counts)

    run(place, "digest", "send", "ana", "--as-of", DAY)
    assert seen() == seen("cea-leti") > 0
    assert seen("mines") == seen("cea-leti", "--as-of", "2026-06-14") == 0


def test_the_time_to_a_decision_is_not_that_to_a_win(run: Run, place: Place) -> None:
    def days(day: str) -> float:
        (one,) = json.loads(done(run, place, "decisions", "mines", "--summary", "--as-of", day, "--json").out)["counts"]
        return float(one["days"])

    done(run, place, "keep", "mines", PHOTONIC, "--as-of", "2026-06-25")
    done(run, place, "state", "mines", PHOTONIC, "--is", "won", "--as-of", "2027-06-25")
    assert days("2026-06-25") == days("2027-06-25")


def test_the_summary_counts_by_part_and_year(run: Run, place: Place) -> None:
    done(run, place, "keep", "mines", PHOTONIC, "--as-of", "2026-06-25")
    done(run, place, "state", "cea-leti", PHOTONIC, "--is", "won", "--as-of", "2026-06-21")
    done(run, place, "dismiss", "mines", LIFE_CALL, "--reason", "too late", "--as-of", "2026-06-25")
    found = json.loads(done(run, place, "decisions", "--summary", "--json").out)
    (one,) = found["counts"]
    assert (one["part"], one["year"], one["kept"], one["dismissed"], one["applied"], one["won"]) == (
        "HORIZON-TEST", 2026, 2, 1, 1, 1,
    )  # fmt: skip
    assert found["reasons"] == {"too late": 1}
    assert "dismissed: too late: 1" in done(run, place, "decisions", "--summary").out


IN_A_STORE = [
    "keep cea-leti {call}",
    "dismiss cea-leti {call}",
    "assign cea-leti {call} --to Bea",
    "note cea-leti {call} --text x",
    "state cea-leti {call} --is applied",
    "keep cea-leti {call} --undo",
    "decisions --import {file}",
    "decisions --import {file} --dry-run",
    "decisions --forget Bea",
    "digest dismiss ana {call}",
    "digest revert ana",
    "digest unpause ana@example.org",
    "digest resend ana 2026-06-15",
    "profile cea-leti --forget",
    "why cea-leti {call}",
    "show {call}",
    "partners {call} --for cea-leti",
    "bids",
    "programmes",
]


@pytest.mark.parametrize("words", IN_A_STORE)
@pytest.mark.parametrize("kept", ["nothing", "postgresql"])
def test_where_nothing_was_fetched_it_is_said_and_no_database_is_made(
    run: Run, place: Place, tmp_path: Path, words: str, kept: str, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(f"call;institute;decision\n{PHOTONIC};cea-leti;keep\n", encoding="utf-8")
    database = new_database(request.getfixturevalue("postgresql_folder")) if kept == "postgresql" else ""
    empty = Place(tmp_path / "empty", place.config, database=database)
    answer = run(empty, *words.format(call=PHOTONIC, file=file).split())
    assert (answer.code, answer.err) == (1, "matcher: Nothing was fetched yet: start with `matcher run`.\n")
    assert not (empty.home / "matcher.db").exists()
    assert "Nothing was ever fetched" in run(empty, "status").out


def test_a_database_that_holds_no_call_is_none_to_decide_in(run: Run, place: Place, tmp_path: Path) -> None:
    empty = Place(tmp_path / "empty", place.config)
    done(run, empty, "db", "upgrade")
    assert "Nothing was fetched yet" in done(run, empty, "keep", "cea-leti", PHOTONIC, code=1).err


def test_a_decision_of_half_past_midnight_in_brussels_is_of_that_day(run: Run, place: Place) -> None:
    """The database keeps moments in UTC, where it is the evening before: the last day of a call, say."""
    calls = json.loads(run(place, "calls", "--status", "all", "--as-of", DAY, "--json").out)["calls"]
    call = next(one for one in calls if one["deadlines"])
    last = date.fromisoformat(call["deadlines"][-1]["date"])
    following = last + timedelta(days=1)
    late = datetime.combine(last, time(23, 30), tzinfo=BRUSSELS).astimezone(UTC)
    over = f"{call['call']} is closed: the decision is kept all the same."
    for moment, told in ((late, []), (late + timedelta(hours=1), [over])):
        home = Home(load_settings(environ=place.environment), clock=lambda moment=moment: moment)
        settled = decide(home, "cea-leti", [call["call"]], Order.of(Act.KEEP, by="ana"))
        assert list(map(str, settled.remarks)) == told
    assert str(following) in done(run, place, "decisions", "cea-leti", "--as-of", str(following)).out


@pytest.mark.parametrize("asked", [(), ("cea-leti",), ("--summary",), ("cea-leti", "--summary")])
def test_who_has_decided_nothing_is_told_how_to(run: Run, place: Place, asked: tuple[str, ...]) -> None:
    answer = run(place, "decisions", *asked, "--as-of", DAY)
    assert (answer.code, answer.out) == (0, "")
    assert "matcher keep INSTITUTE CALL" in answer.err
    french = run(place, "--lang", "fr", "decisions", *asked, "--as-of", DAY)
    assert "matcher keep INSTITUTE CALL" in french.err
    assert "No decision" not in french.err
    assert json.loads(run(place, "decisions", *asked, "--as-of", DAY, "--json").out)


def test_of_a_narrowed_list_without_decisions_the_options_are_named(run: Run, place: Place) -> None:
    answer = run(place, "decisions", "--state", "applied", "--as-of", DAY)
    assert (answer.code, answer.out) == (0, "")
    assert "--state" in answer.err
