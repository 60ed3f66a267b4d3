"""Which part of a programme a call is told under, and lists grouped by it."""

from __future__ import annotations

import pytest

from matcher.config.part_file import packaged_parts
from matcher.model.call import Action, Call
from matcher.model.families import by_part, told_under


def placed(name: str, programme: str = "HORIZON", action: str = "HORIZON-RIA", title: str = "") -> Call:
    return packaged_parts().placed(Call(name, title or name, programme=programme, actions=(Action(action),)))


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (placed("HORIZON-CL4-2027-01-MAT-PROD-16"), "HORIZON-CL4"),
        (placed("HORIZON-MISS-2027-05-SOIL-01"), "MISS-SOIL"),
        (placed("HORIZON-JU-CLEAN-AVIATION-2026-04-HPA-04"), "JU-CLEAN-AVIATION"),
        (placed("HORIZON-CL5-2026-09-D2-01", title="Batteries (BATT4EU Partnership)"), "HORIZON-CL5"),
        (placed("HORIZON-EIC-2026-PATHFINDEROPEN-01"), "EIC"),
        (placed("LIFE-2026-CET-HEAT", "LIFE", "LIFE-PJG"), "LIFE-CET"),
        (placed("SOMETHING-2026", "PPPA"), "PPPA"),
        (Call("X", "X"), None),
    ],
)
def test_a_call_is_told_under_one_part(call: Call, part: str | None) -> None:
    under = told_under(call)
    assert (under.identifier if under else None) == part


def test_each_part_stands_where_its_first_call_does_and_what_is_unknown_last() -> None:
    names = ["HORIZON-CL5-1", "X", "HORIZON-CL4-1", "HORIZON-CL5-2"]
    calls = [placed(name) if "-" in name else Call(name, name) for name in names]
    grouped = [
        (part.identifier if part else None, [c.identifier for c in of]) for part, of in by_part(calls, lambda c: c)
    ]
    assert grouped == [
        ("HORIZON-CL5", ["HORIZON-CL5-1", "HORIZON-CL5-2"]),
        ("HORIZON-CL4", ["HORIZON-CL4-1"]),
        (None, ["X"]),
    ]
