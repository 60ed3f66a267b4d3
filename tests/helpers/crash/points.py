"""The moments of a daily run at which it can be killed, counted inside the process that runs.

A moment is the time before or after a statement, a commit, a file of the home that is opened, renamed, removed or
synced, and words that go to or come from a server. The run itself is the real one: what is put around its functions
only counts. Each moment carries the stage of the day in which it lies.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
import socket
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

STAGES = ("record", "fetch", "save", "index", "compose", "deliver")
"""`record` is what lies around the others: the run's beginning and end, and notices to the operator."""

_STAGED = (
    ("matcher.app.sources.fetching", "fetch_listing", "fetch"),
    ("matcher.store.saving:Saving", "listing", "save"),
    ("matcher.app.sources.fetching", "refresh_index", "index"),
    ("matcher.app.mails.queueing:Queueing", "queue", "compose"),
    ("matcher.app.mails.queueing:Queueing", "queue_round", "compose"),
    ("matcher.mail.delivery", "deliver", "deliver"),
)
_FILES = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"})


@dataclass(frozen=True)
class Kill:
    """Which moment is the last: the n-th of all (0: none), or of one stage."""

    at: int
    stage: str = ""

    def comes(self, number: int, stage: int) -> bool:
        return number == self.at and (not self.stage or STAGES[stage] == self.stage)


class Points:
    """Counts moments into shared memory, one byte of stage each; ends or announces the process at one of them."""

    def __init__(self, home: str, log: mmap, kill: Kill, told: int | None) -> None:
        self.stage = 0
        self._home = home
        self._log = log
        self._count = 0
        self._of_stage = Counter[int]()
        self._kill = kill
        self._told = told

    def reach(self, *_: object) -> None:
        """One more moment; with `told`, the parent learns that it came and kills after a while, else it ends here."""
        if self._count < len(self._log):
            self._log[self._count] = self.stage + 1
        self._count += 1
        self._of_stage[self.stage] += 1
        if not self._kill.comes(self._of_stage[self.stage] if self._kill.stage else self._count, self.stage):
            return
        if self._told is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            os.write(self._told, b"!")

    def watch(self) -> None:
        """Put the counting around everything; for this process until it ends."""
        for where, name, stage in _STAGED:
            module, _, holder = where.partition(":")
            owner: Any = importlib.import_module(module)
            self._around(getattr(owner, holder) if holder else owner, name, STAGES.index(stage))
        for moment in ("before_cursor_execute", "after_cursor_execute"):
            sa.event.listen(sa.Engine, moment, self.reach)
        for owner, name in (
            (DefaultDialect, "do_commit"),
            (os, "fsync"),
            (socket.socket, "sendall"),
            (socket.socket, "recv_into"),
        ):
            setattr(owner, name, self._counted(getattr(owner, name)))
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" or (event in _FILES and str(arguments[0]).startswith(self._home)):
            self.reach()

    def _counted(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def counted(*arguments: Any, **named: Any) -> Any:
            self.reach()
            try:
                return work(*arguments, **named)
            finally:
                self.reach()

        return counted

    def _around(self, owner: Any, name: str, stage: int) -> None:
        work = getattr(owner, name)

        @functools.wraps(work)
        def staged(*arguments: Any, **named: Any) -> Any:
            before, self.stage = self.stage, stage
            try:
                return work(*arguments, **named)
            finally:
                self.stage = before

        setattr(owner, name, staged)
