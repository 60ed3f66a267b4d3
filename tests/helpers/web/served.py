"""`matcher serve` as a process of its own, for tests that stop or kill it."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.home import Place


@contextmanager
def served(place: Place, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; it is gone afterwards."""
    command = [sys.executable, "-m", "matcher", *options, "serve", "--port", "0"]
    process = subprocess.Popen(command, env=place.process_environment, stderr=subprocess.PIPE, text=True)
    try:
        said = ""
        while (found := re.search(r"http://127\.0\.0\.1:\d+/", said)) is None:
            line = process.stderr.readline()
            assert line, said
            said += line
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()
