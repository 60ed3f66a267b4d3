"""Numbers in the two languages."""

from __future__ import annotations

import pytest

from matcher.model.language import Language
from matcher.present.words import NARROW, Words


@pytest.mark.parametrize(
    ("share", "digits", "english", "french"),
    [
        (0.29, 0, "29%", f"29{NARROW}%"),
        (0.001, 0, "1%", f"1{NARROW}%"),
        (0.0274, 1, "2.7%", f"2,7{NARROW}%"),
        (0.0001, 1, "0.1%", f"0,1{NARROW}%"),
    ],
)
def test_a_share_is_in_percent_and_never_nothing(share: float, digits: int, english: str, french: str) -> None:
    assert Words(Language.EN).percent(share, digits) == english
    assert Words(Language.FR).percent(share, digits) == french
