"""The command as a process of its own: what it imports, and what becomes of it when it is killed or its reader goes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import date

import pytest

from matcher.app.answering.lookup import calls
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.operation.health import status
from matcher.config.settings import load_settings
from matcher.model.question import Question
from tests.helpers.forms import only_long
from tests.helpers.home import DAY, PHOTONIC, Place, some_rows
from tests.helpers.portal.failures import Fault, Faults
from tests.helpers.portal.rows import topic
from tests.helpers.processes import MATCHER, MODULES

KILLS = 8
HEAVY = {"sklearn", "pandas", "scipy", "sqlalchemy", "requests"}


def start(place: Place, *arguments: str, **settings) -> subprocess.Popen[str]:
    environment = place.process_environment | settings.pop("environment", {})
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8", **settings}
    return subprocess.Popen([*MATCHER, *arguments], env=environment, **pipes)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["rank", "cea-leti", "--as-of", DAY],
        ["rank", "--text", "photonics", "--as-of", DAY, "--json"],
        ["why", "cea-leti", PHOTONIC, "--as-of", DAY],
        ["calls", "--as-of", DAY, "--csv"],
        ["calls", "nothing-is-called-so", "--as-of", DAY],
        ["institutes"],
        ["config", "show"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_a_person_waits_for_imports_nothing_heavy(fetched, arguments):
    command = [sys.executable, "-c", MODULES, *arguments]
    done = subprocess.run(command, env=fetched.process_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    imported = set(done.stderr.split())
    assert "matcher" in imported
    assert imported & HEAVY == set()


UNNEEDED = {"pydantic", "pydantic_core", "yaml", "tomllib", "alembic", "asyncio", "email", "http"}
"""What a question does without once settings were found right: they are checked where they changed, and only there."""


@pytest.mark.parametrize(
    "arguments",
    [["rank", "cea-leti"], ["rank", "--text", "photonics"], ["why", "cea-leti", PHOTONIC], ["calls"]],
    ids=" ".join,
)
def test_a_question_loads_nothing_that_checks_settings(fetched, arguments):
    command = [sys.executable, "-c", MODULES, *arguments, "--as-of", DAY]
    for _ in range(2):  # the first one may check them
        done = subprocess.run(command, env=fetched.process_environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert set(done.stderr.split()) & (HEAVY | UNNEEDED) == set()


COSTLY = {"hashlib", "shutil", "html", "difflib"}
"""Of the library, with OpenSSL, with every archive, with every character's name: two milliseconds each."""


def test_an_institute_s_list_reads_no_text_anew(fetched):
    command = [sys.executable, "-c", MODULES, "rank", "cea-leti", "--as-of", DAY]
    for _ in range(2):  # the first one may check settings
        done = subprocess.run(command, env=fetched.process_environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert {"Stemmer", *COSTLY} & set(done.stderr.split()) == set()


def test_the_module_is_the_command(fetched):
    code, out, err = finish(start(fetched, "rank", "cea-leti", "--as-of", DAY))
    assert (code, err) == (0, "")
    assert PHOTONIC in out


def test_a_reader_that_has_seen_enough_is_no_failure(fetched):
    process = start(fetched, "calls", "--as-of", DAY, "--json")
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), err) == (0, "")


def test_a_terminal_without_a_euro_sign(fetched):
    latin = {"encoding": "latin-1", "environment": {"PYTHONIOENCODING": "latin-1"}}
    process = start(fetched, "rank", "cea-leti", "--as-of", DAY, **latin)
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    assert "M?" in out
    process = start(fetched, "calls", "--as-of", DAY, "--json", **latin)
    titles = [call["title"] for call in json.loads(finish(process)[1])["calls"]]
    assert any("Électronique" in title for title in titles)


def test_colour_on_a_terminal_unless_no_color(fetched):
    def shown(**environment: str) -> bytes:
        import pty

        ours, theirs = pty.openpty()
        environment = {"TERM": "xterm", **environment}
        process = start(fetched, "rank", "cea-leti", "--as-of", DAY, stdout=theirs, environment=environment)
        os.close(theirs)
        data = b""
        try:
            while chunk := os.read(ours, 4096):
                data += chunk
        except OSError:
            pass  # Linux says so when the other end is closed
        os.close(ours)
        assert finish(process)[0] == 0
        return data

    assert b"\x1b[1m" in shown()
    assert b"\x1b" not in shown(NO_COLOR="1")


def hear_interrupts() -> None:
    """A shell's background jobs ignore Ctrl-C, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupted_is_130(place, serve):
    portal = serve([topic(number) for number in range(300)], faults=Faults(pages={2: Fault.NO_ANSWER}))
    place.portal = portal.url
    process = start(place, "fetch", "--as-of", DAY, preexec_fn=hear_interrupts)
    assert portal.failing.wait(60)  # it waits for a page that never comes
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert (code, out) == (130, "")
    assert err.strip() == "matcher: interrupted; what was kept before stays as it was."
    assert runs_of(place)[0]["outcome"] == "interrupted"


@only_long
def test_killed_at_any_moment_a_fetch_leaves_a_store_that_opens(place, serve):
    rows = [topic(number) for number in range(120)]
    portal = serve(rows)
    place.portal = portal.url
    matcher = Home(load_settings(environ=place.environment))
    chance = random.Random(7)
    whole = time.monotonic()
    assert finish(start(place, "fetch", "--as-of", DAY))[0] == 0
    whole = time.monotonic() - whole
    for number in range(KILLS):
        portal.index.replace([*rows, *(topic(200 + n) for n in range(number + 1))])
        process = start(place, "fetch", "--as-of", DAY, start_new_session=True)
        time.sleep(chance.uniform(0.2, 1.0) * whole)
        process.kill()
        finish(process)
        assert {kept.outcome for kept in status(matcher).runs} <= {"ok", "interrupted"}
        assert current_index(matcher).meta["revision"] == revision_of(matcher)
    code, out, err = finish(start(place, "fetch", "--as-of", DAY, "--json"))
    assert code == 0, err
    assert json.loads(out)["complete"]
    listed = calls(matcher, Question(as_of=date.fromisoformat(DAY))).calls
    assert len(listed) == len({call.identifier for call in listed}) == len(rows) + KILLS
    assert not list(place.home.glob("index.stale*"))


def test_questions_are_answered_while_the_index_is_refreshed(run, fetched, serve):
    portal = serve(some_rows())
    fetched.portal = portal.url
    failures: list[tuple[int, str]] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            code, out, err = finish(start(fetched, "rank", "cea-leti", "--min-fit", "0", "--as-of", DAY))
            if code or PHOTONIC not in out:
                failures.append((code, err))

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        for number in range(6):
            portal.index.replace([*some_rows(), topic(100 + number)])
            assert run(fetched, "fetch", "--as-of", DAY).code == 0
    finally:  # or the process that runs the tests never ends
        done.set()
        reader.join()
    assert failures == []


def revision_of(matcher: Home) -> int:
    with matcher.open_store(read_only=True) as store:
        return store.revision


def runs_of(place: Place) -> list[dict[str, object]]:
    code, out, err = finish(start(place, "status", "--json"))
    assert code == 0, err
    return json.loads(out)["runs"]


@pytest.mark.parametrize("where", [">&-", "> /dev/full"])
@pytest.mark.parametrize("command", ["calls", "institutes --json", "status"])
def test_output_that_cannot_be_written_is_one_sentence(fetched, where, command):
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m matcher {command} {where}', sys.executable],
        env=fetched.process_environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "unexpected" not in done.stderr
