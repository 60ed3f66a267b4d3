"""The world that lives and deaths share, and a home after its first day on either database."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.helpers.crash.days import first_day, second_listing, world
from tests.helpers.crash.forks import Forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="module")
def first_days(here: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path | None], Home]:
    """A home after its first day, lived once for all tests of a module; on PostgreSQL where a cluster is given."""

    @cache
    def lived(cluster: Path | None) -> Home:
        folder = tmp_path_factory.mktemp("first")
        return first_day(folder, here, cluster, name=folder.name)

    return lived


@pytest.fixture
def after_first_day(first_days: Callable[[Path | None], Home], here: World) -> Iterator[Callable[..., Home]]:
    """Makes a home of a test's own after its first day; the portal then lists the second."""
    with ExitStack() as stack:

        def copied(cluster: Path | None = None) -> Home:
            first = first_days(cluster)
            here.portal.index.replace(second_listing())
            return stack.enter_context(first.copy("before"))

        yield copied


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, after_first_day: Callable[..., Home]) -> Home:
    return after_first_day(request.getfixturevalue("postgresql_folder") if request.param == "postgresql" else None)
