"""Generations on disk: readers see one or the next, never half of one, whatever writers do and whatever is damaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.errors import IndexMissing
from matcher.model.question import Question
from matcher.ranking import index as index_module
from matcher.ranking.texts import generation as module
from matcher.ranking.texts.generation import Generation, StringTable, open_generation, write_generation
from tests.helpers.forms import tries
from tests.helpers.home import DAY

LAYOUT = 7
SHAPES = [
    np.arange(24, dtype=np.float32).reshape(4, 6),
    np.zeros((0, 3), dtype=np.int32),
    np.array(5, dtype=np.int64),
    np.array([True, False]),
    np.arange(7, dtype=np.uint8),
    np.arange(12, dtype=np.float16).reshape(3, 4).T,
]
WRITER = """
import sys
from pathlib import Path
import numpy as np
from matcher.ranking.texts.generation import Generation, write_generation
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


def test_a_writer_that_fails_leaves_what_was_in_use_and_nothing_else(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(1))
    before = sorted(tmp_path.iterdir())
    broken = Generation({"number": 2}, {"a": np.full(3, 2), "b": np.array([object()])})
    with pytest.raises(ValueError, match="no array of numbers"):
        write_generation(tmp_path, LAYOUT, broken)
    with pytest.raises(TypeError):
        write_generation(tmp_path, LAYOUT, Generation({"number": object()}, {"a": np.full(3, 2)}))
    assert read(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_reader_goes_on_with_what_it_opened(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(1))
    opened = open_generation(tmp_path, LAYOUT)
    write_generation(tmp_path, LAYOUT, numbered(2, size=3))
    assert {int(value) for array in opened.arrays.values() for value in array} == {1}


@given(arrays=st.dictionaries(st.text(max_size=9), st.sampled_from(SHAPES), max_size=6))
@settings(max_examples=tries(50), deadline=None)
def test_any_arrays_of_numbers_come_back_as_they_were(arrays):
    with TemporaryDirectory() as name:
        write_generation(Path(name), LAYOUT, Generation({"names": sorted(arrays)}, arrays))
        opened = open_generation(Path(name), LAYOUT)
        assert opened.meta == {"names": sorted(arrays)}
        assert opened.arrays.keys() == arrays.keys()
        for key, array in arrays.items():
            assert opened.arrays[key].dtype == array.dtype
            assert opened.arrays[key].ctypes.data % array.dtype.alignment == 0
            np.testing.assert_array_equal(opened.arrays[key], array)


def test_what_a_killed_writer_or_a_former_layout_left_is_removed_after_a_while(tmp_path):
    write_generation(tmp_path, LAYOUT, numbered(1))
    (tmp_path / "CURRENT").touch()
    (tmp_path / "0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef" / "a.npy").touch()
    (tmp_path / ".writing-left").touch()
    write_generation(tmp_path, LAYOUT, numbered(2))
    assert len(list(tmp_path.iterdir())) == 4
    long_ago = time.time() - module.LEFT_SECONDS - 60
    for path in tmp_path.iterdir():
        os.utime(path, (long_ago, long_ago))
    write_generation(tmp_path, LAYOUT, numbered(3))
    assert [path.name for path in tmp_path.iterdir()] == [module.FILE]
    assert read(tmp_path) == 3


# damage


def cut(path):
    path.write_bytes(path.read_bytes()[:-8])


def longer(path):
    path.write_bytes(path.read_bytes() + bytes(64))


def garble(path):
    path.write_bytes(b"not an array")


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def no_head(path):
    path.write_bytes(path.read_bytes().partition(b"\n")[2])


def in_head(old: bytes, new: bytes):
    """Damage that writes something else, as long, into the head."""

    def damage(path):
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new.ljust(len(old)), 1))

    return damage


HEADS = {
    "a pickle": in_head(b'"<i8"', b'"|O"'),
    "a kind that there is not": in_head(b'"<i8"', b'"<i9"'),
    "a larger shape": in_head(b"[10]", b"[99]"),
    "a negative shape": in_head(b"[10]", b"[-1]"),
    "a place beyond the end": in_head(b", 128]", b", 999]"),
    "a place before the start": in_head(b", 128]", b", -99]"),
    "no list": in_head(b'"arrays": {', b'"arrayz": {'),
}
DAMAGES = [cut, longer, garble, remove, empty, no_head, *HEADS.values()]


@pytest.mark.parametrize("damage", DAMAGES, ids=[*(d.__name__ for d in DAMAGES[:6]), *HEADS])
def test_damage_is_told_as_a_missing_index(tmp_path, damage):
    write_generation(tmp_path, LAYOUT, numbered(1))
    damage(tmp_path / module.FILE)
    with pytest.raises(IndexMissing, match="matcher run"):
        open_generation(tmp_path, LAYOUT)


def test_another_layout_and_nothing_at_all_are_told(tmp_path):
    with pytest.raises(IndexMissing, match="Nothing was indexed yet"):
        open_generation(tmp_path / "none", LAYOUT)
    write_generation(tmp_path, LAYOUT, numbered(1))
    with pytest.raises(IndexMissing, match="another version"):
        open_generation(tmp_path, LAYOUT + 1)


def test_the_app_builds_an_index_of_another_version_anew(fetched):
    app = Home(load_settings(environ=fetched.environment))
    before = rank(app, Question(("cea-leti",), as_of=_day()))
    folder = fetched.home / "index"
    write_generation(folder, index_module.LAYOUT - 1, open_generation(folder, index_module.LAYOUT))
    with pytest.raises(IndexMissing, match="another version"):
        index_module.open_index(folder)
    assert rank(app, Question(("cea-leti",), as_of=_day())) == before
    assert len(index_module.open_index(folder)) > 0


@pytest.mark.parametrize("damage", [cut, remove, garble])
def test_the_app_builds_a_damaged_index_anew(fetched, damage):
    app = Home(load_settings(environ=fetched.environment))
    before = rank(app, Question(("cea-leti",), as_of=_day()))
    path = fetched.home / "index" / module.FILE
    sound = path.stat().st_size
    damage(path)
    assert rank(app, Question(("cea-leti",), as_of=_day())) == before
    assert path.stat().st_size >= sound


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
