"""`python -m matcher` and the `matcher` command."""

from __future__ import annotations

import os

# A command is over in the time that these would take to set up: pydantic's search for plug-ins, threads for algebra.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from matcher.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
