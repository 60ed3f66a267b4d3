"""Directives that write the reference out of the code: `settings-reference`, `profile-reference` and `public-api`."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import matcher
from matcher.config.environment import ENVIRONMENT, ENVIRONMENT_ONLY
from matcher.config.profile_template import profile_keys
from matcher.config.setting_checks import model_of
from matcher.config.setting_sections import SECTIONS, SettingsFile

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from sphinx.application import Sphinx


class SettingsReference(SphinxDirective):
    """One table for each section of `matcher.toml`, and one of the variables that belong to none."""

    def run(self) -> list[nodes.Node]:
        return parsed(self, settings_markdown())


class ProfileReference(SphinxDirective):
    """A table of every key of a profile."""

    def run(self) -> list[nodes.Node]:
        return parsed(self, profile_markdown())


class PublicApi(SphinxDirective):
    """Each public name of `import matcher`, in the order of `__all__`, from its docstring."""

    def run(self) -> list[nodes.Node]:
        return parsed(self, ["```{eval-rst}", *api_rst(), "```"])


def parsed(directive: SphinxDirective, lines: list[str]) -> list[nodes.Node]:
    """The nodes of some Markdown."""
    holder = nodes.section()
    holder.document = directive.state.document
    directive.state.nested_parse(StringList(lines, source=directive.env.docname), 0, holder, match_titles=True)
    return holder.children


def settings_markdown() -> list[str]:
    """The reference of all settings as Markdown."""
    variables = {key: variable for variable, key in ENVIRONMENT.items()}
    top = {name: field for name, field in model_of(SettingsFile).model_fields.items() if name not in SECTIONS}
    tables = [("## Before any section", "", top)]
    tables += [(f"## `[{name}]`", one.__doc__ or "", model_of(one).model_fields) for name, one in SECTIONS.items()]
    lines: list[str] = []
    for title, said, fields in tables:
        lines += [title, "", inspect.cleandoc(said), "", "| key, variable | | type | default |", "|---|---|---|---|"]
        section = title.strip("#` []") + "." if said else ""
        for name, field in fields.items():
            variable = variables.get(section + name)
            key = f"`{name}`" + (f"<br>`{variable}`" if variable else "")
            cells = (key, described(field), kind(field), default(field))
            lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
        lines.append("")
    lines += ["## Variables without a key", "", "| variable | |", "|---|---|"]
    return [*lines, *(f"| `{name}` | {text} |" for name, text in ENVIRONMENT_ONLY.items())]


def profile_markdown() -> list[str]:
    """The keys of a profile as Markdown; what has to be there is bold."""
    lines = ["| key | | holds |", "|---|---|---|"]
    for key in profile_keys():
        name = f"**`{key.path}`**" if key.required else f"`{key.path}`"
        lines.append(f"| {name} | {key.text} | {key.kind} |")
    return lines


def kind(field: FieldInfo) -> str:
    """The type of a field in words, with its bounds."""
    bounds = {type(m).__name__.lower(): getattr(m, type(m).__name__.lower(), None) for m in field.metadata}
    signs = {"gt": "above", "ge": "at least", "le": "at most"}
    return ", ".join([words(field.annotation), *(f"{sign} {bounds[b]:g}" for b, sign in signs.items() if b in bounds)])


def words(annotation: Any) -> str:
    """A type in words."""
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"list of {words(get_args(annotation)[0])}"
    names = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    return names[annotation]


def default(field: FieldInfo) -> str:
    """The default as one writes it in TOML."""
    value = field.default
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def described(field: FieldInfo) -> str:
    """What the field says of itself; a field that says nothing is a mistake."""
    if not field.description:
        raise ValueError(f"a setting without a description: {field!r}")
    return field.description


def public_names() -> list[str]:
    """What `import matcher` offers."""
    return [name for name in matcher.__all__ if not name.startswith("__")]


def api_rst() -> list[str]:
    """The autodoc directive of each public name."""
    lines: list[str] = []
    for name in public_names():
        directive = directive_of(getattr(matcher, name))
        lines += [f".. {directive}:: matcher.{name}", "" if directive == "autofunction" else "   :members:", ""]
    return lines


def directive_of(thing: object) -> str:
    """Which of autodoc's directives documents a thing."""
    if isinstance(thing, type):
        return "autoexception" if issubclass(thing, BaseException) else "autoclass"
    if isinstance(thing, types.ModuleType):
        return "automodule"
    return "autofunction" if callable(thing) else "autodata"


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("settings-reference", SettingsReference)
    app.add_directive("profile-reference", ProfileReference)
    app.add_directive("public-api", PublicApi)
    return {"parallel_read_safe": True}
