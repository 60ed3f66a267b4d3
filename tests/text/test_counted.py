"""Numbers of things in English sentences."""

from __future__ import annotations

import pytest

from matcher.text.counted import counted


@pytest.mark.parametrize(("n", "said"), [(0, "0 calls"), (1, "1 call"), (2, "2 calls")])
def test_one_is_singular(n: int, said: str) -> None:
    assert counted(n, "call") == said
