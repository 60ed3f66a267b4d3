"""A picture of what a command prints, with headless Chromium.

`python -m tests.helpers.mail.terminal_pictures TARGET COMMAND…`, such as `docs/images/partners.png partners CALL --for
brgm --top 6`: the command runs on the home folder and configuration of this shell, so it shows facts that are there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from html import escape
from pathlib import Path

from tests.helpers.mail.mail_pictures import shoot

COLUMNS, LINE, MARGIN = 100, 19, 24
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #10202e; color: #e4eaf0; }}
pre {{ margin: 0; padding: {margin}px; font: 14px/{line}px "DejaVu Sans Mono", monospace; }}
b {{ color: #7fd3e6; font-weight: 400; }}
</style><pre><b>$ matcher {command}</b>
{output}</pre>"""


def main() -> None:
    target, *words = sys.argv[1:]
    command = [sys.executable, "-m", "matcher", *words]
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "NO_COLOR": "1"}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=300)
    output = done.stdout.rstrip("\n")
    asked = " \\\n    ".join(
        textwrap.wrap(" ".join(words), COLUMNS - 16, break_long_words=False, break_on_hyphens=False)
    )
    page = PAGE.format(margin=MARGIN, line=LINE, command=escape(asked), output=escape(output))
    lines = f"{asked}\n{output}".count("\n") + 1
    shoot(page, Path(target).absolute(), 8 * COLUMNS + 10 * MARGIN // 2, LINE * lines + 2 * MARGIN, dark=False)


if __name__ == "__main__":
    main()
