"""What the tests of several packages share: homes, local portals, commands, a PostgreSQL server."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test, settings

from matcher import logs
from matcher.cli.main import main
from matcher.config.fingerprint import fingerprint
from matcher.config.settings import packaged_config
from matcher.store import engines
from matcher.text import masking
from tests.helpers import tables
from tests.helpers.faults.nursery import Nursery
from tests.helpers.forms import has_a_long_form, tries
from tests.helpers.home import (
    DAY,
    QUICK,
    SETTINGS,
    Answer,
    Place,
    Run,
    fetch_into,
    make_config,
    recorded_pass,
    some_rows,
)
from tests.helpers.memory import collect_seldom, keep_files_in_memory
from tests.helpers.portal.server import LocalPortal
from tests.helpers.postgres import private_cluster, programs_or_skip
from tests.helpers.processes import made_once, shared_by_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xdist.remote import Producer

    from tests.helpers.workers import OneByOne


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneByOne:
    from tests.helpers.workers import OneByOne

    return OneByOne(config, log)


def pytest_configure() -> None:
    keep_files_in_memory()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    from tests.helpers.workers import import_by_turns

    import_by_turns(session.config)


settings.register_profile("tests", max_examples=tries(100))
settings.load_profile("tests")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with what takes longest come first, so that no process has much to do when the others are done."""
    for item in items:
        if is_hypothesis_test(getattr(item, "function", None)):
            item.add_marker(has_a_long_form)
    long = {item.path for item in items if item.get_closest_marker("long") is not None}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    collect_seldom()


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test's settings made secret is an ordinary word in the next one."""
    monkeypatch.setattr(masking, "_known", masking.Secrets())


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands answer in English, whatever language this machine speaks."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(autouse=True)
def tables_by_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Homes by the hundred begin with a new file; the tests of the store have their tables from the migrations."""
    monkeypatch.setattr(engines, "_upgrade", tables.upgrade)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty home."""
    return Place(tmp_path / "home", make_config(tmp_path / "config"))


@pytest.fixture(scope="session")
def fetched_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("fetched")
    place = Place(folder / "home", make_config(folder / "config"))
    with LocalPortal(some_rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAY)
    return place


@pytest.fixture
def fetched(fetched_once: Place, tmp_path: Path) -> Iterator[Place]:
    """A home of its own with the twelve topics; nothing listens at its portal's address any more.

    The configuration is everybody's, as the index knows its institutes by the folder they are in: a test that edits
    them puts them back, or makes a configuration of its own.
    """
    home = tmp_path / "home"
    shutil.copytree(fetched_once.home, home)
    before = fingerprint(fetched_once.config)
    yield Place(home, fetched_once.config)
    assert fingerprint(fetched_once.config) == before, "the configuration that all tests share was edited"


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Read only: the first recorded pass, with every shipped institute, fitted by the first process that asks."""
    rows = recorded_pass("2026-05-07T1130")
    folder = shared_by_processes(tmp_path_factory, "recorded")
    place = Place(folder / "home", folder / "config")

    def fetch_all() -> None:
        shutil.copytree(packaged_config(), place.config, dirs_exist_ok=True)
        (place.config / "matcher.toml").write_text(QUICK, encoding="utf-8")
        with LocalPortal(rows) as portal:
            place.portal = portal.url
            fetch_into(place, "2026-05-07")

    made_once(folder, fetch_all)
    return place


@pytest.fixture
def serve() -> Iterator[Callable[..., LocalPortal]]:
    """Starts local portals that stop with the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda rows, **settings: stack.enter_context(LocalPortal(rows, **settings))


@pytest.fixture(autouse=True)
def logs_of_nobody_else() -> Iterator[None]:
    """A command that sets up its logs leaves them so; the next test begins without."""
    yield
    root = logging.getLogger()
    for handler in [one for one in root.handlers if one.get_name() == logs.HANDLER]:
        root.removeHandler(handler)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process: `run(place, "rank", "cea-leti")`."""

    def command(place: Place, *arguments: str, **environment: str) -> Answer:
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**place.environment, **environment}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err or "--debug" in arguments
        return Answer(int(ended.value.code or 0), captured.out, captured.err)

    return command


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts processes of the command at once."""
    with Nursery() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """A private server on a Unix socket."""
    with private_cluster(programs_or_skip()) as folder:
        yield folder
