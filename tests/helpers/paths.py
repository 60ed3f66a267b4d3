"""Where things are: the repository, and the shared data that some tests and proofs read when it is there."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NOTEBOOKS = ROOT / "notebooks"
SHARED = Path(os.environ.get("MATCHER_SHARED") or ROOT.parent / "shared")
