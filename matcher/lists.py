"""Each institute's ranked list as a text and an HTML file, written whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from matcher.templating import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.answers import Ranking


def write_list(folder: Path, ranking: Ranking, problems: Sequence[str]) -> None:
    """Write `<institute>.txt` and `<institute>.html` into a folder that is private to its owner."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {"ranking": ranking, "problems": problems, "today": ranking.as_of}
    for suffix in ("txt", "html"):
        text = environment().get_template(f"list.{suffix}").render(content)
        _replace(folder / f"{ranking.institute}.{suffix}", text)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)
