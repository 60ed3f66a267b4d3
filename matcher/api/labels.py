"""What answers from the packaged sample says so: on every frame (`frame.attrs["sample"]`) and in every `repr`.

What lacks somebody says so by a warning.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

MARK = "[packaged sample, not today's calls]"


def labelled(frame: pd.DataFrame, sample: str | None) -> pd.DataFrame:
    """The frame, with the sample's label among its attributes where that is what it was answered from."""
    if sample:
        frame.attrs["sample"] = sample
    return frame


def marked(text: str, sample: str | None) -> str:
    """What an answer says of itself, marked in its first line where it was answered from the sample."""
    head, *rest = text.split("\n")
    return "\n".join([f"{head} {MARK}", *rest]) if sample else text


def warn_of(problems: Iterable[str]) -> None:
    """Tell whoever asked what failed, and is missing in the answer."""
    for problem in problems:
        warnings.warn(problem, stacklevel=3)
