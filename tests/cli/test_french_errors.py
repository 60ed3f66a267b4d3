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


def test_near_parts_of_programmes_are_named_in_the_language(run, fetched) -> None:
    said = run(fetched, "--lang", "fr", "rank", "cea-leti", "--programme", "cluster 9").err
    assert re.search(r"Pôle \d.*, Pôle \d.* ou Pôle \d", said)
    assert re.search(r"Cluster \d.*, Cluster \d.* or Cluster \d", run(fetched, "calls", "--programme", "cluster 9").err)
    assert "vouliez-vous dire HORIZON" in run(fetched, "--lang", "fr", "calls", "--programme", "horizn").err


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


def test_no_mistake_in_the_configuration_is_put_together_in_english() -> None:
    lists = [
        (where, one)
        for where, said in catalogues.errors({"ConfigError"})
        if isinstance(said, ast.List)
        for one in said.elts
    ]
    assert len(lists) > 10
    assert [where for where, one in lists if isinstance(one, ast.JoinedStr | ast.BinOp | ast.Constant)] == []


WRONG_SETTINGS = """
usr = 1
[portal]
rate = "much"
url = "ftp://example.org/?x"
[digest]
threshold = 97
min_fit = 97
[schedule]
at = "6 o'clock"
zone = "Paris"
[mail]
operator = "nobody"
sender_name = "one\\ntwo"
smtp_url = "smtp://user:secret@example.org/x?y"
[database]
url = "abc"
[web]
user_header = "X-User"
"""
WRONG_SUBSCRIBERS = """
subscribers:
  - {address: nobody, institutes: [nowhere], language: de, frequency: hourly, most: 0, reminders: [400], nosuch: 1}
  - {address: a@example.org}
  - {id: b, address: a@example.org, institutes: [cea-lety], min_fit: 90, programmes: [horizn]}
  - {id: b, address: a@example.org, searches: [{action: RIA}, {words: ""}, {words: x, name: s}, {words: y, name: s}]}
"""
WRONG_PROFILE = """
id: Mines Paris
acronym: 7
name: {en: ""}
label: {2015: perhaps, current: true, note: [a]}
legal_entities: [{name: x, pic: "12", take: some}]
keywords: [hydrogen]
website: example.org
projects: [{id: x, title: y, date: yesterday}]
cordis: {add: [x]}
description: {en:text}
"""
NO_YAML = (
    "keywords:\n\ten: [x]\n", "id:calym\n", "keywords:\n  -x\n", 'name: "x\n', 'name: "x" y\n', "name: a: b\n",
    "name: @x\n", "keywords: [x\n", "name: &a x\nid: *a\n", "id: x\nid: y\n", "? [a]\n: b\n", "- a\n", "a\n  b: c\n",
    "[" * 60 + "]" * 60, "name: \x07\n", "id: !!int ''\n",
)  # fmt: skip


def told_in_french(run, place: Place, *, n: int, **environment: str) -> str:
    answer = run(place, "--lang", "fr", "profile", "calym", **environment)
    assert answer.code == 2
    assert english_in(answer.err.replace("name@example.org", "").replace("MATCHER_SMPT_URL", "")) == []
    assert len(answer.err.splitlines()) > n, answer.err
    return str(answer.err)


def test_every_mistake_in_the_configuration_is_told_in_french(run, place) -> None:
    (place.config / "matcher.toml").write_text(WRONG_SETTINGS, encoding="utf-8")
    (place.config / "subscribers.yaml").write_text(WRONG_SUBSCRIBERS, encoding="utf-8")
    (place.config / "institutes" / "mines.yaml").write_text(WRONG_PROFILE, encoding="utf-8")
    (place.config / "parts.yaml").write_text("lower: {}\nUPPER: {kind: x, within: [NOWHERE]}\n", encoding="utf-8")
    said = told_in_french(run, place, n=40, MATCHER_SMPT_URL="x", MATCHER_PORTAL_RATE="0")
    assert "id\u202f: trouvé 'Mines Paris', attendu des minuscules, chiffres et traits d’union" in said
    assert "MATCHER_PORTAL_RATE\u202f: portal.rate\u202f: trouvé '0', attendu au moins 0.0001" in said


@pytest.mark.parametrize("text", NO_YAML)
def test_a_file_that_is_no_yaml_is_told_in_french(run, place, text: str) -> None:
    (place.config / "institutes" / "calym.yaml").write_text(text, encoding="utf-8")
    assert "dans la configuration" in told_in_french(run, place, n=1)


@pytest.mark.parametrize(
    "data", [b"[portal\n", b"[portal]\nrate = 1\nrate = 2\n", "user = 'é'".encode("latin-1"), b"user = ["]
)
def test_settings_that_are_no_toml_are_told_in_french(run, place, data: bytes) -> None:
    (place.config / "matcher.toml").write_bytes(data)
    assert "pas du TOML valable" in told_in_french(run, place, n=1)


def test_a_file_in_another_encoding_is_told_in_french(run, place) -> None:
    (place.config / "institutes" / "calym.yaml").write_bytes("name: Énergie\n".encode("latin-1"))
    assert "ligne 1\u202f: trouvé un autre encodage" in told_in_french(run, place, n=1)
