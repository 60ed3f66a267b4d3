"""A site of the twelve topics, one for each module's tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.helpers.home import Place
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def site(fetched_once: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(fetched_once.home, home)
    with LocalSite(Place(home, fetched_once.config)) as served:
        yield served
