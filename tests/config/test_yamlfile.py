"""Whatever stands in a file, reading it ends in its keys or in one kind of error."""

from __future__ import annotations

import pytest

from matcher.config.files import read_yaml


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "[" * 60 + "]" * 60,
        "a: " + "{b: " * 100_000,
        "a: !!bool maybe",
        "a: !!timestamp x",
        "a: !!int ''",
        "a: !!float ''",
        "a: 2020-13-45",
        "a: &x [1]\nb: *x",
    ],
    ids=lambda text: text[:20],
)
def test_an_odd_file_is_told(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\w"):
        read_yaml(path, 5_000_000, "keys")


def test_nesting_that_people_write_is_read(tmp_path):
    path = tmp_path / "fine.yaml"
    path.write_text("a: {b: [{c: [1]}]}\n", encoding="utf-8")
    assert read_yaml(path, 5_000_000, "keys") == {"a": {"b": [{"c": [1]}]}}
