"""Every module, class and function that the architecture page names is there."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.helpers.paths import ROOT

NAMED = sorted(
    set(re.findall(r"`(matcher(?:\.\w+)+)`", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")))
)


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_is_there(name: str) -> None:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            found = getattr(found, attribute)
        return
    raise AssertionError(name)


def test_contributing_names_only_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:matcher|tests|docs|config)/[\w./]*)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
