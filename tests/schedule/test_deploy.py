"""The unit files, the container file and the operator's guide say what is true of this version."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from configparser import RawConfigParser
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from matcher.cli.main import COMMANDS, cli
from matcher.config.setting_checks import checked
from matcher.config.setting_sections import ScheduleSettings, settings_file
from matcher.model.outcomes import Health, RunRecord
from matcher.schedule.metrics import families
from tests.helpers.paths import DOCS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
GUIDE = (DOCS / "operations.md").read_text(encoding="utf-8")
NOW = datetime(2026, 6, 15, tzinfo=UTC)
SCHEDULE = {field.name for field in fields(ScheduleSettings)}


def settings_of(unit: Path) -> list[str]:
    return [line for line in unit.read_text(encoding="utf-8").splitlines() if "=" in line and not line.startswith("#")]


def parses(arguments: list[str]) -> None:
    """Raises when the command line does not know a command or an option."""
    context = cli.make_context("matcher", list(arguments), resilient_parsing=True)
    words = [word for word in arguments if word in COMMANDS]
    assert words, arguments
    command = cli.get_command(context, words[0])
    rest = arguments[arguments.index(words[0]) + 1 :]
    if hasattr(command, "commands") and rest:
        assert rest[0] in command.commands
        command, rest = command.commands[rest[0]], rest[1:]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= known


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_units_run_commands_that_exist_and_are_locked_down(unit: Path) -> None:
    lines = settings_of(unit)
    (start,) = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
    program, *arguments = shlex.split(start)
    assert program.endswith("/matcher")
    parses(arguments)
    assert {
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=matcher",
        "User=matcher",
        "UMask=0077",
    } <= set(lines)
    reference = settings_of(SERVICES[0])
    hardening = [line for line in reference if line.startswith(("Protect", "Private", "Restrict", "System"))]
    assert [line for line in lines if line in hardening] == hardening


def test_timers_follow_the_default_schedule() -> None:
    default = ScheduleSettings()
    run, maintain = (ROOT / "deploy" / "systemd" / f"matcher-{name}.timer" for name in ("run", "maintain"))
    assert f"OnCalendar=Mon..Fri {default.at} {default.timezone}" in settings_of(run)
    assert f"OnCalendar=Sun {default.weekly_at} {default.timezone}" in settings_of(maintain)
    assert all("Persistent=true" in settings_of(timer) for timer in (run, maintain))


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/matcher/venv/bin/matcher", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        RawConfigParser(strict=False, delimiters=("=",)).read_string(text)
    files = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "matcher" in line]
    assert complaints == []


def test_the_container_is_built_of_pins_with_hashes_and_has_no_rights() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements/postgresql.txt" in text
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    build = next(line for line in GUIDE.splitlines() if line.startswith("podman build"))
    assert text.startswith(f"# {build}\n")
    assert "--format docker" in build  # the format that has a HEALTHCHECK
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in copied.split())
    pins = {name: pins_of(ROOT / "requirements" / f"{name}.txt") for name in ("run", "postgresql")}
    assert pins["postgresql"] - pins["run"] == {p for p in pins["postgresql"] if p.startswith("psycopg")}
    assert pins["run"] <= pins["postgresql"]
    for command in re.findall(r"^(?:.*)CMD \[(.+)\]", text, re.MULTILINE):
        parses([word for word in re.findall(r'"([^"]+)"', command) if word != "matcher"])


def test_nginx_hands_on_what_the_pages_ask_for() -> None:
    """Host and origin are compared, cookies are for TLS alone, and forms are as large as they may be here."""
    from matcher.web.guard import LARGEST
    from matcher.web.serving import PORT

    text = (ROOT / "deploy" / "nginx" / "matcher.conf").read_text(encoding="utf-8")
    assert "proxy_set_header Host $host;" in text
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert f"proxy_pass http://127.0.0.1:{PORT};" in text
    assert int(re.search(r"client_max_body_size (\d+)k", text)[1]) * 1024 >= LARGEST
    assert text.count("{") == text.count("}")


def pins_of(file: Path) -> set[str]:
    return set(re.findall(r"^(\S+==\S+)", file.read_text(encoding="utf-8"), re.MULTILINE))


def commands_of_the_guide() -> list[list[str]]:
    spans = re.findall(r"`(matcher [^`\n]+)`", GUIDE)
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("matcher ")]
    commands = (re.split(r"\s\|\|\s", line)[0] for line in [*spans, *lines])
    return [shlex.split(command, comments=True)[1:] for command in commands if "COMMAND" not in command]


@pytest.mark.parametrize("arguments", commands_of_the_guide(), ids=" ".join)
def test_commands_of_the_guide_exist(arguments: list[str]) -> None:
    parses(arguments)


def test_the_guide_names_every_metric_and_setting() -> None:
    runs = (RunRecord(1, "fetch", NOW, NOW, "ok", {"report": dict.fromkeys(("seen", "new", "changed", "closed"), 1)}),)
    health = Health(runs, 1, 1, NOW, NOW.isoformat(), True, None)
    for family in families(health, {}, NOW):
        short = family.name.removeprefix("matcher_fetch")
        assert f"`{family.name}" in GUIDE or f"`{short}`" in GUIDE, family.name
    for name in SCHEDULE:
        assert f"`{name}`" in GUIDE or f"`schedule.{name}`" in GUIDE, name


def test_the_shipped_configuration_shows_every_default_of_the_schedule() -> None:
    shipped = (ROOT / "config" / "matcher.toml").read_text(encoding="utf-8")
    uncommented = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", shipped, flags=re.MULTILINE))
    assert set(uncommented["schedule"]) == SCHEDULE
    assert settings_file(checked(uncommented)[0]).schedule == ScheduleSettings()
