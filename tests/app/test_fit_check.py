"""Fit held against what institutes decided: told when it is off by more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from matcher.app.decisions.deciding import decide
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.measuring.fit_check import FEWEST, check_fit, check_of
from matcher.app.operation.doctor import examine
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Cause, Order
from tests.helpers.home import DAY, PHOTONIC

if TYPE_CHECKING:
    from tests.helpers.home import Place

from datetime import date


@pytest.mark.parametrize(
    ("fits", "kept", "off"),
    [
        ([50] * 40, 20, False),
        ([50] * 40, 28, False),
        ([50] * 40, 29, True),
        ([50] * 40, 11, True),
        ([100] * 40, 40, False),
        ([0] * 40, 3, True),
        ([90] * (FEWEST - 1), 0, False),  # too few to tell
    ],
)
def test_more_than_chance_is_off(fits: list[int], kept: int, *, off: bool) -> None:
    assert check_of(fits, kept).is_off is off


def test_decisions_on_the_field_are_held_against_fit(fetched: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    home, day = Home(load_settings(environ=fetched.environment)), date.fromisoformat(DAY)
    index = current_index(home)
    others = [name for name in index.identifiers() if name != PHOTONIC.upper()][:3]
    decide(home, "cea-leti", [PHOTONIC], Order(Act.KEEP), as_of=day)
    decide(home, "cea-leti", others[:2], Order(Act.DISMISS, Cause.NOT_OUR_FIELD), as_of=day)
    decide(home, "cea-leti", others[2:], Order(Act.DISMISS, Cause.TOO_LATE), as_of=day)
    found = check_fit(home, index, day)
    assert (found.decided, found.kept, found.is_off) == (3, 1, False)
    told = {one.check: one for one in examine(home, as_of=day)}["fit"]
    assert told.ok
    assert f"3 decisions on whether a call suits; from {FEWEST} on" in told.detail
    monkeypatch.setattr("matcher.app.measuring.fit_check.check_of", lambda _fits, _kept: check_of([90] * 40, 4))
    told = {one.check: one for one in examine(home, as_of=day)}["fit"]
    assert not told.ok
    assert "of 40 calls decided on 4 suit; by their fits it would be 36" in told.detail
