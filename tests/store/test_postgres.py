"""Where PostgreSQL is missing its tests are skipped, unless somebody said that they may not be."""

from __future__ import annotations

import pytest

from tests.helpers import postgres


@pytest.mark.parametrize(("asked", "raised"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)])
def test_a_missing_server_is_skipped_or_a_failure(monkeypatch: pytest.MonkeyPatch, asked: str, raised) -> None:
    monkeypatch.setattr(postgres, "server_programs", lambda: None)
    monkeypatch.setenv(postgres.REQUIRED, asked)
    with pytest.raises(raised, match="PostgreSQL's server is not installed"):
        postgres.programs_or_skip()
