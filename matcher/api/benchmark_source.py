"""Which benchmark folder a notebook runs on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.errors import BenchmarkError
from matcher.evaluation.benchmark import MADE_UP

if TYPE_CHECKING:
    from matcher.app.home import Home

CUTOFF = date(2023, 7, 1)
"""Projects signed before it are an institute's history, later ones its wins: most of Horizon Europe lies after it."""

FEWEST = 3
"""With fewer wins a store shows nothing."""


def benchmark_folder(
    named: Path | str | None = None, *, home: Path | str | None = None, config: Path | str | None = None
) -> Path:
    """The folder that is named, from here or from the folder above; without one, the institutes' own wins.

    These are written into the home folder, from the projects that `matcher fetch --projects` brought and the closed
    calls of the archive (`matcher fetch --bulk`). Where there are none, it is the made-up example that ships: no figure
    measured on it says anything about the ranking.

    Args:
        named: a benchmark folder, such as "../../shared/benchmark/h2020".
        home: the home folder, as for `matcher.open`.
        config: the configuration's folder, as for `matcher.open`.

    Raises:
        BenchmarkError: when there is no folder of that name.

    Example:
        >>> matcher.benchmark_folder(home="a folder without any project").name
        'made_up_example'
    """
    if named is None:
        from matcher.app.operation.setup_check import opened

        return _own(opened(Path(home) if home else None, Path(config) if config else None)) or MADE_UP
    found = next((path for path in (Path(named), Path("..", named)) if path.is_dir()), None)
    if found is None:
        raise BenchmarkError(f"There is no benchmark folder at {named}; without one, a made-up example is taken.")
    return found


def _own(home: Home) -> Path | None:
    """The institutes' own wins as a folder in the home folder; None where the store knows too few."""
    from matcher.app.measuring.own_wins import own_wins
    from matcher.evaluation.wins import write_judged

    won, calls = own_wins(home, CUTOFF)
    if sum(len(one.grades) for one in won) < FEWEST:
        return None
    folder = home.settings.home / "own-wins"
    write_judged(folder, won, calls)
    return folder
