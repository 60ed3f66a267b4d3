"""Which benchmark folder a notebook runs on."""

from __future__ import annotations

from pathlib import Path

from matcher.errors import BenchmarkError
from matcher.evaluation.benchmark import MADE_UP


def benchmark_folder(named: Path | str | None = None) -> Path:
    """The folder that is named, from here or from the folder above; without one the made-up example that ships.

    No figure measured on the example says anything about the ranking: it is there to be run on.

    Raises:
        BenchmarkError: when there is no folder of that name.

    Example:
        >>> matcher.benchmark_folder().name
        'made_up_example'
    """
    if named is None:
        return MADE_UP
    found = next((path for path in (Path(named), Path("..", named)) if path.is_dir()), None)
    if found is None:
        raise BenchmarkError(f"There is no benchmark folder at {named}; without one, a made-up example is taken.")
    return found
