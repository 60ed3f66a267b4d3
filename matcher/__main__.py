"""`python -m matcher` and the `matcher` command."""

from __future__ import annotations

from matcher.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
