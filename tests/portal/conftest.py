from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from matcher.config.setting_sections import PortalSettings
from matcher.portal.client import Portal
from tests.helpers.portal.rows import RECORDED, recorded_rows

if TYPE_CHECKING:
    from tests.helpers.portal.server import LocalPortal

Connect = Callable[..., Portal]


@pytest.fixture(scope="session")
def recorded() -> list[dict[str, Any]]:
    """The distinct rows of both recorded passes."""
    if not RECORDED.is_dir():
        pytest.skip(f"no recorded pages at {RECORDED}")
    return recorded_rows()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens `Portal`s on a local one: quick, without really sleeping; `pauses` collects what it would have slept."""
    with ExitStack() as stack:

        def start(portal: LocalPortal, *, pauses: list[float] | None = None, **options: Any) -> Portal:
            chosen = {"timeout": 0.5, "rate": 1000.0, "backoff": 0.001, **options}
            settings = PortalSettings(url=portal.url, data_url=portal.data_url, **chosen)
            sleep = (lambda _: None) if pauses is None else pauses.append
            return stack.enter_context(Portal(settings, sleep=sleep))

        yield start
