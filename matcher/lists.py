"""Each institute's ranked list as a text and an HTML file, written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcher.disk import make_folder, write_file
from matcher.present.templating import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.model.answers import Ranking


def write_list(folder: Path, ranking: Ranking, problems: Sequence[str]) -> None:
    """Write `<institute>.txt` and `<institute>.html` into a folder that is private to its owner."""
    make_folder(folder)
    content = {"ranking": ranking, "problems": problems, "today": ranking.as_of}
    for suffix in ("txt", "html"):
        text = environment().get_template(f"list.{suffix}").render(content)
        write_file(folder / f"{ranking.institute}.{suffix}", text.encode(errors="replace"))
