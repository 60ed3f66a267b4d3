"""An institute's file edited as a person would: terms go in and out, comments, order and all else stay."""

from __future__ import annotations

import io
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from matcher.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedSeq

    from matcher.model.profile_terms import ProfileTerms

_UNINDENTED = re.compile(r"^( *)[^\s#-][^\n]*:[ ]*\n\1- ", re.MULTILINE)
"""A list whose items stand in the column of its key."""


def edited(text: str, terms: ProfileTerms) -> str:
    """The text of a file with these terms. Raises UsageError where it holds no keys."""
    yaml = _yaml(text)
    raw = yaml.load(text)
    if not isinstance(raw, dict):
        raise UsageError("The file of this profile holds no keys.")
    for path, wanted in terms.lists():
        _put(raw, path, wanted)
    written = io.StringIO()
    yaml.dump(raw, written)
    return written.getvalue()


def _yaml(text: str) -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100_000  # no line is folded anew
    yaml.indent(mapping=2, sequence=2 if _UNINDENTED.search(text) else 4, offset=0 if _UNINDENTED.search(text) else 2)
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _put(raw: Any, path: Sequence[str | int], wanted: Sequence[str]) -> None:
    """Make the list at a path hold what is wanted; it is made where there is none and something is wanted."""
    *parents, last = path
    here = raw
    for key in parents:
        found = here[key] if isinstance(key, int) else here.get(key)
        if found is None:
            if not wanted:
                return
            found = here[key] = {}
        here = found
    if not here.get(last):
        if wanted:
            here[last] = list(wanted)
        return
    if [str(one) for one in here[last]] != list(wanted):
        _change(here[last], wanted)


def _change(items: CommentedSeq, wanted: Sequence[str]) -> None:
    """Take out and put in, so that what stays keeps its comments; what stands after the list stays after it."""
    after = items.ca.items.pop(len(items) - 1, None) if items else None
    steps = SequenceMatcher(None, [str(one) for one in items], list(wanted), autojunk=False).get_opcodes()
    for kind, begin, end, first, last in reversed(steps):
        if kind == "equal":
            continue
        for place in range(end - 1, begin - 1, -1):
            del items[place]
        for place, word in enumerate(wanted[first:last], begin):
            items.insert(place, word)
    if after is not None and items:
        items.ca.items[len(items) - 1] = after
