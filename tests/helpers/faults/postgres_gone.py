"""A PostgreSQL server that goes away in the middle of a run."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.helpers.faults.causes import held
from tests.helpers.postgres import administer, private_cluster, programs_or_skip, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.faults.nursery import Done
    from tests.helpers.faults.scene import Scene

_DATABASE = "matcher"


@contextmanager
def moved(scene: Scene) -> Iterator[None]:
    """What SQLite holds is moved to a server of its own, which stays until the end of the scene."""
    scene.server = scene.enter(private_cluster(programs_or_skip()))
    administer(scene.server, f"CREATE DATABASE {_DATABASE}")
    url = url_of(scene.server, _DATABASE)
    done = scene.start("db", "copy", f"sqlite:///{scene.database}", url).wait()
    if done.code:
        raise AssertionError(done)
    scene.database.unlink()
    scene.url = url
    yield


def goes(*, back: bool) -> Callable[[Scene], Done]:
    """A run whose server stops while the listing is read; it is back before the listing is saved, or after the run."""

    def act(scene: Scene) -> Done:
        with held(scene) as job:
            _control(scene.server, "stop", "-m", "fast")
            if back:
                _control(scene.server, "restart")
        done = job.wait()
        if not back:
            _control(scene.server, "restart")
        return done

    return act


def _control(folder: Path, *command: str) -> None:
    """`restart` starts a server that was stopped with the options that it had."""
    program = str(programs_or_skip() / "pg_ctl")
    subprocess.run(
        [program, "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), *command],
        user="postgres" if os.geteuid() == 0 else None,
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
