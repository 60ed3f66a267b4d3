"""The world that lives and deaths share, one for all modules, and a home after its first day on either database."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.helpers.crash.days import first_day, second_listing, world
from tests.helpers.crash.forks import Forks
from tests.helpers.crash.power import compile_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.crash.days import Home, World


@pytest.fixture(scope="session")
def here() -> Iterator[World]:
    with world() as opened:
        yield opened


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """What watches what is synced, where a life asks for it; None where it cannot be compiled."""
    return compile_library(tmp_path_factory.mktemp("power")) if shutil.which("cc") is not None else None


@pytest.fixture(scope="session")
def forks(library: Path | None) -> Iterator[Forks]:
    with Forks(preload=library) as running:
        yield running


@pytest.fixture(scope="session")
def first_days(here: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path | None], Home]:
    """A home after its first day, lived once for all tests; on PostgreSQL where a cluster is given."""

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
