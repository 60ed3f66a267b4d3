"""Settings are checked by pydantic: the model of a section is made of the section's own fields."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from matcher.config import setting_sections, setting_types
from matcher.config.mistake_words import describe_validation_error
from matcher.config.mistaken import found_and_expected, told_at
from matcher.config.old_fits import HIGHEST
from matcher.model.question import MOST
from matcher.text.saying import Saying


class _Checked(BaseModel):
    # A section is checked as a part of the file: a schema of its own would be built at every start, and never used.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


_NAMES = {**vars(setting_sections), **vars(setting_types), "Field": Field, "HIGHEST": HIGHEST, "MOST": MOST}
"""What the annotations of the sections are written in."""

_NEED = {("web", "user_header"): ("proxy", "address"), ("web", "oidc_issuer"): ("oidc_client_id", "address")}
"""Settings, with those of their section without which they mean nothing."""


@cache
def model_of(section: type[Any]) -> type[BaseModel]:
    """The model that checks a section, or the whole file."""
    hints = get_type_hints(section, globalns=_NAMES, include_extras=True)
    made: dict[str, Any] = {}
    for field in fields(section):
        hint = hints[field.name]
        if is_dataclass(hint):
            model = model_of(hint)  # type: ignore[arg-type]
            made[field.name] = (model, model.model_construct())
        else:
            made[field.name] = (hint, field.default)
    return create_model(section.__name__, __base__=_Checked, __doc__=section.__doc__, **made)


def checked(values: dict[str, Any]) -> tuple[dict[str, Any], list[Saying]]:
    """These values as settings hold them, without what is wrong in them, and what that is, by key."""
    model, mistakes = model_of(setting_sections.SettingsFile), []
    try:
        found = model.model_validate(values)
    except ValidationError as error:
        mistakes = describe_validation_error(error)
        for detail in error.errors(include_url=False):
            section, *keys = detail["loc"]
            if keys:
                values[str(section)].pop(keys[0], None)
            else:
                values.pop(str(section), None)
        found = model.model_validate(values)
    settled = found.model_dump()
    return settled, mistakes + _alone(settled)


def _alone(settled: dict[str, Any]) -> list[Saying]:
    """What is told of settings that say nothing without others; they are put back to their defaults."""
    mistakes = []
    for (section, name), needed in _NEED.items():
        values = settled[section]
        missing = [f"`{other}`" for other in needed if values[name] and not values[other]]
        if missing:
            expected = Saying("{settings} too", settings=", ".join(missing))
            mistakes.append(told_at(f"{section}.{name}", found_and_expected(values[name], expected)))
            values[name] = ""
    return mistakes
