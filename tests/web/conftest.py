"""A site of the twelve topics, one for each module's tests, and their home on either database."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.helpers.home import DAY, Place, fetch_into, make_config, some_rows
from tests.helpers.portal.server import LocalPortal
from tests.helpers.postgres import copied_database, new_database
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def site(fetched_once: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(fetched_once.home, home)
    with LocalSite(Place(home, fetched_once.config)) as served:
        yield served


@pytest.fixture(scope="session")
def fetched_to_configure(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Its index knows the institutes by their folder, which `configured` makes anew in the same place for each test."""
    folder = tmp_path_factory.mktemp("configured")
    place = Place(folder / "home", make_config(folder / "config"))
    with LocalPortal(some_rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    return place


@pytest.fixture
def configured(fetched_to_configure: Place, tmp_path: Path) -> Callable[..., Place]:
    """Makes a home of a test's own with the twelve topics, and a configuration: `configured(address, readers)`.

    The address is where the pages say that they are, the readers are in the words of `subscribers.yaml`; more settings
    of the pages are given by name.
    """

    def made(address: str = "", readers: str = "", **pages: str) -> Place:
        shutil.copytree(fetched_to_configure.home, tmp_path / "home")
        shutil.rmtree(fetched_to_configure.config)
        place = Place(tmp_path / "home", make_config(fetched_to_configure.config))
        if address:
            lines = [f'{name} = "{value}"\n' for name, value in {"address": address, **pages}.items()]
            with (place.config / "matcher.toml").open("a", encoding="utf-8") as file:
                file.writelines(["[web]\n", *lines])
        if readers:
            (place.config / "subscribers.yaml").write_text(readers, encoding="utf-8")
        return place

    return made


@pytest.fixture(scope="session")
def fetched_on_a_server(postgresql_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """What others are copied from: nobody may be in this database."""
    folder = tmp_path_factory.mktemp("server")
    place = Place(folder / "home", make_config(folder / "config"), database=new_database(postgresql_folder))
    with LocalPortal(some_rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    return place


@pytest.fixture(params=["sqlite", "postgresql"])
def on_either(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A home of its own with the twelve topics, whose decisions are kept in it or on a server."""
    if request.param == "sqlite":
        return request.getfixturevalue("fetched")
    made: Place = request.getfixturevalue("fetched_on_a_server")
    shutil.copytree(made.home, tmp_path / "home")
    shutil.copytree(made.config, tmp_path / "config")
    return Place(tmp_path / "home", tmp_path / "config", made.portal, database=copied_database(made.database))
