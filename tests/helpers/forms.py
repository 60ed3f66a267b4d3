"""Two forms of a test that takes long: a short one for `make test`, and the long one for `make long`.

They differ in how much is done (points, days, inputs), never in what is asserted. tests/README.md lists them.
"""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

LONG = os.environ.get("MATCHER_TEST_LONG") == "1"
has_a_long_form = pytest.mark.long

Amount = TypeVar("Amount")


def either(*, short: Amount, long: Amount) -> Amount:
    """How much is done, in this run."""
    return long if LONG else short
