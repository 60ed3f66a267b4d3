"""Rows of the fault matrix that take a moment only, in short every eighth; `make faults` runs the costly ones too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.helpers.faults.promise import HEAD, Fault, table
from tests.helpers.faults.stage import Stage
from tests.helpers.faults.table import ROWS
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.paths import DOCS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.faults.nursery import Nursery

GUIDE = DOCS / "reliability.md"


@pytest.fixture(scope="module")
def stage(nursery: Nursery) -> Iterator[Stage]:
    with Stage(nursery) as built:
        yield built


CHEAP = [row for row in ROWS if not row.costly]


@has_a_long_form
@pytest.mark.parametrize("fault", either(short=CHEAP[2::8], long=CHEAP), ids=lambda row: row.name)
def test_what_is_promised(stage: Stage, fault: Fault) -> None:
    assert stage.broken_promises(fault) == []


def test_the_guide_holds_the_same_table() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(r"^\| fault \|.*?\n\n", text, re.DOTALL | re.MULTILINE)
    assert found is not None
    assert found[0].strip() == table([row.cells for row in ROWS], HEAD)
    costly = sum(row.costly for row in ROWS)
    assert f"{len(ROWS)} rows" in text
    assert f"{costly} of them" in text


def test_a_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
