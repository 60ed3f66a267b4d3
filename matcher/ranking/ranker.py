"""What a ranker is: fitted on calls, it scores them for profiles. Rankers plug in by name.

A package offers one through the entry-point group `matcher.rankers`; the name in the group is what
`matcher evaluate --model NAME` takes, and nothing that calls rankers changes.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from matcher.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from matcher.model.call import Call
    from matcher.model.institute import Profile

GROUP = "matcher.rankers"


class Ranker(Protocol):
    """Scores calls for profiles; larger is better, and only the order within a profile means anything."""

    def rank_scores(self, calls: Sequence[Call], profiles: Sequence[Profile]) -> npt.NDArray[np.float64]:
        """(profiles, calls) finite scores. It sees what is to be ranked for whom, and no answers."""
        ...


def ranker_names() -> list[str]:
    """Names of every ranker that is installed."""
    return sorted(point.name for point in entry_points(group=GROUP))


def load_ranker(name: str) -> Ranker:
    """A new ranker of that name.

    Raises:
        UsageError: when there is none, or when it needs an extra that is not installed.
    """
    point = next(iter(entry_points(group=GROUP, name=name)), None)
    if point is None:
        raise UsageError(f"No ranker is called {name!r}; there are {', '.join(ranker_names())}.")
    try:
        make: Callable[[], Ranker] = point.load()
        return make()
    except ImportError as error:
        raise UsageError(
            f"The ranker {name!r} needs {error.name}; `pip install 'matcher[{name}]'` brings it."
        ) from error
