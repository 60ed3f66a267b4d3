"""A second opening of the database in one process leaves the first one's locks alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from matcher.store.database import Store

WRITE_AND_LEAVE = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 7'); c.close()"
)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX locks")
def test_another_process_does_not_take_itself_for_the_last_one(tmp_path):
    path = tmp_path / "matcher.db"
    url = f"sqlite:///{path}"
    with Store.open(url) as first:
        first.runs.begin("fetch", datetime.now(UTC))
        with Store.open(url):
            pass
        subprocess.run([sys.executable, "-c", WRITE_AND_LEAVE, str(path)], check=True, timeout=60)
        # the last one to leave takes the write-ahead log away, and commits of ours with it
        assert path.with_name("matcher.db-wal").exists()
        assert first.runs.last()[0].outcome == "running"
