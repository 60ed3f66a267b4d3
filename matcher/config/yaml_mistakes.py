"""What is wrong with a file that is no YAML, in words of who edits it: the line, and how it would be right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matcher.config.mistaken import at_line
from matcher.errors import shorten
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KEY = r"^\s*(?:- +)*(?P<key>[A-Za-z0-9_][\w-]*)"
_UNBLANKED_KEY = re.compile(_KEY + r":(?P<rest>(?!//)\S.*)$")
_UNBLANKED_ITEM = re.compile(r"^\s*-(?P<rest>[^\s-].*)$")
_VALUE = re.compile(r"^(?P<head>\s*(?:- +)*(?:[\w-]+: +)?)(?P<value>\S.*)$")
_SPECIAL = "@`%&*!|>,?"

_FALLBACK = Saying(
    "cannot be understood from here on; keys of one group begin in the same column, with blanks before them, "
    "as in `  en: [heat pumps]`"
)


def slip_in(text: str, line: int) -> Saying:
    """`line 3: …` of the mistake that stopped the reading at that line (from 0), or in the nearest one above it."""
    lines = text.splitlines()
    for number in range(min(line, len(lines) - 1), -1, -1):
        slip = next(_slips(lines[number]), None)
        if slip is not None:
            return at_line(number + 1, slip)
    return at_line(max(1, min(line + 1, len(lines))), _FALLBACK)


def missing_blank(value: object) -> Saying | str:
    """What to tell of a text where keys or a list belong: a colon in it may lack its blank; else nothing."""
    found = _UNBLANKED_KEY.match(value) if isinstance(value, str) else None
    return Saying(" (a blank after the colon? {example})", example=_blanked(found)) if found else ""


def _slips(line: str) -> Iterator[Saying]:
    if line.lstrip(" ").startswith("#"):
        return
    for look in _LOOKS:
        slip = look(line)
        if slip is not None:
            yield slip


def _tab(line: str) -> Saying | None:
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent:
        return None
    example = _example(indent.replace("\t", "  ") + line.lstrip())
    return Saying("found a tab at the beginning, expected blanks: {example}", example=example)


def _blank_after_colon(line: str) -> Saying | None:
    found = _UNBLANKED_KEY.match(line)
    if not found:
        return None
    return Saying("found no blank after the colon, expected one: {example}", example=_blanked(found))


def _blanked(found: re.Match[str]) -> str:
    return _example(found["key"] + ": " + found["rest"])


def _blank_after_hyphen(line: str) -> Saying | None:
    found = _UNBLANKED_ITEM.match(line)
    if not found:
        return None
    return Saying("found no blank after the hyphen, expected one: {example}", example=_example("- " + found["rest"]))


def _quote(line: str) -> Saying | None:
    """A quote that is opened where a value, or an item of a list in brackets, begins, and not closed."""
    place = 0
    while found := re.compile(r"(?:^\s*|: +|- +|[\[,{] *)([\"'])").search(line, place):
        mark, start = found[1], found.end()
        end = _closing(line, mark, start)
        if end is None:
            return Saying(
                "found a quote that is not closed, expected one at the end, as in {mark}heat pumps{mark}", mark=mark
            )
        if re.match(r"\s*([,\]}:#]|$)", line[end + 1 :]) is None:
            inner = line[start:].rstrip().rstrip(mark)
            return Saying(
                "found text after a closing quote, expected quotes of the other kind: {example}",
                example=_example(_quoted(inner)),
            )
        place = end + 1
    return None


def _closing(line: str, mark: str, start: int) -> int | None:
    r"""Where a quoted text ends: `\"` and `''` stand within it."""
    place = start
    while place < len(line):
        if mark == '"' and line[place] == "\\":
            place += 1
        elif line[place] == mark:
            if mark == "'" and line[place + 1 : place + 2] == mark:
                place += 1
            else:
                return place
        place += 1
    return None


def _second_colon(line: str) -> Saying | None:
    head, value = _parts(line)
    if not re.search(r": |:$", value) or value[0] in "\"'[{" or not head.strip(" -"):
        return None
    return Saying("found a colon within a text, expected quotes around it: {example}", example=_in_quotes(head, value))


def _special(line: str) -> Saying | None:
    head, value = _parts(line)
    if not value or value[0] not in _SPECIAL or re.fullmatch(r"[|>][+-]?\d?", value):
        return None
    return Saying(
        "found {character} at the beginning, expected quotes: {example}",
        character=repr(value[0]),
        example=_in_quotes(head, value),
    )


def _bracket(line: str) -> Saying | None:
    _head, value = _parts(line)
    for opening, closing in ("[]", "{}"):
        if value.startswith(opening) and value.count(opening) > value.count(closing):
            return Saying(
                "found {opening} that is not closed, expected {closing}, as in [heat pumps, boilers]",
                opening=repr(opening),
                closing=repr(closing),
            )
    return None


_LOOKS: tuple[Callable[[str], Saying | None], ...] = (
    _tab,
    _blank_after_colon,
    _blank_after_hyphen,
    _quote,
    _second_colon,
    _special,
    _bracket,
)


def _parts(line: str) -> tuple[str, str]:
    """What stands before a value, and the value; empty where there is none."""
    found = _VALUE.match(line)
    return (found["head"], found["value"].rstrip()) if found else (line, "")


def _in_quotes(head: str, value: str) -> str:
    """The line with quotes around its value."""
    return _example(head.strip() + " " + _quoted(value))


def _quoted(text: str) -> str:
    escaped = text.replace('"', "'")
    return f'"{escaped}"'


def _example(line: str) -> str:
    return shorten(_Raw(line.strip()))


class _Raw:
    """A text that `shorten` shows as it is, in backquotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return f"`{self._text}`"
