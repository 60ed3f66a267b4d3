"""How the tests are handed out when several processes run them."""

from __future__ import annotations

import importlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TOGETHER = (
    "tests/api/test_examples.py",
    "tests/api/test_network.py",
    "tests/api/test_session.py",
    "tests/app/test_caution.py",
    "tests/app/test_joint_bids.py",
    "tests/docs/test_pages.py",
    "tests/docs/test_site.py",
    "tests/evaluation/test_evaluate.py",
    "tests/notebooks/test_notebooks.py",
    "tests/portal/test_entry.py",
    "tests/ranking/test_statements.py",
    "tests/test_layers.py",
    "tests/web/",
    "tests/whole/test_soak.py",
)
"""Modules whose tests share something that takes seconds to make, and a folder of which each module does."""

PAIRS = (
    ("tests/whole/test_kills.py", "tests/whole/test_power.py"),
    ("tests/whole/test_faults.py", "tests/schedule/test_loop.py"),
)
"""Modules that share such a thing with another one: a process that has everything loaded."""


class OneByOne(LoadScopeScheduling):
    """Each test goes to who has least to do; those of a module that stays together go first, to one process."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        pair = next((" ".join(pair) for pair in PAIRS if module in pair), "")
        return pair or (module if module.startswith(TOGETHER) else nodeid)


def import_by_turns(config: pytest.Config) -> None:
    """In one of several processes that run all tests: each begins with other modules.

    pytest compiles every module anew for its assertions, and keeps that. Begun all with the first one, all processes
    would compile all of a fresh checkout at once. What cannot be imported is left to the collection, which tells why.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None or [Path(asked).resolve() for asked in config.args] != [ROOT / "tests"]:
        return
    names = list(_modules(ignored={Path(one).resolve() for one in config.getoption("ignore") or ()}))
    first = len(names) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for name in (*names[first:], *names[:first]):
        with suppress(Exception, pytest.skip.Exception):
            importlib.import_module(name)


def _modules(ignored: set[Path]) -> Iterator[str]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if ignored.isdisjoint(file.parents):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts)
