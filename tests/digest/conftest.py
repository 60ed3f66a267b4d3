"""What the tests of what a reader is told share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.store.database import Store
from tests.helpers.story import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Calls that are listed, changed and told of day by day."""
    with Store.open(f"sqlite:///{tmp_path}/matcher.db") as store:
        yield World(store)
