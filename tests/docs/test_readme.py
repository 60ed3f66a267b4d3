"""What the README tells people to type works, on what a first run without a portal brings."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """Each `matcher …` line of the sh blocks, without its comment."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("matcher ")]
    return [shlex.split(line, comments=True) for line in lines]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A home after a first run whose portal does not answer: it holds the sample."""
    environment = {
        **os.environ,
        "MATCHER_HOME": str(tmp_path_factory.mktemp("home")),
        "MATCHER_PORTAL_URL": "http://127.0.0.1:9/search-api/prod/rest",
        "MATCHER_PORTAL_DATA_URL": "http://127.0.0.1:9/data",
        "MATCHER_PORTAL_RATE": "100",
    }
    first = call(["matcher", "run"], environment)
    assert first.returncode == 0, first.stderr
    assert "packaged sample listing" in first.stderr
    return environment


def call(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


def test_there_are_commands_to_try():
    assert len(commands()) > 5


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_a_command_of_the_readme(command, environment):
    done = call(command, environment)
    expected = {0, 1} if command[1] == "doctor" else {0}  # the doctor finds that the portal does not answer
    assert done.returncode in expected, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_every_link_of_the_documentation_leads_somewhere():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
