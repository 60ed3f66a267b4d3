"""Files that people edit: YAML read with care, and every mistake named with file, key, found and expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from matcher.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MOST_NESTED = 50
"""Lists and mappings within one another; a profile has four."""


def read_yaml(path: Path, most_bytes: int, expected: str, *, may_be_empty: bool = False) -> dict[Any, Any]:
    """The keys of a file, which may not be larger than `most_bytes`; `expected` says what it should hold.

    Raises:
        ValueError: with what is wrong with the file, to be told after its name.

    """
    try:
        if path.stat().st_size > most_bytes:
            raise ValueError(f"found more than {most_bytes:,} bytes, expected {expected}")
        text = path.read_text(encoding="utf-8")
        _refuse_deep_nesting(text)
        raw = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(f"not valid YAML: {' '.join(str(error).split())}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"found byte {error.start} that is not UTF-8, expected UTF-8 text") from error
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except (KeyError, AttributeError, IndexError) as error:  # what PyYAML makes of `!!int ''` and the like
        raise ValueError(f"found a value that its tag does not fit, expected {expected}") from error
    if raw is None and may_be_empty:  # comments only
        return {}
    if not isinstance(raw, dict):
        # one kind of error for whatever is wrong with the file
        raise ValueError(f"found {shorten(raw)}, expected {expected}")  # noqa: TRY004
    return raw


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML keeps the last of two equal keys and expands aliases without limit; both are mistakes here."""

    def construct_document(self, node: Any) -> Any:
        _refuse_shared_nodes(node)
        return super().construct_document(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "found a list or a mapping as a key, expected a name", key_node.start_mark
                )
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"found the key {key_node.value!r} twice", key_node.start_mark
                )
            seen.add(key_node.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def _refuse_deep_nesting(text: str) -> None:
    """The C loader recurses, and ends the process where nesting is deep; its events can be counted without harm."""
    depth = 0
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_NESTED:
                raise yaml.YAMLError(f"found more than {MOST_NESTED} lists or mappings within one another")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_shared_nodes(root: Any) -> None:
    """An alias makes one node stand in two places, and a few nested ones stand for billions."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise yaml.constructor.ConstructorError(
                None, None, "found an alias (*name), expected plain text", node.start_mark
            )
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [child for pair in node.value for child in pair]


_IN_PLAIN_WORDS = {
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "keys with values",
    "dict_type": "keys with values",
    "bool_type": "true or false",
}
"""What pydantic calls by Python's names, in words of the files that people edit."""


def describe_validation_error(error: ValidationError, where: Callable[[str], str]) -> list[str]:
    """One line for each mistake; `where(key)` names the file or variable that holds the dotted key."""
    lines = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        lines.append(f"{where(key)}: {key or 'the file'}: {_found_and_expected(detail)}")
    return lines


def _found_and_expected(detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"]
    if kind == "missing":
        return "missing, expected a value"
    if kind == "extra_forbidden":
        return f"found {shorten(detail['input'])}, expected no such key (is it misspelt?)"
    expected = _IN_PLAIN_WORDS.get(kind) or message.removeprefix("Input should be ").removeprefix("Value error, ")
    return f"found {shorten(detail['input'])}, expected {expected}"
