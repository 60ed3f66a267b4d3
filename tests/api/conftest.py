"""The packaged sample, kept and indexed once for the sessions of all tests: each gets a copy in its own folder."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from matcher.app.sources import fetching
from tests.helpers.processes import made_once, shared_by_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matcher.app.home import Home


@pytest.fixture(scope="session")
def sample_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Home], None]:
    """What `use_sample` does, by itself for the first home of a configuration, and as a copy of that for the others."""
    made = shared_by_processes(tmp_path_factory, "samples")
    made.mkdir(exist_ok=True)
    by_itself = fetching.use_sample

    def use_sample(home: Home) -> None:
        kept = made / hashlib.sha256(home.fingerprint.encode()).hexdigest()

        def make() -> None:
            by_itself(home)
            shutil.copytree(home.settings.home, kept)

        made_once(kept, make)
        shutil.copytree(kept, home.settings.home, dirs_exist_ok=True)

    return use_sample


@pytest.fixture(scope="module", autouse=True)
def _sample_is_copied(sample_once: Callable[[Home], None]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "use_sample", sample_once)
        yield
