"""Deadlines as places in a picture: in order, inside of it, none on another."""

from __future__ import annotations

from datetime import date, timedelta

from matcher.model.call import Call, Deadline
from matcher.model.language import Language
from matcher.present.words import Words
from matcher.web.timeline import STEP, WIDTH, timeline

TODAY = date(2026, 6, 15)
EN = Words(Language.EN)


def call(number: int, days: int | None) -> Call:
    deadlines = () if days is None else (Deadline(TODAY + timedelta(days), 1, "single-stage"),)
    return Call(f"HORIZON-TEST-{number}", "A call", deadlines=deadlines)


def test_dots_stand_in_order_and_apart() -> None:
    line = timeline([call(n, days) for n, days in enumerate([200, 3, 3, 5, None, 90, 90])], TODAY, EN)
    assert line is not None
    assert [dot.days for dot in line.dots] == [3, 3, 5, 90, 90, 200]
    assert all(0 < dot.x < WIDTH and 0 < dot.y < line.height for dot in line.dots)
    places = [(dot.x, dot.y) for dot in line.dots]
    apart = [abs(a - c) >= STEP or b != d for (a, b) in places for (c, d) in places if (a, b) != (c, d)]
    assert len(set(places)) == len(places)
    assert all(apart)
    assert [name for _, name in line.months][:2] == ["Jul 2026", "Aug 2026"]


def test_one_deadline_is_no_line() -> None:
    assert timeline([call(1, 10), call(2, None)], TODAY, EN) is None


def test_what_is_years_away_is_left_out() -> None:
    line = timeline([call(1, 10), call(2, 20), call(3, 3000)], TODAY, EN)
    assert line is not None
    assert len(line.dots) == 2


def test_a_month_that_has_no_room_for_its_name_has_none() -> None:
    for days in range(60, 300, 7):
        line = timeline([call(1, 5), call(2, days)], TODAY, EN)
        assert line is not None
        assert [name for x, name in line.months if x > WIDTH - 80 and name] == []
