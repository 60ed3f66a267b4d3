"""`matcher serve` as a process: it says where it is, refuses what is not safe, and ends when it is told to."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests

from tests.helpers.web.served import served

if TYPE_CHECKING:
    from tests.helpers.home import Place, Run


def test_it_says_where_it_is_and_ends_well_when_told_to(fetched: Place) -> None:
    with served(fetched) as (process, address):
        with requests.Session() as session:  # which keeps its connection open
            assert session.get(address, timeout=60).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        assert "GET / 200" in process.stderr.read()


def test_it_says_so_in_french(fetched: Place) -> None:
    with served(fetched, "--lang", "fr") as (process, address):
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert address


def test_a_port_that_is_taken_is_told(fetched: Place, run: Run) -> None:
    with served(fetched) as (_, address):
        answer = run(fetched, "serve", "--port", address.rstrip("/").rpartition(":")[2])
        assert answer.code == 1
        assert "taken" in answer.err
        assert "--port 0" in answer.err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_nobody_else_can_reach_it(fetched: Place, run: Run, host: str) -> None:
    answer = run(fetched, "serve", "--host", host, "--port", "0")
    assert answer.code == 2
    assert "nobody is asked who he is" in answer.err


def test_other_commands_load_nothing_of_it() -> None:
    code = "import sys, matcher.cli.main, matcher.cli.serving_command; print('starlette' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
