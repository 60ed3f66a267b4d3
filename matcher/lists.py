"""Each institute's ranked list as a text and an HTML file, written whole or not at all."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from matcher import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from matcher.answers import Ranking


def write_list(folder: Path, ranking: Ranking, problems: Sequence[str]) -> None:
    """Write `<institute>.txt` and `<institute>.html` into a folder that is private to its owner."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {"ranking": ranking, "problems": problems, "today": ranking.as_of}
    for suffix in ("txt", "html"):
        text = _environment().get_template(f"list.{suffix}").render(content)
        _replace(folder / f"{ranking.institute}.{suffix}", text)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("matcher", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        day=wording.day,
        deadline_text=wording.deadline_text,
        facts_line=wording.facts_line,
        status_text=wording.status_text,
    )
    return environment
