"""Numbers in the two languages."""

from __future__ import annotations

import pytest

from matcher.model.language import Language
from matcher.present.words import NARROW, Words
from matcher.text.saying import Saying


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


def test_digits_are_grouped_as_the_language_does() -> None:
    sentence = "{most:,} and {share:,.1f} and {plain} and {least:,} and {n}"
    values = {"most": 50_000_000, "share": 1234.5, "plain": 1.5, "least": 0.5, "n": "1,000"}
    assert Words(Language.EN).say(sentence, **values) == "50,000,000 and 1,234.5 and 1.5 and 0.5 and 1,000"
    french = f"50{NARROW}000{NARROW}000 and 1{NARROW}234,5 and 1.5 and 0.5 and 1,000"
    assert Words(Language.FR).say(sentence, **values) == french
    within = Saying("{what}", what=Saying(sentence, **values))
    assert Words(Language.FR).tell(within) == french
    assert str(within) == Words(Language.EN).tell(within)
