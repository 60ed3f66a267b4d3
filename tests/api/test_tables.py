"""Frames as tables to read: words for values, nothing of the portal's run as HTML."""

from __future__ import annotations

import pandas as pd
import pytest

import matcher


@pytest.fixture
def calls() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "title": ["<script>alert(1)</script>", "Plain"],
            "budget_eur": pd.array([17_500_000, None], dtype="Int64"),
            "next_deadline": pd.to_datetime(["2027-03-18", None]),
            "alike": [0.123456, 1.0],
            "url": ["https://ec.europa.eu/a?b=\"'&c", None],
        }
    )


def test_values_are_words(calls: pd.DataFrame) -> None:
    html = matcher.table(calls).to_html()
    for word in ("17.5 M€", "18 Mar 2027", "0.12", "next deadline", "—"):
        assert f">{word}<" in html.replace(" >", ">")


def test_what_the_portal_sent_is_escaped(calls: pd.DataFrame) -> None:
    html = matcher.table(calls, caption="a < b").to_html()
    assert "<script" not in html
    assert 'href="https://ec.europa.eu/a?b=&quot;&#x27;&amp;c"' in html
    assert "a &lt; b" in html
    assert ">Plain<" in html


def test_columns_are_chosen(calls: pd.DataFrame) -> None:
    style = matcher.table(calls, "budget_eur", "title")
    assert list(style.data.columns) == ["budget_eur", "title"]
    assert 'href="https' in style.to_html()
    with pytest.raises(KeyError):
        matcher.table(calls, "colour")


def test_a_table_without_rows(calls: pd.DataFrame) -> None:
    assert "budget" in matcher.table(calls.head(0)).to_html()
