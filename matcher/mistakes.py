"""Say what is wrong in a file that a person edited: file, key, what was found, what was expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_USER_INFO = re.compile(r"(://[^\s/:@]*):\S*@")
_PARAMETER = re.compile(r"([?&;](?:password|passwd|pwd|sslpassword|token)=)[^&;\s'\"]*", re.IGNORECASE)

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


def mask_secrets(text: str) -> str:
    """The text with passwords of URLs replaced by `***`, whether before the host or among the parameters."""
    return _PARAMETER.sub(r"\1***", _USER_INFO.sub(r"\1:***@", text))


def shorten(value: object, limit: int = 60) -> str:
    """`repr` without secrets, cut at `limit`: what a person recognises of a wrong value."""
    text = mask_secrets(repr(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _found_and_expected(detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"]
    if kind == "missing":
        return "missing, expected a value"
    if kind == "extra_forbidden":
        return f"found {shorten(detail['input'])}, expected no such key (is it misspelt?)"
    expected = _IN_PLAIN_WORDS.get(kind) or message.removeprefix("Input should be ").removeprefix("Value error, ")
    return f"found {shorten(detail['input'])}, expected {expected}"
