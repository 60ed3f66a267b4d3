"""What is forked again and again: lives one day first, so that no fork loads what a day loads, and is the command."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.cli.main import main
from tests.helpers.flow import Flow, photonics
from tests.helpers.home import Place, make_config
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.memory import collect_seldom
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def be_the_command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    prepare: Callable[[], object],
    command: Callable[[list[str]], object] = main,
) -> int:
    """In a fork: `matcher` with these arguments, in this environment and after what prepares it; its exit code."""
    try:
        os.environ.clear()
        os.environ.update(environment)
        prepare()
        command(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def warm_up() -> None:
    """One day of an installation of its own, of which nothing stays open."""
    with tempfile.TemporaryDirectory() as folder, LocalPortal([photonics(n) for n in range(3)]) as portal:
        place = Place(Path(folder) / "home", make_config(Path(folder) / "config"), portal.url)
        with LocalSmtp() as smtp:
            Flow(place, smtp.url).run()
    while threading.active_count() > 1:  # a fork copies no thread, but the locks that one may hold
        time.sleep(0.01)
    collect_seldom()
