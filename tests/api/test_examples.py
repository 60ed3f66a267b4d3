"""Every public method of the API has an example, and every example says what it prints."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import matcher
from matcher import api
from matcher.api import entry_frames
from matcher.app.home import Home
from matcher.app.sources.project_fetching import fetch_projects
from matcher.config.settings import load_settings
from tests.helpers.benchmarks import write
from tests.helpers.joint import joint_place, joint_projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = [importlib.import_module(found.name) for found in pkgutil.iter_modules(api.__path__, "matcher.api.")]
SELF_EVIDENT = {"DigestPage", "Matches", "Page", "Why"}
"""Classes that have properties only; what they show is in the examples of what gives them."""


@pytest.fixture(scope="module")
def opened() -> Iterator[matcher.Session]:
    with matcher.open(sample=True) as session:
        yield session


@pytest.fixture(scope="module")
def with_projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[matcher.Session]:
    """A store that has projects, which the sample has not, and the call that examples ask for."""
    folder = tmp_path_factory.mktemp("past")
    place = joint_place(folder, "HORIZON-CL6-2026-01-CIRCBIO-03")
    fetch_projects(Home(load_settings(environ=place.environment)), [str(joint_projects(folder))])
    with matcher.open(home=place.home, config=place.config) as session:
        yield session


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_print_what_they_say(module: object, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    opened = request.getfixturevalue("with_projects" if module is entry_frames else "opened")
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    runner = doctest.DocTestRunner(optionflags=options)
    with pd.option_context("display.width", 200):
        names = {"matcher": matcher, "session": opened, "folder": write(tmp_path)}
        for test in doctest.DocTestFinder(exclude_empty=True).find(module, globs=names):
            runner.run(test)
    assert not runner.failures


def public_methods() -> list[tuple[str, object]]:
    found = [("evaluate", matcher.evaluate), ("open", matcher.open)]
    for name in matcher.__all__:
        thing = getattr(matcher, name)
        if inspect.isclass(thing) and name not in SELF_EVIDENT:
            found += [(f"{name}.{n}", f) for n, f in inspect.getmembers(thing, inspect.isfunction) if n[0] != "_"]
    return found


@pytest.mark.parametrize(("name", "method"), public_methods(), ids=[name for name, _ in public_methods()])
def test_every_method_has_an_example(name: str, method: object) -> None:
    assert ">>>" in (method.__doc__ or ""), name


@pytest.mark.parametrize("name", matcher.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    thing = getattr(matcher, name)
    assert thing.__doc__, name
    for inner, value in vars(thing).items() if inspect.isclass(thing) else ():
        if inner[0] != "_" and (inspect.isfunction(value) or isinstance(value, property)):
            assert value.__doc__, f"{name}.{inner}"
