"""The command as a process of its own."""

from __future__ import annotations

import sys

MATCHER = [sys.executable, "-m", "matcher"]
MODULES = """
import sys
from matcher.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("\\n".join(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""
