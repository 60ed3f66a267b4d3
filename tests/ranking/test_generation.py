"""Generations on disk: readers see one or the next, never half of one, whatever writers do and whatever is damaged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from matcher.app.home import Home
from matcher.app.questions import rank
from matcher.config.settings import load_settings
from matcher.errors import IndexMissing
from matcher.model.question import Question
from matcher.ranking import generation as module
from matcher.ranking.generation import Generation, StringTable, open_generation, write_generation
from tests.helpers.home import DAY

LAYOUT = 7
WRITER = """
import sys
from pathlib import Path
import numpy as np
from matcher.ranking.generation import Generation, write_generation
root, first, last, size = Path(sys.argv[1]), *map(int, sys.argv[2:])
for number in range(first, last):
    arrays = {name: np.full(size, number) for name in ("a", "b", "c", "d")}
    write_generation(root, 7, Generation({"number": number}, arrays))
    print(number, flush=True)
"""


def numbered(number: int, size: int = 10) -> Generation:
    return Generation({"number": number}, {name: np.full(size, number) for name in ("a", "b", "c", "d")})


def read(root) -> int:
    """The number of the generation in use, all of it read."""
    opened = open_generation(root, LAYOUT)
    assert {int(value) for array in opened.arrays.values() for value in np.unique(array)} == {opened.meta["number"]}
    return int(opened.meta["number"])


def writer(root, first: int, last: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(root), *map(str, (first, last, size))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_was_written_is_read_mapped_and_without_pickle(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(1))
    opened = open_generation(tmp_path, LAYOUT)
    assert opened.meta["number"] == 1
    assert not opened.arrays["a"].flags.writeable
    assert read(tmp_path) == 1


def test_readers_see_one_generation_or_the_next_while_a_writer_swaps(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(0))
    with writer(tmp_path, 1, 60, 10_000) as process:
        seen = [read(tmp_path)]
        while process.poll() is None:
            seen.append(read(tmp_path))
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert read(tmp_path) == 59


@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02, 0.05])
def test_a_killed_writer_leaves_what_was_in_use(tmp_path, delay):
    write_generation(tmp_path, LAYOUT, numbered(0))
    with writer(tmp_path, 1, 1_000, 2_000_000) as process:
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        told = process.stdout.read().split()
    last = int(told[-1]) if told else 1
    assert read(tmp_path) in {last, last + 1}
    write_generation(tmp_path, LAYOUT, numbered(7))
    assert read(tmp_path) == 7


def test_a_writer_that_fails_leaves_what_was_in_use_and_nothing_else(tmp_path, monkeypatch):
    write_generation(tmp_path, LAYOUT, numbered(1))
    before = sorted(tmp_path.iterdir())
    broken = Generation({"number": 2}, {"a": np.full(3, 2), "b": np.array([object()])})
    with pytest.raises(ValueError, match="allow_pickle"):
        write_generation(tmp_path, LAYOUT, broken)
    assert read(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_old_generations_and_leftovers_are_removed_after_a_while(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(1))
    write_generation(tmp_path, LAYOUT, numbered(2))
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2
    (tmp_path / "CURRENT.left-by-a-killed-writer").touch()
    long_ago = time.time() - module.KEPT_SECONDS - 60
    for path in tmp_path.iterdir():
        os.utime(path, (long_ago, long_ago))
    write_generation(tmp_path, LAYOUT, numbered(3))
    assert len(list(tmp_path.iterdir())) == 2
    assert read(tmp_path) == 3


# damage


def cut(path):
    path.write_bytes(path.read_bytes()[:-8])


def garble(path):
    path.write_bytes(b"not an array")


def pickle(path):
    with path.open("wb") as stream:  # given a path, numpy adds .npy
        np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def other_size(path):
    with path.open("wb") as stream:
        np.save(stream, np.zeros(3))


@pytest.mark.parametrize("damage", [cut, garble, pickle, remove, empty, other_size])
@pytest.mark.parametrize("part", ["a.npy", "meta.json", "CURRENT"])
def test_damage_is_told_as_a_missing_index(tmp_path, part, damage):
    write_generation(tmp_path, LAYOUT, numbered(1))
    path = next(tmp_path.glob(f"*/{part}"), tmp_path / part)
    damage(path)
    with pytest.raises(IndexMissing, match="matcher run"):
        open_generation(tmp_path, LAYOUT)


def test_another_layout_and_nothing_at_all_are_told(tmp_path):
    with pytest.raises(IndexMissing, match="Nothing was indexed yet"):
        open_generation(tmp_path / "none", LAYOUT)
    write_generation(tmp_path, LAYOUT, numbered(1))
    with pytest.raises(IndexMissing, match="another version"):
        open_generation(tmp_path, LAYOUT + 1)


def test_current_cannot_point_outside_the_folder(tmp_path):
    write_generation(tmp_path / "index", LAYOUT, numbered(1))
    write_generation(tmp_path / "elsewhere", LAYOUT, numbered(2))
    name = (tmp_path / "elsewhere" / "CURRENT").read_text()
    (tmp_path / "index" / "CURRENT").write_text(f"../elsewhere/{name}")
    with pytest.raises(IndexMissing):
        open_generation(tmp_path / "index", LAYOUT)


@pytest.mark.parametrize("damage", [cut, remove, garble])
@pytest.mark.parametrize("part", ["posting_rows.npy", "meta.json", "CURRENT"])
def test_the_app_builds_a_damaged_index_anew(fetched, part, damage):
    app = Home(load_settings(environ=fetched.environment))
    before = rank(app, Question(("cea-leti",), as_of=_day()))
    index = fetched.home / "index"
    current = (index / "CURRENT").read_text()
    damage(index / "CURRENT" if part == "CURRENT" else index / current / part)
    assert rank(app, Question(("cea-leti",), as_of=_day())) == before
    assert json.loads((index / (index / "CURRENT").read_text() / "meta.json").read_text())["arrays"]


def _day():
    from datetime import date

    return date.fromisoformat(DAY)


# tables of strings


def test_a_table_gives_back_every_string_and_finds_the_sorted_ones():
    strings = sorted({b"", b"a", "é".encode(), b"ab", b"b" * 1_000})
    table = StringTable.pack([*strings, b"unsorted", b"tail"])
    assert [table[i] for i in range(len(table))] == table.all() == [*strings, b"unsorted", b"tail"]
    assert [table.find(s, 0, len(strings)) for s in strings] == list(range(len(strings)))
    assert table.find(b"tail", 0, len(strings)) is None
    assert table.find(b"aa", 0, len(strings)) is None
    assert StringTable.pack([]).find(b"a") is None
