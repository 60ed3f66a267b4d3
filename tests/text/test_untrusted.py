"""What of a call's text and links may enter a mail."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.text import untrusted

PORTAL = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/X-1"


@pytest.mark.parametrize("url", [PORTAL, "http://webgate.ec.europa.eu/europeaid/", "https://europa.eu/x?a=1&b=2#c"])
def test_links_to_the_portal_are_kept(url: str) -> None:
    assert untrusted.link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//ec.europa.eu/x",
        "https://ec.europa.eu.evil.example/x",
        "https://evil.example/ec.europa.eu",
        "https://eceuropa.eu/",
        "https://ec.europa.eu@evil.example/",
        "https://user:word@ec.europa.eu/",
        "https://ec.europa.eu\\@evil.example/",
        "https://ec.europa.eu:8443/",
        "https://ec.europa.eu:port/",
        "https://ec.europa.eu/\r\nBcc: x",
        'https://ec.europa.eu/" onclick="x',
        "https://еc.europa.eu/",
        "https://[::1",
        "https://ec.europa.eu/" + "a" * 3000,
    ],
)
def test_other_links_are_dropped(url: str | None) -> None:
    assert untrusted.link(url) is None


@given(st.text(), st.integers(10, 300))
def test_text_is_one_short_visible_line(value: str, limit: int) -> None:
    line = untrusted.text(value, limit)
    assert len(line) <= limit
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    assert line == " ".join(line.split())


def test_what_is_not_looked_at_letter_by_letter_is_visible() -> None:
    plain = [letter for letter in map(chr, range(0x110000)) if not untrusted._ODD.match(letter)]
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"}
    assert not [letter for letter in plain if unicodedata.category(letter) in hidden]


def test_accents_do_not_tower_and_breaks_part_words() -> None:
    assert untrusted.text("déjà vu\u2028ici\tlà \u202eno\u0301\u0301\u0301\u0301") == "déjà vu ici là nó\u0301\u0301"


def test_what_is_cut_says_so() -> None:
    assert untrusted.text("one two three four", 12) == "one two…"
    assert untrusted.text("x" * 100_000, 20) == "x" * 19 + "…"
    assert untrusted.text("à point", 20) == "à point"


@pytest.mark.parametrize("formula", ["=1+1", " =1+1", "\nx", "\tx", "＝1+1", "＋1", "－1", "＠SUM(1)", "@A1", "-1+1"])
def test_no_cell_is_a_formula_for_any_spreadsheet(formula: str) -> None:
    assert untrusted.csv_cell(formula) == f"'{formula}"
    assert untrusted.csv_cell([formula, "b"]) == f"'{formula}; b"
    assert untrusted.csv_cell(f"a {formula}") == f"a {formula}"


@pytest.mark.parametrize("between", [";", "; ", "\t", "\n", '; "'])
@pytest.mark.parametrize("sign", "=+-@＝")
def test_no_cell_that_begins_within_a_text_is_a_formula(between: str, sign: str) -> None:
    """A French Excel parts cells at semicolons, also those of a file with commas, and then reads no quotes."""
    assert untrusted.csv_cell(f"Photonics{between}{sign}cmd|x") == f"Photonics{between}'{sign}cmd|x"
    assert untrusted.csv_cell(f"Photonics{between}cmd 1{sign}2") == f"Photonics{between}cmd 1{sign}2"
