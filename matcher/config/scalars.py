"""What stands in a file without quotes is text first: `NO`, `12:30`, `007` are words until a number is asked for."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import BeforeValidator

_TAGS = ("bool", "int", "float", "timestamp", "null", "value", "merge")


class Unquoted(str):
    """The text of an unquoted scalar that YAML would make something else of."""

    __slots__ = ()


def keep_as_written(loader: type[Any]) -> None:
    """Make a loader of YAML give unquoted scalars as they stand there; an empty one stays nothing."""
    for tag in _TAGS:
        usual = loader.yaml_constructors.get(f"tag:yaml.org,2002:{tag}")
        loader.add_constructor(f"tag:yaml.org,2002:{tag}", _constructor(usual))


def _constructor(usual: Any) -> Any:
    def construct(loader: Any, node: Any) -> Any:
        if not isinstance(node, yaml.ScalarNode) or node.style:  # a tag that somebody wrote before it
            return usual(loader, node) if usual else loader.construct_object(node)
        return Unquoted(node.value) if node.value else None

    return construct


def meant(value: object) -> object:
    """What YAML makes of an unquoted scalar: a number, a truth, a date, nothing; all else as it is."""
    if not isinstance(value, Unquoted):
        return value
    try:
        return yaml.safe_load(value)
    except (yaml.YAMLError, ValueError):  # no such day, a number of thousands of digits
        return str(value)


def _or_nothing(value: object) -> object:
    return None if meant(value) is None else value


MEANT = BeforeValidator(meant)
"""Marks a field that is no text: `Annotated[int, MEANT]`."""

NOTHING = BeforeValidator(_or_nothing)
"""Marks a field of text that may be `null` or `~`: `Annotated[str | None, NOTHING]`."""

NO_LIST = BeforeValidator(lambda value: [] if meant(value) is None else value)
"""Marks a list of which nothing stands below its key: `Annotated[list[str], NO_LIST]`."""
