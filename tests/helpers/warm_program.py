"""`matcher` as a program that starts at once: a process that has everything loaded forks, and the fork is it.

The program hands over its arguments, environment, folder, and what it reads and writes; the fork answers with the exit
code. As a program this module is the process that forks, and its argument the socket on which it is asked.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.helpers.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 120.0
MOST = 2**20
_ASK = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    order = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()])
    socket.send_fds(asked, [order.encode()], [0, 1, 2])
    sys.exit(int(asked.recv(8) or 70))
"""


@contextmanager
def warm_program(folder: Path, module: str = __name__) -> Iterator[str]:
    """The text of a program that is `matcher`, or what else a module serves, as long as this lasts.

    The folder's name has to be short.
    """
    address = folder / "asked"
    process = subprocess.Popen([sys.executable, "-m", module, address], cwd=ROOT)
    try:
        end = time.monotonic() + PATIENCE
        while not address.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        script = shlex.quote(_ASK.format(address=str(address)))
        yield f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -ISc {script} "$@"\n'
    finally:
        process.kill()
        process.wait()


def _become(asked: socket.socket, command: Callable[[list[str]], object]) -> None:
    """The command with what was asked for; never returns."""
    from tests.helpers.warm import be_the_command

    content, descriptors, _, _ = socket.recv_fds(asked, MOST, 3)
    arguments, environment, folder = json.loads(content)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)

    def prepare() -> None:
        time.tzset()
        os.chdir(folder)

    code = be_the_command(arguments, environment, prepare, command)
    asked.send(str(code).encode())
    os._exit(code)


def serve(address: Path, command: Callable[[list[str]], object]) -> None:
    """Forks for each who asks there: the fork is the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what has ended
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address.with_suffix(".soon")))
        listening.listen()
        address.with_suffix(".soon").rename(address)
        while True:
            asked, _ = listening.accept()
            with asked:
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _become(asked, command)


def main() -> None:
    from matcher.cli.main import main as command
    from tests.helpers.warm import warm_up

    warm_up()
    serve(Path(sys.argv[1]), command)


if __name__ == "__main__":
    main()
