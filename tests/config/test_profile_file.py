"""Files of institutes edited by the product: terms go in and out, and no other byte moves."""

from __future__ import annotations

from dataclasses import replace
from difflib import ndiff
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.config.institutes import read_institute
from matcher.config.profile_file import edited
from matcher.config.settings import packaged_config
from matcher.model.profile_terms import ProfileTerms
from tests.helpers.forms import tries

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted((packaged_config() / "institutes").glob("*.yaml"))
SMALL = """\
# of ours
id: x
keywords:
  en: [a, b]  # beside
  fr:
  - c
  # before d
  - d

# after
name: {en: X, fr: X}
"""


def read_back(text: str, name: str, folder: Path) -> ProfileTerms:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return ProfileTerms.of(read_institute(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_lines_of_the_terms_change(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    terms = ProfileTerms.of(read_institute(path))
    assert edited(text, terms) == text
    wanted = replace(
        terms,
        en=(*terms.en[1:], "NO", "12:30", "brand: new", "# no comment"),
        fr=(*terms.fr[:-1], "déjà vu"),
        exclude=(*terms.exclude, "coal"),
    )
    changed = edited(text, wanted)
    assert read_back(changed, path.name, tmp_path) == wanted
    moved = [line for line in ndiff(text.splitlines(), changed.splitlines()) if line[0] in "+-"]
    assert sum(line[0] == "-" for line in moved) <= 2
    assert sum(line[0] == "+" for line in moved) <= 7  # five terms, one that stays away, and its key


def test_comments_stay_where_they_are() -> None:
    wanted = ProfileTerms(en=("a", "z"), fr=("c", "e"))
    assert edited(SMALL, wanted) == SMALL.replace("[a, b]", "[a, z]").replace("  - d\n", "  - e\n")


words = st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20), unique=True)


@settings(max_examples=tries(40), deadline=None)
@given(words, words, words)
def test_whatever_is_written_is_read_again(english: list[str], french: list[str], away: list[str]) -> None:
    import tempfile
    from pathlib import Path

    path = FILES[0]
    terms = replace(
        ProfileTerms.of(read_institute(path)), en=tuple(english) or ("x",), fr=tuple(french), exclude=tuple(away)
    )
    with tempfile.TemporaryDirectory() as folder:
        assert read_back(edited(path.read_text(encoding="utf-8"), terms), path.name, Path(folder)) == terms
