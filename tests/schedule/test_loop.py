"""The scheduler as a process: signals, a second one beside it, its logs; and its loop with a clock of our own."""

from __future__ import annotations

import gc
import json
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from matcher.app.home import Home
from matcher.app.sources.upkeep import archive_source
from matcher.config.settings import load_settings
from matcher.errors import ConfigError, StoreMissing
from matcher.model.subscription import Mail, MailState
from matcher.ranking.index import Index
from matcher.schedule.loop import GRACE_SECONDS, Scheduler
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.faults.nursery import Done, Job
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.home import Place, some_rows
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.portal.rows import topic
from tests.helpers.processes import MATCHER

HUSH = "hush-hush-9"
NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)  # a Monday, after 06:30 in Paris
MINUTE = timedelta(minutes=1)


@pytest.fixture
def scheduled(place: Place, serve) -> Place:
    """A place with a portal of twelve calls and no archive."""
    portal = serve(some_rows())
    place.portal = portal.url
    configure(place, "")
    return place


def configure(place: Place, schedule: str) -> None:
    toml = place.config / "matcher.toml"
    text = toml.read_text(encoding="utf-8").partition("[schedule]")[0]
    toml.write_text(f'{text}[schedule]\narchive = ""\n{schedule}', encoding="utf-8")


class Program:
    """`matcher schedule` as a process from its first line on."""

    def __init__(self, place: Place, log) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [*MATCHER, "schedule"], env=place.process_environment, stdout=subprocess.PIPE, stderr=stderr, text=True
            )

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def stop(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self) -> Done:
        out, _ = self._process.communicate(timeout=60)
        return Done(self._process.returncode, out, self.said)


class Process:
    """`matcher schedule` while it runs, with what it says as it comes."""

    def __init__(self, begun: Job | Program) -> None:
        self._begun = begun

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.ended:
            self._begun.stop(signal.SIGKILL)
            self._begun.wait()

    @property
    def said(self) -> str:
        return self._begun.said

    @property
    def ended(self) -> bool:
        return self._begun.ended

    def wait_for(self, *words: str) -> None:
        wait_for(lambda: all(word in self.said for word in words), self)

    def tell(self, number: int) -> None:
        self._begun.stop(number)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        began = time.monotonic()
        self.tell(number)
        done = self._begun.wait()
        assert done.out == ""
        return done.code, time.monotonic() - began


@pytest.fixture
def start(nursery):
    """Starts `matcher schedule` in a process that has loaded what it needs."""

    def begin(place: Place, *options: str, **environment: str) -> Process:
        return Process(nursery.start([*options, "schedule"], place.process_environment | environment))

    return begin


def wait_for(condition, process: Process | None = None, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, process.said if process else "waited in vain"
        assert process is None or not process.ended, process.said
        time.sleep(0.02)


def runs_of(place: Place, kind: str | None = None):
    with Home(load_settings(environ=place.environment)).open_store(read_only=True) as store:
        return store.runs.last(100, kind)


def indexes() -> int:
    """How many opened indexes are alive."""
    return sum(isinstance(thing, Index) for thing in gc.get_objects())


class TestProcess:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_works_at_once_and_leaves_when_told(self, scheduled, start, number) -> None:
        self.works_and_leaves(scheduled, start(scheduled), number)

    def test_the_program_itself_does(self, scheduled, tmp_path) -> None:
        self.works_and_leaves(scheduled, Process(Program(scheduled, tmp_path / "log")), signal.SIGTERM)

    def works_and_leaves(self, place: Place, begun: Process, number: int) -> None:
        with begun as process:
            process.wait_for("daily run is", "Forgotten")
            code, seconds = process.stop(number)
        assert code == 0, process.said
        assert seconds < GRACE_SECONDS
        assert "Stopped." in process.said
        assert "Traceback" not in process.said
        assert [r.outcome for r in runs_of(place, "run")] in (["ok"], ["partial"])
        assert not list(place.home.glob("index.stale*"))

    def test_in_the_middle_of_a_listing_it_leaves_after_the_page(self, scheduled, serve, start) -> None:
        portal = serve([topic(number) for number in range(900)])
        scheduled.portal = portal.url
        with start(scheduled, MATCHER_PORTAL_RATE="0.5") as process:
            wait_for(lambda: len(portal.requests) > 1, process)
            code, seconds = process.stop()
        assert code == 0, process.said
        assert seconds < GRACE_SECONDS + 5
        assert "interrupted" in process.said
        assert {run.outcome for run in runs_of(scheduled)} == {"interrupted"}
        with Home(load_settings(environ=scheduled.environment)).open_store() as store:
            assert store.runs.begin("fetch", datetime.now(UTC))  # nobody holds the lock

    def test_reads_the_configuration_again_and_keeps_the_old_one_when_it_is_wrong(self, scheduled, start) -> None:
        with start(scheduled) as process:
            process.wait_for("Forgotten")
            configure(scheduled, 'at = "99:00"\n')
            process.tell(signal.SIGHUP)
            process.wait_for("was not taken over", "schedule.at: found '99:00'")
            configure(scheduled, 'at = "04:07"\ndays = ["tuesday"]\n')
            process.tell(signal.SIGHUP)
            process.wait_for("was read again")
            code, _ = process.stop()
        assert code == 0
        told = re.findall(r"due \d{4}-\d\d-\d\d (\d\d:\d\d) UTC", process.said)
        assert told[-1] in {"02:07", "03:07"}
        assert told[0] in {"04:30", "05:30"}

    def test_a_database_of_an_older_version_is_brought_up_to_date(self, scheduled, start) -> None:
        with Home(load_settings(environ=scheduled.environment)).open_store():
            pass
        with closing(sqlite3.connect(scheduled.home / "matcher.db")) as connection, connection:
            for table in ("deliveries", "outbox", "decisions", "addresses"):
                connection.execute(f"DROP TABLE {table}")
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
        with start(scheduled) as process:
            process.wait_for("daily run is")
            assert process.stop()[0] == 0

    def test_two_at_once_do_the_work_once(self, scheduled, start) -> None:
        with start(scheduled) as one, start(scheduled) as other:
            wait_for(lambda: {"run", "clean"} <= {run.kind for run in finished(scheduled)})
            time.sleep(1)
            assert one.stop()[0] == other.stop()[0] == 0
        kinds = [run.kind for run in finished(scheduled)]
        assert (kinds.count("run"), kinds.count("clean")) == (1, 1)
        assert "Traceback" not in one.said + other.said
        assert " ERROR " not in one.said + other.said

    def test_json_logs_hold_the_run_and_no_password(self, scheduled, start, tmp_path) -> None:
        secrets = {
            "MATCHER_SMTP_PASSWORD": HUSH,
            "MATCHER_SMTP_URL": "smtps://me@127.0.0.1:9",
            "MATCHER_METRICS_FILE": str(tmp_path / "none" / f"x://me:{HUSH}@y"),
        }
        options = ("--log-format", "json", "--debug")
        with start(scheduled, *options, **secrets) as process:
            process.wait_for("Forgotten", "metrics were not written")
            process.stop()
        entries = [json.loads(line) for line in process.said.splitlines()]
        assert all({"time", "level", "logger", "message", "run"} <= set(entry) for entry in entries)
        assert all(datetime.fromisoformat(entry["time"]).tzinfo for entry in entries)
        assert any(isinstance(entry["run"], int) for entry in entries)
        assert HUSH not in process.said
        assert "***" in process.said


def finished(place: Place):
    try:
        return [run for run in runs_of(place) if run.outcome in {"ok", "partial"}]
    except StoreMissing:
        return []


class TestLoop:
    """`tick` with a clock that the test moves."""

    @pytest.fixture
    def loop(self, scheduled):
        return Loop(scheduled)

    @has_a_long_form
    def test_a_day_after_the_other(self, loop) -> None:
        for hour in range(0, 24 * 8, either(short=3, long=1)):
            loop.now = NOW + timedelta(hours=hour)
            loop.scheduler.tick()
            loop.scheduler.tick()
        runs = runs_of(loop.place, "run")
        assert [run.started.isoformat() for run in reversed(runs)] == [
            (NOW + timedelta(hours=hours)).isoformat() for hours in (0, 21, 45, 69, 93, 165, 189)
        ]  # Monday at the first look, Tuesday to Friday, Monday and Tuesday at 05:00 UTC
        assert len(runs_of(loop.place, "clean")) == 2

    def test_a_portal_that_is_away_is_tried_again_by_and_by(self, loop, serve) -> None:
        loop.scheduler.tick()
        loop.place.portal = "http://127.0.0.1:9/search-api/prod/rest"
        loop.scheduler.reload()
        for minute in range(0, 12 * 60, 5):
            loop.now = NOW + timedelta(days=1) + minute * MINUTE
            loop.scheduler.tick()
        runs = runs_of(loop.place, "run")
        assert [run.outcome for run in runs] == ["failed"] * 5 + [runs[-1].outcome]
        assert (runs[-1].started, runs[0].started - runs[4].started) == (NOW, timedelta(hours=4, minutes=20))

    def test_a_run_that_could_not_fetch_leaves_no_index_open(self, loop) -> None:
        loop.scheduler.tick()
        loop.place.portal = "http://127.0.0.1:9/search-api/prod/rest"
        loop.scheduler.reload()
        gc.collect()
        gc.disable()  # what the collector would find by and by must not be left to it
        try:
            before = indexes()
            loop.now += timedelta(days=1)
            loop.scheduler.tick()
            assert indexes() == before
        finally:
            gc.enable()

    def test_a_database_that_is_away_is_told_once_and_used_when_it_is_back(self, loop, caplog) -> None:
        loop.scheduler.tick()
        database = loop.place.home / "matcher.db"
        content = database.read_bytes()
        database.write_bytes(b"junk" * 1000)
        loop.now += timedelta(days=1)
        caplog.set_level("INFO", "matcher")
        loop.scheduler.tick()
        loop.scheduler.tick()
        assert caplog.text.count("is not a database") == 1
        for beside in loop.place.home.glob("matcher.db-*"):
            beside.unlink()
        database.write_bytes(content)
        loop.scheduler.tick()
        assert len(runs_of(loop.place, "run")) == 2

    def test_the_operator_is_told_of_a_database_that_says_nothing_and_of_the_weekly_work(self, loop) -> None:
        def told() -> list[str]:
            mails = sorted((loop.place.home / "outbox").glob("*/operator*.eml"))
            return [str(message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"]) for mail in mails]

        toml = loop.place.config / "matcher.toml"
        toml.write_text(
            toml.read_text(encoding="utf-8").replace('archive = ""', 'archive = "/nowhere/grants.json"')
            + '[mail]\noperator = "ops@example.org"\n',
            encoding="utf-8",
        )
        loop.scheduler.reload()
        loop.scheduler.tick()
        assert told() == ["matcher: the archive could not be read"]
        database = loop.place.home / "matcher.db"
        database.write_bytes(b"junk" * 1000)
        for _ in range(3):
            loop.now += MINUTE
            loop.scheduler.tick()
        assert sorted(told()) == ["matcher: the archive could not be read", "matcher: the scheduler stands still"]

    def test_the_operator_is_told_of_weekly_work_that_fails_as_nobody_foresaw(self, loop, monkeypatch) -> None:
        def unforeseen(*_: object) -> None:
            raise ZeroDivisionError("by nobody foreseen")

        monkeypatch.setattr("matcher.schedule.loop.refresh_archive", unforeseen)
        toml = loop.place.config / "matcher.toml"
        text = toml.read_text(encoding="utf-8").replace('archive = ""', 'archive = "/nowhere/grants.json"')
        toml.write_text(text + '[mail]\noperator = "ops@example.org"\n', encoding="utf-8")
        loop.scheduler.reload()
        loop.scheduler.tick()
        [mail] = (loop.place.home / "outbox").glob("*/operator*.eml")
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        assert message["Subject"] == "matcher: the archive could not be read"
        assert "ZeroDivisionError: by nobody foreseen" in message.get_content()

    def test_projects_come_once_a_month_and_the_operator_is_told_when_they_do_not(self, loop, tmp_path, caplog) -> None:
        dump = zipped(tmp_path / "cordis.zip", tables([project(1)], [participation(1, "999992401")]))
        toml = loop.place.config / "matcher.toml"
        text = toml.read_text(encoding="utf-8") + '[mail]\noperator = "ops@example.org"\n'
        toml.write_text(text.replace("sources = []", f'sources = ["{dump}"]'), encoding="utf-8")
        loop.scheduler.reload()
        for _ in range(5):  # the first daily run brings them, then the weekly slots leave them until the month is over
            loop.scheduler.tick()
            loop.now += timedelta(weeks=1)
        assert [run.outcome for run in runs_of(loop.place, "projects")] == ["ok", "ok"]
        caplog.set_level("WARNING", "matcher")
        dump.write_bytes(b"no zip")
        loop.now += timedelta(weeks=4)
        loop.scheduler.tick()
        assert runs_of(loop.place, "projects")[0].outcome == "failed"
        assert "is no zip or folder" in caplog.text
        [mail] = (loop.place.home / "outbox").glob("*/operator*.eml")
        assert message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"] == (
            "matcher: the projects could not be read"
        )

    def test_one_line_of_the_log_says_what_a_run_brought(self, loop, caplog) -> None:
        caplog.set_level("INFO", "matcher")
        loop.scheduler.tick()
        loop.now += timedelta(days=1)
        (loop.place.config / "subscribers.yaml").write_text(
            "subscribers: [{address: a@example.org, institutes: [cea-leti], threshold: 0}]\n", encoding="utf-8"
        )
        loop.scheduler.reload()
        loop.scheduler.tick()
        told = [r.getMessage() for r in caplog.records if r.getMessage().startswith("The daily run is")]
        numbers = [run.identifier for run in reversed(runs_of(loop.place, "run"))]
        says = ("12 calls seen, 12 new, 0 changed; lists of 3 institutes, no mails",
                "12 calls seen, 0 new, 0 changed; 1 mail queued, 1 sent, 0 waiting")  # fmt: skip
        assert [re.sub(r"[\d.]+ s\.$", "", line) for line in told] == [
            f"The daily run is ok (run {number}): {say}; " for number, say in zip(numbers, says, strict=True)
        ]

    def test_a_run_that_begins_at_the_start_is_announced(self, loop, caplog) -> None:
        caplog.set_level("INFO", "matcher")
        loop.scheduler.reload()
        assert (
            "the first daily run begins now, as nothing was fetched here before; the next daily run is due 2026-06-16"
            in caplog.text
        )
        loop.scheduler.tick()
        caplog.clear()
        loop.scheduler.reload()
        assert "read again; the next daily run is due 2026-06-16 04:30 UTC." in caplog.text
        loop.now += timedelta(days=2)
        loop.scheduler.reload()
        assert "the daily run of 2026-06-17 04:30 UTC is caught up now; the next" in caplog.text

    def test_the_operator_is_told_of_a_mail_that_is_given_up_between_two_runs(self, loop) -> None:
        with LocalSmtp() as server:
            server.script.always_rcpt["someone@example.org"] = "550 5.1.1 no such mailbox"
            toml = loop.place.config / "matcher.toml"
            mail = f'[mail]\noperator = "ops@example.org"\nsmtp_url = "{server.url}"\nrate = 1000\n'
            toml.write_text(toml.read_text(encoding="utf-8") + mail, encoding="utf-8")
            loop.scheduler.reload()
            loop.scheduler.tick()
            with loop.app.open_store() as store:
                store.outbox.queue(a_mail(), [], now=loop.now)
            loop.now += 10 * MINUTE
            loop.scheduler.tick()
            loop.now += 10 * MINUTE
            loop.scheduler.tick()
        [told] = [message_from_bytes(mail.body, policy=policy.default) for mail in server.accepted]
        assert (told["To"], told["Subject"]) == ("ops@example.org", "matcher: mails were given up")
        assert "digest of 2026-06-15 for someone is not delivered" in told.get_content().replace("\n", " ")

    def test_mails_that_wait_are_delivered_when_their_time_comes(self, loop) -> None:
        loop.scheduler.tick()
        with loop.app.open_store() as store:
            store.outbox.queue(a_mail(), [], now=loop.now + 20 * MINUTE)
        for minutes, count in ((10, 0), (20, 1), (30, 1)):
            loop.now = NOW + minutes * MINUTE
            loop.scheduler.tick()
            with loop.app.open_store(read_only=True) as store:
                assert store.outbox.counts().get(MailState.SENT, 0) >= count
        assert (loop.place.home / "outbox" / "2026-06-15" / "someone.eml").exists()

    def test_a_run_of_another_process_is_left_alone_quietly(self, loop, caplog) -> None:
        caplog.set_level("INFO", "matcher")
        loop.scheduler.tick()
        loop.now += timedelta(days=1)
        with loop.app.open_store() as store:
            run_id = store.runs.begin("fetch", loop.now)
            loop.scheduler.tick()
            assert "Left to another process" in caplog.text
            assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
            store.runs.finish(run_id, "ok", {}, loop.now)
        loop.now += MINUTE
        loop.scheduler.tick()
        assert len(runs_of(loop.place, "run")) == 2

    def test_starts_with_a_right_configuration_only(self, scheduled) -> None:
        configure(scheduled, 'timezone = "Europe/Nowhere"\ndays = ["monday", "mon"]\nkeep_days = 3\n')
        with pytest.raises(ConfigError) as caught:
            Loop(scheduled)
        assert {line.split(": ")[1] for line in caught.value.mistakes} == {
            "schedule.timezone", "schedule.days.2", "schedule.keep_days",
        }  # fmt: skip

    def test_an_encoder_that_is_not_there_is_not_taken_over(self, loop, caplog) -> None:
        toml = loop.place.config / "matcher.toml"
        toml.write_text(toml.read_text(encoding="utf-8") + '[ranking]\nencoder = "/nowhere/model"\n', encoding="utf-8")
        loop.scheduler.reload()
        assert "the former one stays" in caplog.text
        loop.scheduler.tick()
        assert [run.outcome for run in runs_of(loop.place, "run")] == ["ok"]

    def test_old_day_folders_go(self, loop) -> None:
        for root in ("lists", "outbox"):
            for name in ("2025-01-01", "2026-06-14", "not-a-day"):
                (loop.place.home / root / name).mkdir(parents=True)
        loop.scheduler.tick()
        left = {p.name for p in loop.place.home.glob("*/*") if p.parent.name in {"lists", "outbox"}}
        assert "2025-01-01" not in left
        assert {"2026-06-14", "not-a-day"} <= left


class Loop:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.now = NOW
        self.scheduler = Scheduler(self.load, clock=lambda: self.now)

    def load(self) -> Home:
        self.app = Home(load_settings(environ=self.place.environment), clock=lambda: self.now)
        return self.app


def a_mail() -> Mail:
    return Mail(
        "<1@example.org>", "someone", "someone@example.org", NOW.date(), "S", b"Subject: S\r\n\r\nx", "<p>", "digest"
    )


def test_the_archive_is_the_portal_s_own_unless_another_is_named(scheduled) -> None:
    configure(scheduled, "")
    assert archive_source(load_settings(environ=scheduled.environment)) is None
    toml = scheduled.config / "matcher.toml"
    toml.write_text(toml.read_text().replace('archive = ""', ""))
    source = archive_source(load_settings(environ=scheduled.environment))
    assert source == scheduled.environment["MATCHER_PORTAL_DATA_URL"] + "/referenceData/grantsTenders.json"


def test_the_weekly_work_by_hand(run, scheduled, serve, tmp_path) -> None:
    portal = serve(some_rows(), archive=b'{"fundingData": {"GrantTenderObj": [{"type": 1}]}}')
    scheduled.portal = portal.url
    configure(scheduled, "")
    toml = scheduled.config / "matcher.toml"
    toml.write_text(toml.read_text().replace('archive = ""', ""))
    assert run(scheduled, "fetch").code == 0
    answer = run(scheduled, "maintain", "--json")
    assert answer.code == 0, answer.err
    shown = json.loads(answer.out)
    assert shown["forgotten"] == {"raw_rows": 0, "set_aside": 0, "mails": 0, "runs": 0}
    assert shown["projects"] is None
    dump = zipped(tmp_path / "cordis.zip", tables([project(1)], [participation(1, "999992401")]))
    toml.write_text(toml.read_text().replace("sources = []", f'sources = ["{dump}"]'))
    assert json.loads(run(scheduled, "maintain", "--json").out)["projects"]["new"] == 1
    assert json.loads(run(scheduled, "maintain", "--json").out)["projects"] is None
    scheduled.portal = "http://127.0.0.1:9/search-api/prod/rest"
    answer = run(scheduled, "maintain")
    assert answer.code == 3
    assert "forgotten" in answer.out
