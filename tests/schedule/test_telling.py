"""What operators watch: the watchdog's exit code, the metrics file, the logs."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.logs import configure, current_run, is_json
from matcher.model.outcomes import Health, RunRecord
from matcher.model.project import ProjectHealth
from matcher.schedule.metrics import families, text_of, write_metrics

if TYPE_CHECKING:
    from tests.helpers.home import Place

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
METRIC = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(
    rf'({METRIC})(\{{{METRIC}="(?:[^"\\\n]|\\["\\n])*"(?:,{METRIC}="(?:[^"\\\n]|\\["\\n])*")*\}})? (-?[0-9.e+-]+|NaN)'
)


def recorded(place: Place, *runs: tuple[datetime, str, str]) -> None:
    with Home(load_settings(environ=place.environment)).open_store() as store:
        for when, kind, outcome in runs:
            store.runs.finish(store.runs.begin(kind, when), outcome, {}, when)


def parsed(text: str) -> dict[str, float]:
    """The samples of a file in the text exposition format, which is checked strictly."""
    assert text.endswith("\n")
    found: dict[str, float] = {}
    typed: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed
            assert kind == "gauge"
            typed.add(name)
        elif line.startswith("# HELP "):
            assert re.fullmatch(rf"# HELP {METRIC} \S.*", line)
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] in typed
            assert match[1] + (match[2] or "") not in found
            found[match[1] + (match[2] or "")] = float(match[3])
    return found


class TestWatchdog:
    @pytest.mark.parametrize(
        ("runs", "age", "code"),
        [
            ([], "26h", 1),
            ([(1 * HOUR, "run", "ok")], "26h", 0),
            ([(1 * HOUR, "run", "partial")], "26h", 0),
            ([(27 * HOUR, "run", "ok")], "26h", 1),
            ([(27 * HOUR, "run", "ok")], "2d", 0),
            ([(27 * HOUR, "run", "ok")], "1650m", 0),
            ([(27 * HOUR, "run", "ok"), (1 * HOUR, "run", "failed")], "26h", 1),
            ([(1 * HOUR, "fetch", "ok")], "26h", 1),
            ([(-48 * HOUR, "run", "ok")], "26h", 1),  # a clock that was wrong
        ],
    )
    def test_exit_code(self, run, fetched, runs, age, code) -> None:
        now = datetime.now(UTC)
        recorded(fetched, *((now - ago, kind, outcome) for ago, kind, outcome in runs))
        answer = run(fetched, "status", "--max-age", age)
        assert answer.code == code
        assert ("problem:" in answer.err) == bool(code)
        assert "calls            12" in answer.out

    def test_a_home_in_which_nothing_ever_ran(self, run, place) -> None:
        answer = run(place, "status", "--max-age", "26h", "--json")
        assert answer.code == 1
        assert "ever went well" in answer.err
        assert json.loads(answer.out)["runs"] == []

    def test_an_age_that_is_none(self, run, place) -> None:
        assert run(place, "status", "--max-age", "26").code == 2


class TestMetrics:
    def test_a_file_of_what_a_fetch_left(self, run, fetched, tmp_path) -> None:
        file = tmp_path / "matcher.prom"
        assert run(fetched, "status", "--metrics-file", str(file)).code == 0
        found = parsed(file.read_text())
        assert found["matcher_calls"] == 12
        assert found["matcher_fetch_new"] == found["matcher_fetch_seen"] == 12
        assert found["matcher_index_current"] == 1
        assert found['matcher_run_last_outcome{kind="fetch",outcome="ok"}'] == 1
        assert found['matcher_run_last_outcome{kind="fetch",outcome="failed"}'] == 0
        assert found['matcher_mails{state="queued"}'] == 0
        assert abs(found["matcher_index_built_timestamp_seconds"] - datetime.now(UTC).timestamp()) < 3600
        assert file.stat().st_mode & 0o777 == 0o644

    def test_nothing_ran(self, run, place, tmp_path) -> None:
        file = tmp_path / "matcher.prom"
        assert run(place, "status", MATCHER_METRICS_FILE=str(file)).code == 0
        assert not file.exists()
        write_metrics(Home(load_settings(environ=place.environment)), NOW, file)
        assert parsed(file.read_text())["matcher_calls"] == 0

    def test_unknown_is_left_out_and_labels_are_escaped(self) -> None:
        runs = (RunRecord(1, 'odd"\\\n', NOW - HOUR, None, "running"),)
        found = parsed(text_of(families(Health(runs, 0, 0, None, None, False, None), {}, NOW)))
        assert r'matcher_run_last_start_timestamp_seconds{kind="odd\"\\\n"}' in found
        assert not any(
            name.startswith(("matcher_run_last_duration", "matcher_fetch", "matcher_index")) for name in found
        )

    def test_durations_and_the_last_good_run(self) -> None:
        runs = (
            RunRecord(2, "run", NOW - HOUR, NOW - HOUR / 2, "failed"),
            RunRecord(1, "run", NOW - 25 * HOUR, NOW - 24 * HOUR, "partial", {"report": {"seen": 7}}),
        )
        kept = ProjectHealth(7, 20, 5, NOW, ())
        found = parsed(text_of(families(Health(runs, 9, 3, None, None, False, None, {}, kept), {"sent": 2}, NOW)))
        assert (found["matcher_projects"], found["matcher_participations"]) == (7, 20)
        assert found['matcher_run_last_duration_seconds{kind="run"}'] == 1800
        assert found['matcher_run_last_good_timestamp_seconds{kind="run"}'] == (NOW - 24 * HOUR).timestamp()
        assert found["matcher_fetch_seen"] == 7
        assert found['matcher_mails{state="sent"}'] == 2

    def test_readers_see_a_whole_file(self, fetched, tmp_path) -> None:
        app = Home(load_settings(environ=fetched.environment))
        file = tmp_path / "matcher.prom"
        write_metrics(app, NOW, file)
        done = threading.Event()
        seen: set[str] = set()
        broken: list[str] = []

        def read() -> None:
            while not done.is_set():
                try:
                    seen.add(file.read_text())
                except OSError as error:
                    broken.append(str(error))

        thread = threading.Thread(target=read)
        thread.start()
        for _ in range(30):
            write_metrics(app, NOW, file)
        done.set()
        thread.join()
        assert broken == []
        assert all(parsed(text) for text in seen)
        assert [path.name for path in tmp_path.iterdir() if path.suffix != ".db" and path.is_file()] == ["matcher.prom"]

    def test_a_folder_that_is_not_there(self, run, fetched, tmp_path) -> None:
        answer = run(fetched, "status", "--metrics-file", str(tmp_path / "none" / "x.prom"))
        assert answer.code == 2
        assert "--metrics-file" in answer.err


@pytest.fixture
def logs():
    """Gives back the logging of the tests."""
    root = logging.getLogger()
    before, level, ours = root.handlers[:], root.level, logging.getLogger("matcher").level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("matcher").setLevel(ours)


class TestLogs:
    def test_json_lines_with_the_run_and_without_secrets(self, logs, capsys) -> None:
        configure("json")
        load_settings(environ={"MATCHER_SMTP_PASSWORD": "open sesame"})
        assert is_json()
        log = logging.getLogger("matcher.test")
        token = current_run.set(7)
        try:
            log.info("to %s with %s", "postgresql://me:hush@db/x?password=alsohush", "open sesame")
            raise ValueError("line one\nopen sesame ☕")
        except ValueError:
            log.exception("oh")
        finally:
            current_run.reset(token)
        logging.getLogger("other").info("not shown")
        log.debug("not shown")
        first, second = map(json.loads, capsys.readouterr().err.splitlines())
        assert first["message"] == "to postgresql://me:***@db/x?password=*** with ***"
        assert (first["level"], first["logger"], first["run"]) == ("info", "matcher.test", 7)
        assert datetime.fromisoformat(first["time"]).tzinfo is not None
        assert "ValueError: line one\n*** ☕" in second["exception"]

    def test_text_is_one_line(self, logs, capsys) -> None:
        configure("text", quiet=True)
        logging.getLogger("matcher.test").info("not shown")
        logging.getLogger("matcher.test").warning("shown %d", 3)
        assert not is_json()
        assert re.fullmatch(r"\S+\+00:00 WARNING matcher\.test: shown 3\n", capsys.readouterr().err)

    def test_configured_twice_tells_once(self, logs, capsys) -> None:
        configure("json")
        configure("json")
        logging.getLogger("matcher.test").info("once")
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_the_store_sets_the_run(self, fetched) -> None:
        with Home(load_settings(environ=fetched.environment)).open_store() as store:
            run_id = store.runs.begin("fetch", NOW)
            assert current_run.get() == run_id
            store.runs.finish(run_id, "ok", {}, NOW)
            assert current_run.get() is None

    @pytest.mark.parametrize(
        ("arguments", "code", "level"),
        [
            (["show", "NO-SUCH-CALL"], 2, "error"),
            (["fetch"], 4, "error"),
            (["status", "--max-age", "1m"], 1, "warning"),
        ],
    )
    def test_everything_on_stderr_is_json_when_that_is_asked_for(self, fetched, arguments, code, level) -> None:
        command = [sys.executable, "-m", "matcher", "--log-format", "json", *arguments]
        environment = fetched.process_environment | {"MATCHER_PORTAL_URL": "http://127.0.0.1:9/rest"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == code
        entries = [json.loads(line) for line in done.stderr.splitlines()]
        assert entries[-1]["level"] == level
        assert not entries[-1]["message"].startswith("matcher:")
