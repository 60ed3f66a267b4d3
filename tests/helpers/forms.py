"""Two forms of a test that takes long: a short one for `make test`, and the long one for `make long`.

They differ in how much is done (points, days, inputs), never in what is asserted. tests/README.md lists them. Tests of
properties, which hypothesis feeds, have two forms whether they say so or not: tests/conftest.py sees to it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = os.environ.get("MATCHER_TEST_LONG") == "1"
has_a_long_form = pytest.mark.long

Amount = TypeVar("Amount")
Test = TypeVar("Test", bound="Callable[..., object]")


only_long_marks = (has_a_long_form, pytest.mark.skipif(not LONG, reason="left to `make long`"))
"""Of what `make test` leaves to `make long`, because others do in short what it does."""


def only_long(test: Test) -> Test:
    """A test that is left to `make long`."""
    for mark in only_long_marks:
        test = mark(test)
    return test


def either(*, short: Amount, long: Amount) -> Amount:
    """How much is done, in this run."""
    return long if LONG else short


def tries(most: int) -> int:
    """How many inputs a property is tried on: a quarter of them in the short form."""
    return either(short=most // 4, long=most)
