"""The catalogues say everything that the code and the templates say, in both languages, and are compiled."""

from __future__ import annotations

import re

import pytest

from tests.helpers.mail import catalogues
from tests.helpers.mail.catalogues import strings

PLACES = re.compile(r"\{(\w+)[^}]*\}")


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    wanted = {message.id for message in catalogues.sentences() if message.id}
    known = {message.id: message.string for message in catalogues.read(language) if message.id}
    assert len(wanted) > 60
    assert wanted == set(known), "run: python -m tests.helpers.mail.catalogues"
    assert [message for message, said in known.items() if not all(strings(said))] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_compiled_catalogues_are_up_to_date(language: str) -> None:
    assert catalogues.po(language).with_suffix(".mo").read_bytes() == catalogues.compiled(language)


def test_translations_keep_the_places() -> None:
    for message in catalogues.read("fr"):
        if message.id:
            wanted = [set(PLACES.findall(one)) - {"number_type"} for one in strings(message.id)]  # click's English word
            assert all(set(PLACES.findall(said)) in wanted for said in strings(message.string)), message.id


TYPED = re.compile(r"`[^`]*`|\{[^}]*\}|%\(\w+\)s|\w+://|\w+:\d+|\"[^\"]*\"|%[0-9A-F]{2}")
"""What is typed is written as it is typed."""


def test_french_puts_a_narrow_space_before_high_punctuation() -> None:
    for message in catalogues.read("fr"):
        for said in strings(message.string) if message.id else ():
            text = TYPED.sub("", said)
            assert not re.search(r"(?<!\u202f)[:;!?%€]", text), said
            assert "'" not in text
