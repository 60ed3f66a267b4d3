"""What a person meets at the terminal: help, exit codes, one sentence for each mistake, the label of the sample."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import click
import pytest

from matcher.cli.main import COMMANDS, cli
from matcher.model.call import pack, unpack_as_kept
from matcher.model.changes import content, content_hash
from tests.helpers.home import BARE, DAY, LIFE_CALL, PHOTONIC, Answer, Place, some_rows
from tests.helpers.portal.rows import topic

NOTE = "Packaged sample, not the live portal"


def complaint(answer: Answer) -> str:
    """The one line on stderr of a command that failed, which printed nothing else."""
    assert answer.out == ""
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run, place, name):
    text = COMMANDS[name][1]
    assert text.endswith(".")
    assert "\n" not in text
    answer = run(place, name, "--help")
    assert answer.code == 0
    assert answer.out.startswith("Usage: matcher " + name)


def test_the_list_of_commands(run, place):
    answer = run(place, "--help")
    assert answer.code == 0
    assert [name for name in COMMANDS if re.search(rf"^  {name} ", answer.out, re.MULTILINE)] == list(COMMANDS)
    assert run(place, "--version").out.startswith("matcher, version ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["rank", "cea-lety"], "did you mean cea-leti"),
        (["rank", "cea-leti", "--text", "x"], "Say what to rank for"),
        (["rank"], "Say what to rank for"),
        (["rank", "--text", "  "], "The text is empty"),
        (["show", "NO-SUCH-CALL"], "matcher calls WORDS"),
        (["why", "cea-leti", "NO-SUCH-CALL"], "matcher calls WORDS"),
        (["fetch", "--programme", "HORIZN"], "did you mean HORIZON?"),
        (["rank", "--file", "/no/such/file"], "/no/such/file cannot be read: No such file"),
        (["fetch", "--bulk", "/no/such/file.json"], "Cannot read /no/such/file.json"),
    ],
)
def test_a_mistake_of_the_user_is_one_sentence_and_exit_2(run, fetched, arguments, says):
    answer = run(fetched, *arguments)
    assert answer.code == 2
    assert says in complaint(answer)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuchcommand"],
        ["rank", "cea-leti", "--top", "0"],
        ["rank", "cea-leti", "--min-fit", "101"],
        ["rank", "cea-leti", "--as-of", "tomorrow"],
        ["calls", "--status", "asleep"],
        ["fetch", "--kind", "tender"],
    ],
)
def test_a_value_that_makes_no_sense_is_exit_2(run, fetched, arguments):
    answer = run(fetched, *arguments)
    assert answer.code == 2
    assert "Error: " in answer.err


def test_a_programme_that_is_not_known_leaves_no_trace(run, place):
    assert run(place, "fetch", "--programme", "HORIZN").code == 2
    assert not place.home.exists()


def test_a_text_of_unknown_words_is_answered_with_them(run, fetched):
    answer = run(fetched, "rank", "--text", "zyxomatic qwrtz", "--as-of", DAY)
    assert answer.code == 0
    assert "No word of the text is known" in answer.out
    assert "No call and no project has the word 'zyxomatic'" in answer.out
    assert "--min-fit" not in answer.out
    partly = run(fetched, "rank", "--text", "photonics zyxomatic", "--as-of", DAY)
    assert "has the word 'zyxomatic'" in partly.out
    assert "No word of the text is known" not in partly.out


@pytest.mark.parametrize("arguments", [["rank", "cea-leti"], ["calls"], ["show", "X"], ["profile", "cea-leti"]])
def test_nothing_fetched_yet(run, place, arguments):
    answer = run(place, *arguments)
    assert answer.code == 1
    assert complaint(answer) == "matcher: Nothing was fetched yet: start with `matcher run`."


def test_show_when_the_database_is_gone(run, fetched):
    for path in fetched.home.glob("matcher.db*"):
        path.unlink()
    answer = run(fetched, "show", PHOTONIC)
    assert answer.code == 1
    assert "There is no database at" in complaint(answer)
    assert run(fetched, "rank", "cea-leti", "--as-of", DAY).code == 0


def test_a_home_that_cannot_be_made(run, place, tmp_path):
    (tmp_path / "file").write_text("x")
    answer = run(place, "fetch", MATCHER_HOME=str(tmp_path / "file" / "home"))
    assert answer.code == 2
    assert "MATCHER_HOME: home: found" in answer.err


def test_files_to_rank_for(run, fetched, tmp_path):
    def ranked(data: bytes) -> Answer:
        path = tmp_path / "text.txt"
        path.write_bytes(data)
        return run(fetched, "rank", "--file", str(path), "--min-fit", "0", "--as-of", DAY, "--json")

    utf8, latin = ranked("matériau : photonics".encode()), ranked("matériau : photonics".encode("cp1252"))
    assert json.loads(utf8.out)["matches"]
    assert utf8.out == latin.out
    assert "row 2 has 'much' for a weight" in " ".join(complaint(ranked(b"keyword;weight\nphotonics;much\n")).split())
    assert "no text file" in complaint(ranked(b"\x7fELF\0\0"))
    assert "holds more than" in complaint(ranked(b"photonics " * 300_000))
    assert "The text is empty" in complaint(ranked(b" \n"))


def test_several_files_are_ranked_for_together_lists_with_their_weights(run, fetched, tmp_path):
    listed, written = tmp_path / "keywords.csv", tmp_path / "letter.txt"
    listed.write_text("keyword,weight\nphotonics,9\nlymphoma,1\n", encoding="utf-8")
    written.write_text("We also look at quantum sensors.", encoding="utf-8")
    files = ("--file", str(listed), "--file", str(written))
    answer = run(fetched, "rank", *files, "--min-fit", "0", "--as-of", DAY, "--json", "--explain")
    (first, *_) = json.loads(answer.out)["matches"]
    assert first["call"] == PHOTONIC
    assert {one["term"] for one in first["evidence"]} >= {"photonics", "lymphoma"}


def test_of_a_list_unknown_words_are_told_and_its_language_is_that_of_its_known_words(run, fetched, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("photonique\ncapteurs\nzyxomat\nphotonix\n", encoding="utf-8")
    answer = run(fetched, "rank", "--file", str(listed), "--min-fit", "0", "--as-of", DAY, "--json")
    found = json.loads(answer.out)
    assert found["unknown"] == {"zyxomat": [], "photonix": ["photonics"]}
    assert "photonics" in {one["term"] for one in found["matches"][0]["evidence"]}


@pytest.mark.parametrize(
    ("beginning", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "is damaged, or no PDF"),
        (
            b"PK\x03\x04\x14\0",
            "is damaged, or no document of Word or LibreOffice",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a document of an older Word"),
        (b"{\\rtf1\\ansi photonics}", "is a rich text"),
    ],
)
def test_a_document_is_told_how_to_become_text(run, fetched, tmp_path, beginning, says):
    path = tmp_path / "proposal"
    path.write_bytes(beginning)
    answer = run(fetched, "rank", "--file", str(path), "--as-of", DAY)
    assert answer.code == 2
    assert says in complaint(answer)


def test_accents_and_case_make_no_difference(run, fetched):
    plain = run(fetched, "rank", "--text", "MATÉRIAUX électronique", "--min-fit", "0", "--as-of", DAY, "--json")
    decomposed = run(
        fetched, "rank", "--text", "mate\u0301riaux e\u0301lectronique", "--min-fit", "0", "--as-of", DAY, "--json"
    )
    assert plain.code == 0
    found, other = ([(m["call"], m["score"]) for m in json.loads(a.out)["matches"]] for a in (plain, decomposed))
    assert found == other != []


def test_the_same_question_has_the_same_answer(run, fetched):
    first, second = (run(fetched, "rank", "cea-leti", "--as-of", DAY, "--explain") for _ in range(2))
    assert first.out == second.out
    assert "Silicon photonics for sensors" in first.out
    assert "deadline 31 Dec 2026 (199 days left, single stage)" in first.out


def test_filters(run, fetched):
    def names(*arguments: str) -> list[str]:
        answer = run(fetched, "calls", "--as-of", DAY, "--json", *arguments)
        return [call["call"] for call in json.loads(answer.out)["calls"]]

    assert names("--programme", "life") == [LIFE_CALL]
    assert names("photonics", "sensors") == [PHOTONIC]
    assert len(names("--action", "IA")) == 11
    assert names("--action", "RIA") == []
    assert len(names("--deadline-after", "2027-01-01", "--deadline-before", "2027-01-05")) == 2
    assert names("--status", "closed") == []


def test_a_search_fits_eighty_columns_and_shows_the_sentence(run, fetched):
    answer = run(fetched, "calls", "photonic", "wafer", "--as-of", DAY)
    assert answer.out.startswith(PHOTONIC)
    assert "“Silicon photonics, integrated circuits, microelectronics and MEMS sensors" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "1 of 1 call as of" in answer.err


def test_of_nothing_found_a_search_says_why(run, fetched):
    assert "'photonnics'; near it: photonics." in run(fetched, "calls", "photonnics", "--as-of", DAY).out
    apart = run(fetched, "calls", "wafers", "lymphoma", "--as-of", DAY)
    assert "each of them alone is there" in apart.out
    assert "side by side" in run(fetched, "calls", "--phrase", "sensors photonics", "--as-of", DAY).out
    without = run(fetched, "calls", "photonics", "--without", "photonics", "--as-of", DAY)
    assert "none of those after --without" in without.out
    stopped = run(fetched, "calls", "photonics", "--status", "closed", "--as-of", DAY)
    assert "3 others do: --status all" in stopped.out
    named = run(fetched, "calls", PHOTONIC.replace("TEST", "TSET"), "--as-of", DAY)
    assert "these are nearly spelt so" in named.out


def test_what_cannot_be_seen_in_a_search_is_left_out_and_told(run, fetched):
    plain = run(fetched, "calls", "photonics", "--as-of", DAY, "--json")
    pasted = run(fetched, "calls", "pho\u200bto\u202enics\x1b", "--as-of", DAY, "--json")
    assert pasted.out == plain.out
    assert "cannot be seen" in pasted.err
    assert "cannot be seen" not in plain.err


@pytest.mark.parametrize("command", [("calls",), ("projects",), ("calls", "--phrase"), ("projects", "--phrase")])
def test_a_search_of_ten_thousand_words_is_told_what_else_to_do(run, fetched, command):
    answer = run(fetched, *command, *["word"] * 10_000)
    assert answer.code == 2
    assert "at most 50 words; `matcher rank --text` compares a whole text" in answer.err


def test_a_search_is_sorted_and_cut_as_asked(run, fetched):
    def names(*arguments: str) -> list[str]:
        answer = run(fetched, "calls", "heating", "--as-of", DAY, "--json", *arguments)
        return [call["call"] for call in json.loads(answer.out)["calls"]]

    *dated, bare = names("--sort", "deadline")
    assert bare == BARE  # what is unknown comes last
    assert dated == sorted(dated)
    assert names("--sort", "opening") == [*dated[::-1], bare]
    assert len(names("--limit", "2")) == 2
    assert run(fetched, "calls", "--sort", "relevance").code == 2


def test_no_colour_where_there_is_no_terminal(run, fetched):
    assert "\x1b" not in run(fetched, "rank", "cea-leti", "--as-of", DAY).out


def test_tables_are_whole_where_there_is_no_terminal(run, fetched):
    answer = run(fetched, "calls", "--as-of", DAY)
    assert '=HYPERLINK("http://example.org","Électronique, photonics")' in answer.out
    assert "12 calls as of 15 Jun 2026" in answer.err


def test_quiet_silences_notes_but_no_failure(run, fetched):
    assert run(fetched, "--quiet", "calls", "--as-of", DAY).err == ""
    answer = run(fetched, "--quiet", "run", "--as-of", DAY)
    assert answer.code == 4
    assert "problem: The portal could not be reached" in answer.err


def test_the_first_run_without_a_portal_shows_the_sample_and_says_so(run, place):
    first = run(place, "run")
    assert first.code == 0
    assert first.err.startswith("The portal could not be reached")
    assert "Going on with the packaged sample listing." in first.err
    assert len(first.err.strip().splitlines()) == 1
    again = run(place, "run")
    assert (again.code, again.err) == (0, first.err)
    lists = sorted((place.home / "lists").rglob("*.*"))
    assert len(lists) == 6
    assert all(NOTE in path.read_text(encoding="utf-8") for path in lists)
    assert all(path.stat().st_mode & 0o077 == 0 for path in lists)
    labelled_everywhere(run, place)


def labelled_everywhere(run, place: Place) -> None:
    listed = json.loads(run(place, "calls", "--json").out)
    call = listed["calls"][0]["call"]
    for command in (
        ["rank", "cea-leti"],
        ["rank", "--text", "photonics"],
        ["why", "cea-leti", call],
        ["show", call],
        ["calls"],
        ["status"],
    ):
        assert NOTE in run(place, *command, "--json").out
        assert NOTE in run(place, "--quiet", *command).out
        if command != ["status"]:
            assert NOTE in run(place, *command, "--csv").out


def test_the_sample_gives_way_to_real_calls(run, place, serve):
    assert run(place, "run").code == 0
    place.portal = serve(some_rows()).url
    answer = run(place, "run", "--as-of", DAY, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["sample"] is None
    assert NOTE not in run(place, "rank", "cea-leti", "--as-of", DAY).out
    assert json.loads(run(place, "status", "--json").out)["calls"] == len(some_rows())


def test_a_run_without_the_portal_uses_the_calls_kept(run, fetched):
    answer = run(fetched, "run", "--as-of", DAY)
    assert answer.code == 4
    assert "problem: The portal could not be reached" in answer.err
    written = (fetched.home / "lists" / DAY / "cea-leti.txt").read_text(encoding="utf-8")
    assert PHOTONIC in written
    assert "PROBLEM: The portal could not be reached" in written


def test_what_is_kept_is_private(fetched):
    assert fetched.home.stat().st_mode & 0o077 == 0
    assert (fetched.home / "matcher.db").stat().st_mode & 0o077 == 0
    assert (fetched.home / "index").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rank", "cea-leti", "--programme", "HORIZN"), "did you mean HORIZON?"),
        (("calls", "--programme", "xyz"), "there are "),
        (("rank", "cea-leti", "--action", "RAI"), "RIA"),
        (("calls", "--action", "HORIZON-IB"), "did you mean HORIZON-IA"),
        (("calls", "--programme", "NOPE"), " HORIZON, "),
    ],
)
def test_a_filter_that_names_what_no_call_has_is_told(run, fetched, arguments, said):
    answer = run(fetched, *arguments, "--as-of", DAY)
    assert answer.code == 2
    assert said in answer.err


def test_a_filter_that_names_what_calls_have_may_find_nothing(run, fetched):
    answer = run(fetched, "calls", "--programme", "LIFE", "--deadline-before", "2001-01-01", "--as-of", DAY)
    assert (answer.code, answer.err.count("0 calls")) == (0, 1)


def test_help_is_given_with_a_broken_configuration(run, fetched, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "matcher.toml").write_text("[ranking]\ntop = 0\n", encoding="utf-8")
    assert run(fetched, "--config", str(broken), "rank", "--help").out.startswith("Usage: matcher rank")
    assert run(fetched, "--config", str(broken), "rank", "cea-leti").code == 2
    assert run(fetched, "--config", str(broken), "rank", "--text", "--help").code == 2  # here it is a value


@pytest.mark.parametrize("group", ["digest", "db", "export"])
def test_no_short_help_is_cut(run, fetched, group):
    assert "..." not in run(fetched, group, "--help").out.partition("Commands:")[2]


@pytest.mark.parametrize(
    "url",
    ["abc", "http://[::1", "postgresql://h:port/x", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg://[::1"],
)
def test_a_database_address_is_named_as_the_setting_that_it_is_in(run, place, url) -> None:
    file = place.config / "matcher.toml"
    file.write_text(file.read_text() + f'[database]\nurl = "{url}"\n', encoding="utf-8")
    for command in (["status"], ["db", "check"], ["run"]):
        answer = run(place, *command)
        assert answer.code == 2
        assert f"{file}: database.url: found {url!r}, expected sqlite:///PATH or postgresql" in answer.err
        assert "MATCHER_DATABASE_URL" not in answer.err
    told = run(place, "status", MATCHER_DATABASE_URL=url)
    assert f"MATCHER_DATABASE_URL: database.url: found {url!r}, expected sqlite:///PATH" in told.err


def test_a_home_that_is_no_utf_8_is_told(run, place, tmp_path) -> None:
    answer = run(place, "status", MATCHER_HOME="/tmp/caf\udce9")
    assert answer.code == 2
    assert "MATCHER_HOME: home: found" in answer.err
    assert "expected a path in UTF-8" in answer.err
    for variable, key in (("XDG_DATA_HOME", "home"), ("MATCHER_CONFIG", "config")):
        folder = tmp_path / "caf\udce9"
        folder.mkdir(exist_ok=True)
        given = {"MATCHER_HOME": "", variable: str(folder)}
        for command in (["status"], ["run"], ["doctor"], ["config", "show"]):
            answer = run(place, *command, **given)
            assert answer.code == 2
            assert re.search(rf"{key}: found '.*, expected a path in UTF-8", answer.err), command
    assert "expected a user's folder" in run(place, "--home", "~nobody-of-that-name/x", "status").err


def test_all_mistakes_of_all_files_at_once_and_each_once(run, place) -> None:
    """Whichever of them a command meets first."""
    (place.config / "institutes" / "calym.yaml").write_text("id: calym\n", encoding="utf-8")
    (place.config / "subscribers.yaml").write_text(
        "subscribers: [{address: x, institutes: [calym, cea-lety], programmes: [Tides, nosuch]}]\n", encoding="utf-8"
    )
    (place.config / "parts.yaml").write_text("TIDES: {kind: mission, en: Tides}\n", encoding="utf-8")
    given = {
        "MATCHER_DATABASE_URL": "abc",
        "MATCHER_PORTAL_URL": "ftp://x",
        "MATCHER_SMTP_URL": "smtp://mail.example.org",
        "MATCHER_RANKING_ENCODER": "/nowhere",
    }
    wanted = [
        "calym.yaml: keywords: missing",
        "subscribers.yaml: subscribers.1.address: found 'x'",
        "subscribers.yaml: subscribers.1.institutes.2: found 'cea-lety'",
        "parts.yaml: TIDES.fr: missing",
        "subscribers.yaml: subscribers.1.programmes.2: No programme, and no part of one, is called 'nosuch'",
        "MATCHER_DATABASE_URL: database.url: found 'abc'",
        "MATCHER_PORTAL_URL: portal.url: found 'ftp://x'",
        "MATCHER_SMTP_URL: mail.smtp_url: smtp:// sends in plain text",
        "ranking.encoder: found '/nowhere'",
    ]
    commands = (["rank", "cea-leti"], ["status"], ["fetch"], ["digest", "send"], ["subscribers"], ["schedule"])
    for command in commands:
        answer = run(place, *command, **given)
        assert (answer.code, answer.out) == (2, "")
        assert [answer.err.count(line) for line in wanted] == [1] * len(wanted), (command, answer.err)
        assert "Tides" not in answer.err  # whose own mistake it is not
    toml = place.config / "matcher.toml"
    toml.write_text(toml.read_text() + '[schedule]\nat = "6:30"\n', encoding="utf-8")
    for command in (*commands, ["doctor"], ["config", "show"]):
        answer = run(place, *command, **given)
        assert answer.code == 2
        assert [answer.err.count(line) for line in (*wanted, "schedule.at")] == [1] * (len(wanted) + 1), command


def test_a_misspelt_variable_is_told_and_changes_nothing(run, fetched) -> None:
    answer = run(fetched, "institutes", MATCHER_SMPT_URL="smtps://x")
    assert answer.code == 0
    assert answer.err == ("problem: 'MATCHER_SMPT_URL' is set and means nothing here: did you mean MATCHER_SMTP_URL?\n")


WITH_A_DAY = (
    ["rank", "cea-leti"],
    ["calls"],
    ["status"],
    ["doctor"],
    ["show", PHOTONIC],
    ["why", "cea-leti", PHOTONIC],
    ["digest", "preview", "--institute", "cea-leti"],
    ["digest", "send"],
    ["digest", "calendar", "cea-leti"],
    ["export", "calls", "--format", "json"],
    ["bids"],
    ["decisions"],
    ["fetch"],
    ["run"],
)


@pytest.mark.parametrize("command", WITH_A_DAY, ids=" ".join)
def test_a_day_that_nothing_can_be_counted_from_is_told(run, fetched, command) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        answer = run(fetched, *command, "--as-of", day)
        assert (answer.code, answer.out) == (2, "")
        assert f"{day} is too far away; write a day from 1900-01-01 to 2999-12-31." in answer.err


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_are_answered(run, fetched, day) -> None:
    (fetched.config / "subscribers.yaml").write_text(
        "subscribers: [{address: a@example.org, institutes: [cea-leti], threshold: 0}]\n", encoding="utf-8"
    )
    try:
        for command in WITH_A_DAY:
            answer = run(fetched, *command, "--as-of", day)
            assert answer.code in {0, 1, 4}, command
            assert not re.search("unexpected|Error: |OverflowError|out of range", answer.err), (command, answer.err)
    finally:
        (fetched.config / "subscribers.yaml").unlink()


def every_option():
    waiting = [(name, cli.get_command(None, name)) for name in COMMANDS]
    while waiting:
        name, command = waiting.pop()
        if isinstance(command, click.Group):
            waiting += [(f"{name} {sub}", one) for sub, one in command.commands.items()]
        yield from ((name, option) for option in command.params)


def test_no_number_of_an_option_is_without_end(run, fetched) -> None:
    numbers = [(name, one) for name, one in every_option() if one.type.name in {"integer", "integer range", "float"}]
    assert len(numbers) > 8
    assert [(name, one.name) for name, one in numbers if getattr(one.type, "max", None) is None] == []
    answer = run(fetched, "status", "--last", "1" + "0" * 20)
    assert answer.code == 2
    assert "is not in the range 1<=x<=1000000" in answer.err


@pytest.mark.parametrize(
    "command",
    [
        ["rank", "{}"],
        ["rank", "cea-leti", "--programme", "{}"],
        ["rank", "cea-leti", "--action", "{}"],
        ["rank", "cea-leti", "--as-of", "{}"],
        ["rank", "cea-leti", "--top", "{}"],
        ["rank", "--file", "{}"],
        ["calls", "{}"],
        ["calls", "--status", "{}"],
        ["show", "{}"],
        ["why", "cea-leti", "{}"],
        ["projects", "--call", "{}"],
        ["partners", "{}", "--for", "cea-leti"],
        ["profile", "{}"],
        ["profile", "cea-leti", "{}"],
        ["profile", "cea-leti", "--try", "{}"],
        ["digest", "preview", "{}"],
        ["digest", "test", "{}"],
        ["digest", "unpause", "{}"],
        ["digest", "resend", "{}"],
        ["status", "--max-age", "{}"],
        ["db", "backup", "{}"],
        ["evaluate", "{}"],
        ["fetch", "--programme", "{}"],
        ["fetch", "--bulk", "{}"],
        ["fetch", "--projects", "{}"],
        ["export", "matches", "--format", "{}"],
        ["config", "{}"],
        ["keep", "{}", PHOTONIC],
        ["keep", "cea-leti", "{}"],
        ["--home", "/tmp/{}", "status"],
        ["--config", "/tmp/{}", "status"],
        ["{}"],
        ["--{}"],
    ],
    ids=" ".join,
)
def test_a_name_of_any_length_is_not_echoed_whole(run, fetched, command) -> None:
    answer = run(fetched, *(word.format("x" * 100_000) for word in command))
    assert max(map(len, answer.err.splitlines()), default=0) < 1_200
    assert "unexpected" not in answer.err
    if command[:3] != ["profile", "cea-leti", "--try"]:  # which answers that the word changes nothing
        assert answer.code in {0, 1, 2, 3, 4}
        assert answer.err
    assert max(map(len, answer.out.splitlines()), default=0) < 1_200


@pytest.mark.parametrize("command", [["db", "backup", "{}"], ["evaluate", "{}"], ["--home", "/tmp/{}", "status"]])
def test_what_is_wrong_with_a_name_of_any_length_is_said(run, fetched, command) -> None:
    answer = run(fetched, *(word.format("x" * 100_000) for word in command))
    assert "File name too long" in answer.err
    assert "xxx…xxx" in answer.err


TURNS = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def test_no_text_of_the_portal_shows_in_another_order_than_it_is_in(run, place, serve, tmp_path) -> None:
    entities = "".join(f"&#{ord(turn)};" for turn in TURNS)
    turned = f"Pho{TURNS}tonics"
    place.portal = serve(
        [
            topic(
                1,
                title=[f"{turned} sensors", f"Pho{entities}tonics"],
                callTitle=[turned],
                destinationDescription=[turned],
                tags=[turned],
                keywords=[turned],
                typesOfAction=[f"HORIZON-RIA {turned}"],
                descriptionByte=[f"<p>{turned} on wafers, pho{entities}tonics in circuits.</p>"],
            )
        ]
    ).url
    assert run(place, "fetch", "--as-of", DAY).code == 0
    nothing_turns(run, place, tmp_path)


FILES = [("calls", one) for one in ("csv", "json", "atom", "ics")]


def nothing_turns(run, place, folder, files=FILES) -> None:
    """Whatever says calls, on the terminal or in a file, says them in the order that they are in."""
    said = [
        run(place, *command, "--as-of", DAY).out
        for command in (
            ["calls"], ["calls", "--json"], ["calls", "--csv"], ["calls", "photonics"], ["show", PHOTONIC],
            ["show", PHOTONIC, "--json"], ["rank", "cea-leti", "--min-fit", "0", "--explain"],
            ["rank", "cea-leti", "--min-fit", "0", "--json"],
            ["why", "cea-leti", PHOTONIC],
        )
    ]  # fmt: skip
    for thing, format_ in files:
        file = folder / f"{thing}.{format_}"
        assert run(place, "export", thing, "--as-of", DAY, "--output", str(file)).code == 0
        said.append(file.read_text(encoding="utf-8"))
    assert [n for n, text in enumerate(said) if "hotonics" not in text] == []
    for text in said:
        assert not set(TURNS) & set(text)
        assert not re.search(r"\\u(061c|200[ef]|202[a-e]|206[6-9])", text)


def turn_what_is_kept(database) -> None:
    """Calls and changes as they were kept before the portal's text was filtered on its way in."""
    turned = f"Pho{TURNS}tonics"
    with closing(sqlite3.connect(database)) as connection, connection:
        for identifier, body in connection.execute("SELECT identifier, body FROM versions").fetchall():
            call = unpack_as_kept(body)
            call = replace(call, title=f"{turned} {call.title}", keywords=(turned, *call.keywords))
            call = replace(call, sections=tuple(replace(s, text=f"{turned} {s.text}") for s in call.sections))
            connection.execute("UPDATE versions SET body = ? WHERE identifier = ?", (pack(call), identifier))
            connection.execute(
                "UPDATE calls SET content_hash = ? WHERE identifier = ?", (content_hash(content(call)), identifier)
            )
        connection.execute("UPDATE changes SET field = 'title', kind = 'changed', old = ?", (json.dumps(turned),))


def test_calls_that_were_kept_as_the_portal_wrote_them_are_shown_in_the_order_that_they_are_in(
    run, place, serve, tmp_path
) -> None:
    place.portal = serve([topic(1, title=["Photonics Sensors"], tags=["Photonics"])]).url
    assert run(place, "fetch", "--as-of", DAY).code == 0
    turn_what_is_kept(place.home / "matcher.db")
    assert run(place, "db", "check").code == 0
    shutil.rmtree(place.home / "index")
    run(place, "maintain")  # builds the index anew, and misses the archive
    nothing_turns(run, place, tmp_path, [*FILES, ("changes", "json"), ("changes", "csv")])


def test_changed_terms_of_entry_stand_in_words_in_a_calls_history(run, fetched, tmp_path):
    place = Place(tmp_path / "other", fetched.config)
    shutil.copytree(fetched.home, place.home)
    before, after = json.dumps({"rate": 100}), json.dumps({"rate": 70, "costs": "lump sum"})
    with closing(sqlite3.connect(place.home / "matcher.db")) as database, database:
        database.execute(
            "INSERT INTO changes (identifier, field, kind, old, new, seen_at, run_id) VALUES (?, ?, ?, ?, ?, ?, 1)",
            (PHOTONIC, "terms", "amended", before, after, "2026-06-15 06:00:00"),
        )
    assert "100% for you → 70% for you; lump sum" in " ".join(run(place, "show", PHOTONIC).out.split())
