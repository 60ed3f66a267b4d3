"""`python -m benchmarks [TOPIC…]`: measure and print one table."""

from __future__ import annotations

import importlib
import platform
import sys

from benchmarks.grown import SHARED
from benchmarks.timing import shown

TOPICS = ("processes", "growth", "many", "cost", "project_import", "with_projects", "live_preview")


def main() -> None:
    topics = sys.argv[1:] or list(TOPICS)
    if not (SHARED / "benchmark").is_dir():
        sys.exit(f"{SHARED}/benchmark holds the real calls that the listing is grown from; set MATCHER_SHARED.")
    figures = []
    for topic in topics:
        print(f"measuring {topic}…", file=sys.stderr)
        figures += importlib.import_module(f"benchmarks.{topic}").measure()
    print(f"Python {platform.python_version()}, {platform.machine()}; command: python -m benchmarks {' '.join(topics)}")
    print(shown(figures))


if __name__ == "__main__":
    main()
