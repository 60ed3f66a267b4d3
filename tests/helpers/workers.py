"""How the tests are handed out when several processes run them."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

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
