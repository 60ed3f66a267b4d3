"""The short form of `kill_proof`: a sending process killed at random loses no mail and doubles none without excuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.crash.sending import prove

if TYPE_CHECKING:
    from pathlib import Path


def test_kills_lose_nothing_and_double_only_what_was_in_flight(tmp_path: Path) -> None:
    proof = prove(25, 40, tmp_path, seed=3)
    assert proof.lost == []
    assert proof.outside == []
    assert proof.delivered == proof.mails
    assert proof.kills >= 25
    assert proof.duplicates <= proof.in_window <= proof.left_sending <= proof.kills
