"""The packaged page templates, with the wording of facts at hand; whatever they are given is escaped in HTML."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from matcher.present import wording

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """Templates of `matcher/present/templates`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("matcher.present", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        day=wording.day,
        deadline_text=wording.deadline_text,
        facts_line=wording.facts_line,
        status_text=wording.status_text,
    )
    return made
