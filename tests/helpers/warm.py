"""What is forked again and again lives one day first, so that no fork has to load what a day loads."""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from pathlib import Path

from tests.helpers.flow import Flow, photonics
from tests.helpers.home import Place, make_config
from tests.helpers.mail.smtp_server import LocalSmtp
from tests.helpers.portal.server import LocalPortal


def warm_up() -> None:
    """One day of an installation of its own, of which nothing stays open."""
    with tempfile.TemporaryDirectory() as folder, LocalPortal([photonics(n) for n in range(3)]) as portal:
        place = Place(Path(folder) / "home", make_config(Path(folder) / "config"), portal.url)
        with LocalSmtp() as smtp:
            Flow(place, smtp.url).run()
    while threading.active_count() > 1:  # a fork copies no thread, but the locks that one may hold
        time.sleep(0.01)
    gc.collect()
    gc.freeze()  # or the collector of each fork looks at, and so copies, all that was loaded here
