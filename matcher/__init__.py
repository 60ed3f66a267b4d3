"""Tells each French Carnot institute, every day, which European calls suit its skills, and why.

```python
import matcher

session = matcher.open()  # the store of this user, or the packaged sample
session.rank("brgm")
```

Importing this loads nothing heavy; each name loads what it needs when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher import errors
    from matcher.api.benchmark_source import benchmark_folder
    from matcher.api.drafts import Draft
    from matcher.api.evaluations import Archive, Evaluation, evaluate
    from matcher.api.network import Network
    from matcher.api.results import DigestPage, Matches, Page, Why, table
    from matcher.api.session import Session
    from matcher.api.session import open_session as open  # noqa: A004 (matcher.open, as in many libraries)

__version__ = "0.1.0"

_HOMES = {
    "Archive": ("matcher.api.evaluations", "Archive"),
    "DigestPage": ("matcher.api.results", "DigestPage"),
    "Draft": ("matcher.api.drafts", "Draft"),
    "Evaluation": ("matcher.api.evaluations", "Evaluation"),
    "Matches": ("matcher.api.results", "Matches"),
    "Network": ("matcher.api.network", "Network"),
    "Page": ("matcher.api.results", "Page"),
    "Session": ("matcher.api.session", "Session"),
    "Why": ("matcher.api.results", "Why"),
    "benchmark_folder": ("matcher.api.benchmark_source", "benchmark_folder"),
    "errors": ("matcher.errors", ""),
    "evaluate": ("matcher.api.evaluations", "evaluate"),
    "open": ("matcher.api.session", "open_session"),
    "table": ("matcher.api.results", "table"),
}
"""Public name → module that holds it, and its name there; empty for the module itself."""

__all__ = [  # noqa: RUF022 (the order of the reference)
    "open",
    "Session",
    "Network",
    "Matches",
    "Why",
    "Page",
    "Draft",
    "DigestPage",
    "benchmark_folder",
    "evaluate",
    "Evaluation",
    "Archive",
    "table",
    "errors",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, inner = _HOMES[name]
    loaded = import_module(module)
    found = getattr(loaded, inner) if inner else loaded
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
