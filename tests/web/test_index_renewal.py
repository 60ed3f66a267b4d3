"""Pages of a home whose calls or profiles changed: answered from the former index while a new one is being built."""

from __future__ import annotations

import os
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from matcher.app import index_renewal
from matcher.errors import StoreError
from tests.helpers.home import PHOTONIC, Place
from tests.helpers.web.local_site import LocalSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIST = "/institutes/cea-leti"
NOTICE = "their ranking is being made anew"


@pytest.fixture
def held(monkeypatch) -> threading.Event:
    """Builds of an index that do not end before the event."""
    go, build = threading.Event(), index_renewal.refresh_index

    def slow(*asked: object, **options: object) -> object:
        assert go.wait(60)
        return build(*asked, **options)

    monkeypatch.setattr(index_renewal, "refresh_index", slow)
    monkeypatch.setattr(index_renewal, "PATIENCE", 0.2)
    return go


@pytest.fixture
def edit(fetched: Place) -> Iterator[Callable[[], object]]:
    """Edits a profile; the file is put back, as other tests share the configuration."""
    file = fetched.config / "institutes" / "cea-leti.yaml"
    text, look = file.read_text(), file.stat()
    yield lambda: file.write_text(text + "\n# changed\n")
    file.write_text(text)
    os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))


def _until(found: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not found():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_nobody_waits_for_a_new_index(fetched: Place, held, edit) -> None:
    with LocalSite(fetched) as site:
        assert NOTICE not in site.get(LIST).text
        edit()
        for _ in range(2):  # made, and kept
            page = site.get(LIST).text
            assert PHOTONIC in page
            assert NOTICE in page
        held.set()
        _until(lambda: NOTICE not in site.get(LIST).text)


def test_a_small_change_is_waited_for(fetched: Place, held, edit, monkeypatch) -> None:
    held.set()
    monkeypatch.setattr(index_renewal, "PATIENCE", 60)
    with LocalSite(fetched) as site:
        site.get(LIST)
        edit()
        assert NOTICE not in site.get(LIST).text


def test_the_first_index_is_announced_while_it_is_made(fetched: Place, held) -> None:
    (fetched.home / "index" / "generation").unlink()
    with LocalSite(fetched) as site:
        answer = site.get(f"{LIST}?min_fit=1&top=5")
        assert answer.status_code == 503
        assert f'<a href="{LIST}?min_fit=1&amp;top=5">Load the page again</a>' in answer.text
        held.set()
        _until(lambda: site.get(LIST).status_code == 200)


def test_what_cannot_be_built_is_tried_again_and_the_former_serves(fetched: Place, edit, monkeypatch, caplog) -> None:
    build = index_renewal.refresh_index
    broken = [StoreError("The disk is full.")]
    tried = []

    def fail(*asked: object, **options: object) -> object:
        tried.append(asked)
        if broken:
            raise broken[0]
        return build(*asked, **options)

    monkeypatch.setattr(index_renewal, "refresh_index", fail)
    with LocalSite(fetched) as site:
        edit()
        for _ in range(3):
            assert NOTICE in site.get(LIST).text
        assert len(tried) == 1
        assert "The disk is full." in caplog.text
        broken.clear()
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 2 * index_renewal.REST)
        monkeypatch.setattr(index_renewal, "time", later)
        _until(lambda: NOTICE not in site.get(LIST).text)
