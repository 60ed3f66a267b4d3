"""Say what is wrong in a file that a person edited: file, key, what was found, what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def describe_validation_error(error: ValidationError, where: Callable[[str], str]) -> list[str]:
    """One line for each mistake; `where(key)` names the file or variable that holds the dotted key."""
    lines = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        lines.append(f"{where(key)}: {key or 'the file'}: {_found_and_expected(detail)}")
    return lines


def shorten(value: object, limit: int = 60) -> str:
    """`repr`, cut in the middle of nothing: what a person recognises of a wrong value."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _found_and_expected(detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"]
    if kind == "missing":
        return "missing, expected a value"
    if kind == "extra_forbidden":
        return f"found {shorten(detail['input'])}, expected no such key (is it misspelt?)"
    expected = message.removeprefix("Input should be ").removeprefix("Value error, ")
    return f"found {shorten(detail['input'])}, expected {expected}"
