"""Mistakes in words of who edits the files: file, key, found and expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import AfterValidator

from matcher.config.old_fits import instead_of
from matcher.config.yaml_mistakes import missing_blank
from matcher.errors import shorten

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


_IN_PLAIN_WORDS = {
    "string_type": "text",
    "string_too_short": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "keys with values",
    "dict_type": "keys with values",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "date_type": "a day such as 2026-05-07",
    "missing": "a value",
}
"""What pydantic calls by Python's names, in words of the files that people edit."""


def like(pattern: str, words: str) -> AfterValidator:
    """Marks a field of text that matches a pattern as a whole; `words` say what belongs there, with an example."""
    wanted = re.compile(pattern)

    def checked(value: str) -> str:
        if wanted.fullmatch(value) is None:
            raise ValueError(words)
        return value

    return AfterValidator(checked)


def describe_validation_error(error: ValidationError, at: tuple[str | int, ...] = ()) -> list[str]:
    """`key: found …, expected …` for each mistake; `at` is the way to what was validated."""
    return [
        f"{dotted(*at, *detail['loc']) or 'the file'}: {_found_and_expected(detail)}"
        for detail in error.errors(include_url=False)
    ]


def dotted(*parts: str | int) -> str:
    """The way to a value: keys, and places in lists, which people count from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in parts)


def _found_and_expected(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "missing":
        return "missing, expected a value"
    if kind == "extra_forbidden" and detail["loc"][-1] == "min_fit":
        return f"found {shorten(detail['input'])}, expected `threshold`: {instead_of(detail['input'])}"
    if kind == "extra_forbidden":
        return f"found {shorten(detail['input'])}, expected no such key (is it misspelt?)"
    hint = missing_blank(detail["input"]) if kind in _IN_PLAIN_WORDS else ""
    return f"found {shorten(detail['input'])}, expected {_expected(detail)}{hint}"


def _expected(detail: ErrorDetails) -> str:
    kind, bounds = detail["type"], detail.get("ctx", {})
    if kind in _IN_PLAIN_WORDS:
        return _IN_PLAIN_WORDS[kind]
    if kind == "greater_than_equal":
        return f"at least {bounds['ge']:,}"
    if kind == "less_than_equal":
        return f"at most {bounds['le']:,}"
    if kind == "too_short":
        return f"at least {bounds['min_length']} of them"
    if kind == "string_too_long":
        return f"at most {bounds['max_length']} characters"
    return detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
