"""The network's page, its map, and answers that are kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest

from matcher.app.answering.network_fits import SuitedCall, network_fits
from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.config.settings import load_settings
from matcher.model.call import Call
from matcher.model.question import Question
from matcher.web.heat_map import heat_map
from matcher.web.kept_answers import MOST, KeptAnswers
from tests.helpers.home import DAY, PHOTONIC
from tests.helpers.spoilt import spoil_index
from tests.web.test_pages import strict

if TYPE_CHECKING:
    from tests.helpers.home import Place
    from tests.helpers.web.local_site import LocalSite


@pytest.fixture
def home(fetched: Place) -> Home:
    return Home(load_settings(environ=fetched.environment))


def test_the_page_says_who_matches_what_and_how_the_watch_is(site: LocalSite) -> None:
    page = site.get(f"/network?as_of={DAY}")
    assert page.status_code == 200
    strict(page.text)
    for heading in ("Who matches what", "Suits several, and kept by nobody", "Blind spots", "What became of calls"):
        assert heading in page.text
    assert ">Network</a>" in site.get("/").text
    assert site.get("/network?as_of=never").status_code == 400


def test_an_institute_that_cannot_be_compared_is_named_and_the_others_are_there(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_index(monkeypatch, "cea-leti")
    page = site.get(f"/network?as_of={DAY}")
    assert page.status_code == 200
    strict(page.text)
    assert "What suits CEA-Leti could not be worked out" in page.text


def test_fits_are_those_of_the_institutes_own_lists(home: Home) -> None:
    day = date.fromisoformat(DAY)
    found = {one.call.identifier: dict(one.fits) for one in network_fits(home, as_of=day).calls}
    for match in rank(home, Question(("cea-leti",), top=20, as_of=day)).matches:
        assert found[match.call.identifier].get("cea-leti", 0) in {match.fit, 0}
    assert found[PHOTONIC]["cea-leti"] >= home.settings.digest.threshold


def test_the_map_has_a_cell_for_each_fit_and_no_empty_row() -> None:
    calls = [SuitedCall(Call(f"C-{n}", "A call"), (("a", 80), ("b", 35), ("c", 5))) for n in range(25)]
    drawn = heat_map(calls, [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")], 20)
    assert drawn is not None
    assert [name for _, name in drawn.rows] == ["A", "B"]
    assert len(drawn.columns) == 20
    assert len(drawn.cells) == 40
    assert {cell.shade for cell in drawn.cells} == {"strong", "good"}
    assert all(cell.x < drawn.width and cell.y < drawn.height for cell in drawn.cells)
    assert heat_map(calls, [("c", "C")], 20) is None


def test_an_answer_is_kept_until_something_changes(home: Home) -> None:
    kept, asked = KeptAnswers(), []
    for _ in range(3):
        kept.of(home, "question", lambda: asked.append(1))
    assert len(asked) == 1
    kept.of(home, "another", lambda: asked.append(1))
    (home.settings.home / "decisions.json").write_text("[]", encoding="utf-8")
    kept.of(home, "question", lambda: asked.append(1))
    assert len(asked) == 3
    (home.settings.home / "index" / "new").touch()
    (home.settings.home / "index" / "new").replace(home.settings.home / "index" / "newer")
    kept.of(home, "question", lambda: asked.append(1))
    assert len(asked) == 4


def test_who_asks_the_same_at_once_waits_for_one_answer(home: Home) -> None:
    kept, asked, gate = KeptAnswers(), [], threading.Event()

    def slow() -> int:
        asked.append(1)
        gate.wait(10)
        return 7

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(kept.of, home, "question", slow) for _ in range(8)]
        gate.set()
        assert {one.result(30) for one in answers} == {7}
    assert len(asked) == 1


def test_a_question_that_failed_is_asked_again(home: Home) -> None:
    kept = KeptAnswers()

    def failing() -> int:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        kept.of(home, "question", failing)
    assert kept.of(home, "question", lambda: 1) == 1


def test_no_more_answers_are_kept_than_fit(home: Home) -> None:
    kept = KeptAnswers()
    for number in range(MOST + 50):
        kept.of(home, number, lambda: None)
    assert len(kept._kept) == MOST
    assert len(kept._asking) == MOST
