"""What the keys of a profile say of themselves: as a list, and as the text of a new file."""

from __future__ import annotations

import datetime as dt
import json
import textwrap
import types
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from matcher.config.profile_keys import Keys, ProfileKeys
from matcher.text.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from matcher.model.institute import ProposedSkill

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its path (`labs[].name` is of each lab), what it holds, what it means."""

    path: str
    kind: str
    text: str
    required: bool


def profile_keys(keys: type[Keys] = ProfileKeys, above: str = "") -> Iterator[Key]:
    """Every key of a profile, each with those below it."""
    for name, field in named(keys):
        shape = _shape(field.annotation)
        yield Key(above + name, shape.kind, field.description or "", field.is_required())
        if shape.keys:
            yield from profile_keys(shape.keys, f"{above}{name}{'[]' if shape.listed else ''}.")


def skeleton(identifier: str, proposed: Sequence[ProposedSkill] = ()) -> str:
    """The file of a new institute: what is needed has a value, the rest is an example behind a `#`.

    Skills that are `proposed` stand in the place of examples, each below where it comes from: none counts before
    somebody takes its `#` away.
    """
    head = (
        f"The profile of {identifier}. A line that begins with # and a key is an example: "
        "take the # away, and put in yours."
    )
    if proposed:
        head += " The keywords are proposed from documents, heaviest first: take the # from those that fit."
    name = identifier.replace("-", " ").title()
    given = {"id": identifier, "acronym": name, "name.en": name, "name.fr": name}
    lists: dict[str, list[ProposedSkill]] = {}
    for one in proposed:
        lists.setdefault(f"keywords.{one.language}", []).append(one)
    return "\n".join([*_comment(head), *_lines(ProfileKeys, _Given(given, lists), _Place()), ""])


@dataclass(frozen=True, slots=True)
class _Given:
    """What stands in a new file instead of examples: values, and lists that are proposed, by path."""

    values: Mapping[str, str]
    lists: Mapping[str, Sequence[ProposedSkill]]


def named(keys: type[Keys]) -> Iterator[tuple[str, FieldInfo]]:
    """The keys as they stand in a file."""
    return ((field.alias or name, field) for name, field in keys.model_fields.items())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where lines of a skeleton stand: how deep, below which keys, whether they count, and as an item of a list."""

    depth: int = 0
    above: str = ""
    counts: bool = True
    item: bool = False


def _lines(keys: type[Keys], given: _Given, place: _Place) -> Iterator[str]:
    for number, (name, field) in enumerate(named(keys)):
        shape = _shape(field.annotation)
        texts = shape.listed and shape.keys is None
        counts = place.counts and (field.is_required() or texts)
        meaning, examples = field.description or "", field.examples or [""]
        value = "" if shape.keys or texts else " " + given.values.get(place.above + name, examples[0])
        yield from _key(f"{name}:{value}", meaning, replace(place, counts=counts, item=place.item and not number))
        below = _Place(place.depth + 1, f"{place.above}{name}.", counts)
        if proposed := given.lists.get(place.above + name):
            yield from _proposals(proposed, below.depth)
        elif texts:
            yield from (_line(f"- {example}", below.depth, counts=False) for example in examples)
        elif shape.keys:
            yield from _lines(shape.keys, given, replace(below, depth=below.depth + shape.listed, item=shape.listed))


def _proposals(proposed: Sequence[ProposedSkill], depth: int) -> Iterator[str]:
    """Each below how many calls and projects have it, the document and its sentence."""
    for one in proposed:
        used = f"{counted(one.calls, 'call')}, {counted(one.projects, 'project')}; {one.source}: “{one.sentence}”"
        yield from (_line(f"    # {line}", depth, counts=False) for line in textwrap.wrap(used, WIDTH - 2 * depth - 7))
        yield _line(f"- {_quoted(one.text)}", depth, counts=False)


def _quoted(text: str) -> str:
    """A text as an item of a list in YAML, so that it may hold a colon."""
    import yaml

    with suppress(yaml.YAMLError):
        if yaml.safe_load(f"- {text}") == [text]:
            return text
    return json.dumps(text, ensure_ascii=False)


def _key(text: str, meaning: str, place: _Place) -> Iterator[str]:
    """A key with what it means, beside it where there is room; a dash before it where it begins an item."""
    line = _line(f"- {text}", place.depth - 1, place.counts) if place.item else _line(text, place.depth, place.counts)
    beside = f"{line}  # {meaning}"
    if place.depth and len(beside) <= WIDTH:
        yield beside
        return
    if place.depth == 0:
        yield ""
    yield from _comment(meaning, place.depth)
    yield line


def _line(text: str, depth: int, counts: bool) -> str:
    return f"{'' if counts else '#'}{'  ' * depth}{text}"


def _comment(text: str, depth: int = 0) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  " * depth + "# ", subsequent_indent="  " * depth + "# ")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a key holds, in words; `keys` where it holds keys, `listed` where it holds a list."""

    kind: str
    keys: type[Keys] | None = None
    listed: bool = False


def _shape(annotation: Any) -> _Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0])
    if origin in {Union, types.UnionType}:
        return _shape(next(one for one in arguments if one is not type(None)))
    if origin is list:
        return _Shape(f"list of {_shape(arguments[0]).kind}", _shape(arguments[0]).keys, listed=True)
    if origin is Literal:
        return _Shape(", ".join(f"`{str(value).lower()}`" for value in arguments))
    if isinstance(annotation, type) and issubclass(annotation, Keys):
        return _Shape("keys", annotation)
    return _Shape({str: "text", dt.date: "day"}[annotation])
