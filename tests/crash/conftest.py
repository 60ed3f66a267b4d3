"""The world that lives and deaths share, and a home after its first day on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crash.days import first_day, world
from tests.crash.forks import Forks
from tests.store.conftest import postgresql_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.days import Home, World

__all__ = ["postgresql_folder"]


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with world() as opened:
        yield opened


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, here: World, tmp_path: Path) -> Home:
    cluster = request.getfixturevalue("postgresql_folder") if request.param == "postgresql" else None
    return first_day(tmp_path, here, cluster, name=f"before{abs(hash(request.node.name))}")
