"""Files that people edit: YAML read with care."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from matcher.config.mistaken import Mistaken, at_line, found_and_expected
from matcher.config.scalars import keep_as_written
from matcher.config.yaml_mistakes import missing_blank, slip_in
from matcher.errors import shorten, system_reason
from matcher.text.encodings import marked
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

MOST_NESTED = 50
"""Lists and mappings within one another; a profile has four."""


def read_yaml(path: Path, most_bytes: int, expected: Saying, *, may_be_empty: bool = False) -> dict[Any, Any]:
    """The keys of a file, which may not be larger than `most_bytes`; `expected` says what it should hold.

    Raises:
        Mistaken: with what is wrong with the file, to be told after its name.

    """
    return parse_yaml(read_bytes(path, most_bytes, expected), expected, may_be_empty=may_be_empty)


def read_bytes(path: Path, most_bytes: int, expected: Saying) -> bytes:
    """What `read_yaml` parses."""
    try:
        if path.stat().st_size > most_bytes:
            raise Mistaken("found more than {most:,} bytes, expected {expected}", most=most_bytes, expected=expected)
        return path.read_bytes()
    except OSError as error:
        raise Mistaken("cannot be read: {reason}", reason=system_reason(error)) from error


def parse_yaml(data: bytes, expected: Saying, *, may_be_empty: bool = False) -> dict[Any, Any]:
    """What `read_yaml` makes of the bytes of a file."""
    text = _decoded(data)
    try:
        _refuse_deep_nesting(text)
        raw = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except _RefusedError as error:
        raise Mistaken(error.saying) from error
    except yaml.YAMLError as error:
        raise Mistaken(_yaml_mistake(error, text)) from error
    except (KeyError, AttributeError, IndexError) as error:  # what PyYAML makes of `!!int ''` and the like
        raise Mistaken("found a value that its tag does not fit, expected {expected}", expected=expected) from error
    if raw is None and may_be_empty:  # comments only
        return {}
    if not isinstance(raw, dict):
        raise Mistaken(found_and_expected(raw, expected, missing_blank(raw)))
    return raw


def _decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in the encoding that its first bytes name. Raises Mistaken."""
    encoding = marked(data) or "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = data.splitlines()[line - 1].decode("cp1252", errors="replace").strip() if encoding == "utf-8" else ""
        hint = Saying(" (is it {shown}?)", shown=shorten(shown)) if shown else ""
        raise Mistaken(
            "line {line}: found another encoding{hint}, expected UTF-8: save the file as UTF-8 in your editor",
            line=line,
            hint=hint,
        ) from error
    if "\0" in text:
        raise Mistaken("found no text, expected UTF-8: save the file as UTF-8 in your editor")
    return text


class _RefusedError(yaml.YAMLError):
    """Good YAML that is a mistake here, told with its line."""

    def __init__(self, mistake: Saying, mark: Any) -> None:
        self.saying = at_line(mark.line + 1, mistake) if mark else mistake
        super().__init__(str(self.saying))


def _yaml_mistake(error: yaml.YAMLError, text: str) -> Saying:
    if isinstance(error, yaml.reader.ReaderError):
        return Saying("found the character {character}, expected text", character=repr(error.character))
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return slip_in(text, mark.line if mark else 0)


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML keeps the last of two equal keys and expands aliases without limit; both are mistakes here."""

    def construct_document(self, node: Any) -> Any:
        _refuse_shared_nodes(node)
        return super().construct_document(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _RefusedError(Saying("found a list or a mapping as a key, expected a name"), key_node.start_mark)
            if key_node.value in seen:
                raise _RefusedError(
                    Saying("found the key {key} twice", key=shorten(key_node.value)), key_node.start_mark
                )
            seen.add(key_node.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


keep_as_written(_UniqueKeyLoader)


def _refuse_deep_nesting(text: str) -> None:
    """The C loader recurses, and ends the process where nesting is deep; its events can be counted without harm."""
    depth = 0
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_NESTED:
                told = Saying("found more than {most} lists or mappings within one another", most=MOST_NESTED)
                raise _RefusedError(told, event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refuse_shared_nodes(root: Any) -> None:
    """An alias makes one node stand in two places, and a few nested ones stand for billions."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise _RefusedError(Saying("found an alias (*name), expected plain text"), node.start_mark)
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [child for pair in node.value for child in pair]
