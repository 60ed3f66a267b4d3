"""The packaged page templates, with facts in words at hand; whatever they are given is escaped in HTML."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from matcher.present import facts

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
        day=facts.day,
        deadline_text=facts.deadline_text,
        facts_line=facts.facts_line,
        status_text=facts.status_text,
    )
    return made
