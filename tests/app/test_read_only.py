"""A home on a disk that is only read: a snapshot that someone looks at."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.helpers.home import DAY, PHOTONIC, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def snapshot(fetched: Place, tmp_path: Path) -> Iterator[Place]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "matcher", disk], check=False)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copytree(fetched.home, disk / "home")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield Place(disk / "home", fetched.config)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_whoever_only_reads_gets_answers(run, snapshot, tmp_path) -> None:
    backup = tmp_path / "backup.db"
    for command, says in (
        (["status"], "12"),
        (["show", PHOTONIC, "--as-of", DAY], PHOTONIC),
        (["rank", "cea-leti", "--as-of", DAY], PHOTONIC),
        (["calls", "photonics", "--as-of", DAY], "photonics"),
        (["digest", "preview", "--institute", "cea-leti", "--as-of", DAY], "Silicon photonics"),
        (["digest", "status"], ""),
        (["subscribers"], ""),
        (["db", "check"], "whole"),
        (["db", "backup", str(backup)], ""),
    ):
        answer = run(snapshot, *command)
        assert answer.code == 0, (command, answer.err)
        assert says in answer.out, command
    restored = Place(tmp_path / "restored", snapshot.config)
    restored.home.mkdir()
    shutil.move(backup, restored.home / "matcher.db")
    assert run(restored, "status").out.splitlines()[0] == run(snapshot, "status").out.splitlines()[0]


def test_profiles_of_another_folder_are_ranked_without_being_kept(run, snapshot, tmp_path) -> None:
    """Who looks at a snapshot elsewhere has the institutes' files elsewhere too."""
    elsewhere = Place(snapshot.home, shutil.copytree(snapshot.config, tmp_path / "elsewhere"))
    answer = run(elsewhere, "rank", "cea-leti", "--as-of", DAY)
    assert answer.code == 0, answer.err
    assert PHOTONIC in answer.out


def test_whoever_writes_is_told(run, snapshot) -> None:
    for command in (["run"], ["fetch"], ["digest", "send"]):
        answer = run(snapshot, *command)
        assert answer.code == 1
        assert "cannot be made or written" in answer.err


def test_its_pages_are_read_and_what_they_would_write_is_told(snapshot) -> None:
    from tests.helpers.web.local_site import LocalSite

    with LocalSite(snapshot) as site:
        page = f"/institutes/cea-leti?as_of={DAY}"
        assert "Silicon photonics" in site.get(page).text
        answer = site.post("/institutes/cea-leti/decisions", page, call=PHOTONIC, act="keep")
        assert answer.status_code == 500
        assert "cannot be" in answer.text
