"""What all rows share: the home and configuration after the good day, copied for each."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.faults.promise import Fault, check, good_day
from tests.helpers.faults.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.faults.nursery import Nursery


class Stage:
    """`with Stage(nursery) as stage: stage.broken_promises(fault)`."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery

    def __enter__(self) -> Stage:
        self._stack = ExitStack()
        self._good = self._folder()
        with Scene(self._good, self._nursery) as scene:
            good_day(scene)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def broken_promises(self, fault: Fault) -> list[str]:
        """Every promise of the row that is not kept; empty when all is well."""
        with Scene(self._folder(), self._nursery, self._good) as scene:
            return list(check(fault, scene))

    def _folder(self) -> Path:
        """A folder that other users may enter: pytest's own are closed to them."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="matcher-faults-")))
        folder.chmod(0o755)
        return folder


def cheap(rows: tuple[Fault, ...]) -> Iterator[Fault]:
    """The rows of the short form."""
    return (row for row in rows if not row.costly)
