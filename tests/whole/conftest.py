"""The world that lives and deaths share, and a home after its first day on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.crash.days import first_day, world
from tests.helpers.crash.forks import Forks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.crash.days import Home, World


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
