"""Templates of the pages, and what they load: the style sheet, and htmx, which answers forms without loading anew."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from matcher.model.day import brussels_day
from matcher.present import facts
from matcher.present.decision_words import decision_line
from matcher.text import untrusted
from matcher.web.decision_choices import decision_choices

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


STYLE, SCRIPT = "matcher.css", "htmx.min.js"

TYPES = {STYLE: "text/css", SCRIPT: "text/javascript"}
"""What pages load beside themselves."""


@cache
def loaded(name: str) -> bytes:
    """The style sheet, or the script."""
    return resources.files("matcher.web").joinpath("static", name).read_bytes()


@cache
def address_of(name: str) -> str:
    """Where it is served: the address changes with what it says, so that browsers may keep it."""
    return f"/static/{hashlib.sha256(loaded(name)).hexdigest()[:12]}/{name}"


HTMX = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "historyEnabled": False,
    "scrollIntoViewOnBoost": False,
    "selfRequestsOnly": True,
    "responseHandling": [
        {"code": "[23]..", "swap": True},
        {
            "code": "[45]..",
            "swap": True,
            "error": False,
            "target": "#main",
            "select": "#main",
            "swapOverride": "outerHTML",
        },
    ],
}
"""How htmx behaves: it runs nothing of a page, keeps nothing, and shows an error's page where the page was."""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("matcher.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # a template of another version is not what this process knows
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["coded"] = coded
    made.globals.update(
        facts=facts,
        brussels_day=brussels_day,
        decision_line=decision_line,
        decision_choices=decision_choices,
        safe_link=untrusted.link,
        style=address_of(STYLE),
        script=address_of(SCRIPT),
        htmx=json.dumps(HTMX),
    )
    return made


def coded(sentence: str) -> Markup:
    """A sentence whose commands stand between backticks, with these as code; all else of it is escaped."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 (escaped before)


def rendered(template: str, content: dict[str, Any]) -> str:
    """A page; whatever it is given is escaped."""
    return _environment().get_template(template).render(content)
