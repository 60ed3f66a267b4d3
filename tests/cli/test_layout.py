"""Everything that is listed fits into the terminal: the title first, no word broken, nothing lost."""

from __future__ import annotations

from datetime import date

import pytest

from matcher.cli.bid_listing import _block
from matcher.cli.layout import fact, paragraphs, table
from matcher.model.consortium import Bid
from tests.helpers.home import DAY, PHOTONIC
from tests.helpers.listings import call
from tests.helpers.terminal import COLUMNS, too_long

ROW = (
    "A title of a call that is far longer than there is room for on one line of it",
    "HORIZON-CL5-2027-07-D3-28",
    "open",
)
FACTS = ("opens 17 Nov 2026", "18 Mar 2027", "HORIZON-JU-RIA", "17.5 M€")


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("columns", [60, 80, 110])
@pytest.mark.parametrize("row", [ROW, ROW + FACTS, ("x" * 200, "y", "z")], ids=["beside", "stacked", "a long word"])
def test_a_table_fits_and_loses_nothing(monkeypatch, columns, row):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = table([f"h{n}" for n in range(len(row))], [row]).splitlines()
    assert all(len(line) <= columns or len(line.split()) == 1 for line in lines)
    shown = " ".join(lines).split()
    assert all(word in shown for cell in row for word in cell.split())
    assert any(line.startswith(row[0].split()[0]) for line in lines[1:])


def test_a_table_without_rows_is_its_header():
    assert table(("verdict", "", "skill"), []) == "verdict     skill"


def test_texts_wrap_beside_what_begins_them():
    assert paragraphs("a b\n\nc", "- ", "  ") == ["- a b", "", "  c"]
    assert fact("name", "word " * 20, 8)[1].startswith(" " * 8 + "word")
    assert fact("name", "") == ["name"]


@pytest.mark.parametrize(
    "command",
    [
        "calls",
        "calls photonics",
        "institutes",
        "rank cea-leti --explain",
        f"why cea-leti {PHOTONIC}",
        f"show {PHOTONIC} --for cea-leti",
        "profile cea-leti",
        "profile cea-leti --check",
        "profile cea-leti --try photonics",
        "bids",
        "digest preview --institute cea-leti",
        "subscribers",
        "digest status",
        "status",
        "doctor",
        "config show",
    ],
)
def test_what_a_command_lists_fits_into_80_columns(run, fetched, command):
    dated = command.split()[0] in {"calls", "rank", "why", "show", "bids", "digest"} and "status" not in command
    answer = run(fetched, *command.split(), *(("--as-of", DAY) if dated else ()))
    assert answer.out, answer.err
    assert too_long(answer.out) == []


def test_titles_come_first(run, fetched):
    head, *rest = run(fetched, "calls", "--as-of", DAY).out.splitlines()
    assert head == "title"
    assert "call" in rest[0].split()


def test_what_was_decided_and_learned_fits_into_80_columns(run, fetched):
    assert run(fetched, "state", "cea-leti", PHOTONIC, "--is", "applied", "--project", "101000001").code == 0
    assert run(fetched, "assign", "cea-leti", PHOTONIC, "--to", "a person whose name is long enough").code == 0
    assert run(fetched, "keep", "cea-leti", PHOTONIC).code == 0
    for language in ("en", "fr"):
        for command in ("profile cea-leti --learned", "decisions cea-leti", "decisions cea-leti --history"):
            answer = run(fetched, "--lang", language, *command.split())
            assert too_long(answer.out + answer.err) == []


def test_the_head_of_a_bid_has_room_for_the_longest_identifier():
    named = call("HORIZON-HLTH-2027-02-DISEASE-14-two-stage", title="A title")
    assert too_long(_block(10, Bid(named, (), 0.5, gaps=100, passages=122), date(2026, 6, 15))) == []
