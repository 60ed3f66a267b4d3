"""What commands that project officers use refuse, they refuse in French where that is asked for."""

from __future__ import annotations

import ast
import re
import shutil
import socket
import sqlite3

import click
import pytest

from matcher.cli.main import cli
from tests.helpers.home import DAY, PHOTONIC, Place
from tests.helpers.mail import catalogues

ENGLISH = re.compile(
    r"\b(?:the|is|are|was|of|with|not|for|and|did|you|mean|expected|found|there|which|that|this|must|missing|"
    r"give|write|lists|cannot|could|yet|no|such|try)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r"cea-leti/.*|`[^`]*`|'[^']*'|/\S+|--\S+( of [A-Z]+)?|\{[^}]*\}|\b[A-Z]{2,}\b")
"""Names of labs, what is typed, what was found, and paths."""


@pytest.fixture(autouse=True)
def _one_language_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Click makes the option of help once for each command, in the language that is spoken then."""
    monkeypatch.setattr(cli, "_help_option", None)
    context = click.Context(cli)
    for name in ("digest", "show", "rank", "calls", "status", "profile", "why"):
        command = cli.get_command(context, name)
        for one in (command, *getattr(command, "commands", {}).values()):
            monkeypatch.setattr(one, "_help_option", None)


def english_in(text: str) -> list[str]:
    return ENGLISH.findall(QUOTED.sub("", text))


def test_what_is_raised_is_a_sentence_of_the_catalogues_with_its_values_beside_it() -> None:
    put_together = [where for where, said in catalogues.errors() if isinstance(said, ast.JoinedStr | ast.BinOp)]
    assert put_together == []


def test_every_error_has_a_french_sentence_without_english() -> None:
    french = {message.id: message.string for message in catalogues.read("fr") if message.id}
    raised = {said.value for _, said in catalogues.errors() if isinstance(said, ast.Constant)}
    assert len(raised) > 150
    assert [text for text in raised if english_in(str(french[text]))] == []


MISTAKES = [
    "rank", "rank cea-lety", "rank nothing-like-it", "rank cea-leti/xx", "rank brgm cea-lety", "rank cea-leti --text x",
    "rank --file /nosuch.txt", "rank --file /etc", "rank --text ,", "rank cea-leti --as-of 2026-02-30",
    "rank cea-leti --as-of 0001-01-01", "rank cea-leti --top 0", "rank cea-leti --top 100000000000000000000",
    "rank cea-leti --top x", "rank cea-leti --min-fit 200", "rank cea-leti --sort x", "rank cea-leti --status x",
    "rank cea-leti --action x", "rank cea-leti --programme xyz", "rank cea-leti --programme horizn",
    "rank cea-leti --open-to x", "rank cea-leti --delimiter ;", "rank cea-leti --csv --delimiter x",
    "rank cea-leti --nosuch", "rank cea-leti --explian", "rank cea-leti --top", "rank cea-leti --explain=1",
    "rank cea-leti --decided --undecided", "rank cea-leti --lang fr",
    "why", "why cea-leti", "why cea-lety {call}", "why cea-leti NO-SUCH-CALL", "why cea-leti {call} too much",
    "show", "show NO-SUCH-CALL", "show {call} --for cea-lety", "show {call} --as-of yesterday",
    "show {call} --predecessors",
    "calls --sort x", "calls --sort relevance", "calls --phrase", "calls ,", "calls photonics --limit 0",
    "calls --deadline-before x", "calls --for nobody",
    "profile", "profile cea-lety", "profile cea-leti x", "profile cea-leti --check --suggest", "profile cea-leti --try",
    "profile new", "profile new /x", "profile new ROCKS", "profile cea-leti --suggest",
    "digest", "digest preview nobody", "digest preview --institute cea-lety", "digest preview x --institute cea-leti",
    "digest preview --as-of x", "digest preview --language de", "digest nosuch",
    "status --last 0", "status --max-age 3", "status --max-age 3h", "status x",
    "nosuch", "--nosuch", "--lang fr", "--home", "--log-format x status",
]  # fmt: skip


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_told_in_french(run, fetched, words) -> None:
    answer = run(fetched, "--lang", "fr", *words.format(call=PHOTONIC).split())
    assert answer.code in {0, 1, 2}
    assert english_in(answer.err) == []
    assert answer.err or answer.code == 0


def empty(place: Place) -> None:
    shutil.rmtree(place.home)


def nothing_in_it(place: Place) -> None:
    shutil.rmtree(place.home / "index")
    with sqlite3.connect(place.home / "matcher.db") as connection:
        for table in ("changes", "versions", "calls"):
            connection.execute(f"DELETE FROM {table}")


def no_database(place: Place) -> None:
    shutil.rmtree(place.home / "index")
    (place.home / "matcher.db").write_bytes(b"This is a letter, and no database of anything." * 100)


def another_program(place: Place) -> None:
    shutil.rmtree(place.home / "index")
    (place.home / "matcher.db").unlink()
    with sqlite3.connect(place.home / "matcher.db") as connection:
        connection.execute("CREATE TABLE letters (text)")
        connection.execute("PRAGMA application_id = 7")


def of_the_future(place: Place) -> None:
    shutil.rmtree(place.home / "index")
    with sqlite3.connect(place.home / "matcher.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize("state", [empty, nothing_in_it, no_database, another_program, of_the_future])
@pytest.mark.parametrize(
    "words",
    ["rank cea-leti", "why cea-leti {call}", "show {call}", "calls", "calls photonics", "profile cea-leti", "status",
     "digest preview --institute cea-leti", "show {call} --predecessors", "profile cea-leti --suggest"],
)  # fmt: skip
def test_a_home_that_answers_nothing_is_told_in_french(run, fetched, state, words) -> None:
    state(fetched)
    answer = run(fetched, "--lang", "fr", *words.format(call=PHOTONIC).split(), "--as-of", DAY)
    assert english_in(answer.err) == []
    assert answer.err or answer.code == 0


def test_help_and_usage_are_french_from_the_first_word_to_the_last(run, place) -> None:
    for words in (
        [],
        ["show"],
        ["rank"],
        ["calls"],
        ["status"],
        ["digest"],
        ["digest", "preview"],
        ["profile"],
        ["why"],
    ):
        page = run(place, "--lang", "fr", *words, "--help").out
        assert page.startswith("Usage\u202f: matcher")
        assert "Montrer ce message et finir." in page
        assert english_in(page) == []
    assert run(place, "show", "--help").out.startswith("Usage: matcher")


@pytest.mark.parametrize("arguments", [["--lang=fr", "show"], ["show", "--lang", "fr"], ["show"]])
def test_the_language_is_known_before_anything_can_be_wrong(run, fetched, arguments) -> None:
    answer = run(fetched, *arguments, LC_ALL="C.UTF-8" if len(arguments) > 1 else "fr_FR.UTF-8")
    assert answer.err.startswith("Usage\u202f: matcher show")


def test_a_port_that_is_taken_is_told_in_french(run, place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = run(place, "--lang", "fr", "serve", "--port", str(taken.getsockname()[1]))
    assert "est pris\u202f: `matcher serve` tourne-t-il déjà\u202f?" in answer.err
    assert english_in(answer.err.replace("port", "")) == []
