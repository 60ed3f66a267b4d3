"""A saved index whose files are damaged (`matcher.ranking.texts.generation`): opened, or told as missing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import strategies as st

from matcher.errors import IndexMissing
from matcher.ranking.texts.generation import Generation, StringTable, open_generation, write_generation
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, folder_of, short
from tests.helpers.fuzz.mutations import bytes_like

LAYOUT = 1


def saved() -> dict[str, bytes]:
    """The files of a small generation, by their path below the index folder."""
    arrays = {
        "numbers": np.arange(24, dtype=np.float32).reshape(4, 6),
        **StringTable.pack([b"a", b"b"]).arrays("terms"),
    }
    with TemporaryDirectory() as name:
        root = Path(name)
        write_generation(root, LAYOUT, Generation({"number": 1}, arrays))
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


FILES = saved()


def check(damage):
    path, content = damage
    with folder_of({**FILES, path: content}) as root:
        try:
            opened = open_generation(root, LAYOUT)
        except IndexMissing as error:
            short(error, 400)
            return
        for array in opened.arrays.values():
            assert array.tobytes() is not None


DAMAGES = st.one_of([st.tuples(st.just(path), bytes_like(content)) for path, content in FILES.items()])
INDEX = Target("saved index", DAMAGES, check)


@has_a_long_form
def test_saved_index():
    INDEX.run()
