"""Templates and the style sheet of the pages."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from matcher.present import facts
from matcher.present.decision_words import decision_line
from matcher.text import untrusted
from matcher.web.decision_choices import decision_choices

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def style_sheet() -> bytes:
    """The one style sheet."""
    return resources.files("matcher.web").joinpath("static", "matcher.css").read_bytes()


@cache
def style_address() -> str:
    """Where it is served: the address changes with what it says, so that browsers may keep it."""
    return f"/static/{hashlib.sha256(style_sheet()).hexdigest()[:12]}/matcher.css"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("matcher.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        facts=facts,
        decision_line=decision_line,
        decision_choices=decision_choices,
        safe_link=untrusted.link,
        style=style_address(),
    )
    return made


def rendered(template: str, content: dict[str, Any]) -> str:
    """A page; whatever it is given is escaped."""
    return _environment().get_template(template).render(content)
