"""A slip of the pen is told from another word that merely looks alike."""

from __future__ import annotations

import pytest

from matcher.text.slips import is_slip, slips


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("", "", 0), ("", "abc", 3), ("battery", "batery", 1), ("form", "from", 1), ("abc", "xyz", 3), ("ab", "ba", 1)],
)
def test_slips_are_letters_added_left_out_changed_or_exchanged(one, other, expected):
    assert slips(one, other) == slips(other, one) == expected


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("groundwatter", "groundwater"),
        ("batery", "battery"),
        ("hydrogne", "hydrogen"),
        ("agricutlure", "agriculture"),
        ("photvoltaik", "photovoltaic"),
    ],
)
def test_a_letter_or_two_are_a_slip(word, meant):
    assert is_slip(word, meant)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("welding", "wellbeing"),
        ("electrolyse", "electrons"),
        ("tribology", "terminology"),
        ("glass", "grass"),  # a letter, but a word of its own, as lexicons have it
        ("verre", "terre"),
        ("arnm", "arm"),
    ],
)
def test_another_word_is_none(word, other):
    assert not is_slip(word, other)
