"""Mistakes in words of who edits the files: file, key, found and expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import AfterValidator

from matcher.config.mistaken import Mistaken, found_and_expected, told_at
from matcher.config.old_fits import instead_of
from matcher.config.yaml_mistakes import missing_blank
from matcher.errors import shorten
from matcher.text.saying import Saying, either

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


_IN_PLAIN_WORDS = {
    "string_type": Saying("text"),
    "string_too_short": Saying("text"),
    "tuple_type": Saying("a list"),
    "list_type": Saying("a list"),
    "model_type": Saying("keys with values"),
    "dict_type": Saying("keys with values"),
    "bool_type": Saying("true or false"),
    "int_type": Saying("a whole number"),
    "int_parsing": Saying("a whole number"),
    "int_from_float": Saying("a whole number"),
    "float_type": Saying("a number"),
    "float_parsing": Saying("a number"),
    "finite_number": Saying("a number"),
    "date_type": Saying("a day such as 2026-05-07"),
    "missing": Saying("a value"),
}
"""What pydantic calls by Python's names, in words of the files that people edit."""


def like(pattern: str, words: Saying) -> AfterValidator:
    """Marks a field of text that matches a pattern as a whole; `words` say what belongs there, with an example."""
    wanted = re.compile(pattern)

    def checked(value: str) -> str:
        if wanted.fullmatch(value) is None:
            raise Mistaken(words)
        return value

    return AfterValidator(checked)


def describe_validation_error(error: ValidationError, within: tuple[str | int, ...] = ()) -> list[Saying]:
    """`key: found …, expected …` for each mistake; `within` is the way to what was validated."""
    return [
        told_at(dotted(*within, *detail["loc"]) or Saying("the file"), _found_and_expected(detail))
        for detail in error.errors(include_url=False)
    ]


def dotted(*parts: str | int) -> str:
    """The way to a value: keys, and places in lists, which people count from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in parts)


def _found_and_expected(detail: ErrorDetails) -> Saying:
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return Saying("missing, expected a value")
    if kind == "extra_forbidden" and detail["loc"][-1] == "min_fit":
        return found_and_expected(value, Saying("`threshold`: {instead}", instead=instead_of(value)))
    if kind == "extra_forbidden":
        return Saying("found {found}, expected no such key (is it misspelt?)", found=shorten(value))
    return found_and_expected(value, _expected(detail), missing_blank(value) if kind in _IN_PLAIN_WORDS else "")


def _expected(detail: ErrorDetails) -> object:
    kind, told = detail["type"], detail.get("ctx", {})
    if kind in _IN_PLAIN_WORDS:
        return _IN_PLAIN_WORDS[kind]
    if isinstance(wrong := told.get("error"), Mistaken):
        return wrong.saying
    for bound, sentence in _BOUNDS.items():
        if bound in told:
            return sentence.of(bound=told[bound])
    if "expected" in told:  # one of a few names
        return either(str(told["expected"]).replace(" or ", ", ").split(", "))
    return Saying(detail["msg"].removeprefix("Input should be "))


_BOUNDS = {
    "ge": Saying("at least {bound:,}"),
    "le": Saying("at most {bound:,}"),
    "gt": Saying("more than {bound:,}"),
    "min_length": Saying("at least {bound:,} of them"),
    "max_length": Saying("at most {bound:,} characters"),
}
"""What is said of a bound, by its name in what pydantic tells."""
