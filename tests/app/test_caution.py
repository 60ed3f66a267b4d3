"""What a listing changes for very many calls at once: told, not believed on one day, confirmed by another."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from matcher.model.caution import USUAL
from matcher.store.database import Store
from tests.helpers.home import Place, fetch_into, make_config
from tests.helpers.portal.rows import CLOSED, topic
from tests.helpers.portal.server import LocalPortal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.home import Answer

DAYS = ("2026-06-15", "2026-06-16", "2026-06-17")
COUNT = 120


def rows(**fields: Any) -> list[dict]:
    return [topic(number, **fields) for number in range(COUNT)]


class Watch:
    """A portal and a home that was fetched from it."""

    def __init__(self, run: Callable[..., Answer], place: Place, portal: LocalPortal) -> None:
        self.run, self.place, self.portal = run, place, portal
        place.portal = portal.url

    def fetch(self, day: str, code: int, listing: list[dict] | None = None) -> dict:
        if listing is not None:
            self.portal.index.replace(listing)
        answer = self.run(self.place, "fetch", "--as-of", day, "--json")
        assert answer.code == code, answer.err
        return json.loads(answer.out)

    @property
    def store(self) -> Store:
        return Store.open(f"sqlite:///{self.place.home / 'matcher.db'}", read_only=True)

    def withdrawn(self) -> int:
        with self.store as store:
            return sum(call.gone is not None for call in store.calls.all())

    def waiting(self) -> dict[str, int]:
        with self.store as store:
            return {what: count for what, (count, _) in store.doubts.counts().items()}


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("first")
    place = Place(folder / "home", make_config(folder / "config"))
    with LocalPortal(rows()) as portal:
        place.portal = portal.url
        fetch_into(place, DAYS[0])
    return place


@pytest.fixture
def watch(run: Callable[..., Answer], first_day: Place, place: Place, serve: Callable[..., LocalPortal]) -> Watch:
    shutil.copytree(first_day.home, place.home)
    return Watch(run, place, serve(rows()))


@pytest.mark.parametrize("staying", [12, 60, 90])
def test_a_listing_that_shrinks_is_believed_on_the_second_day(watch: Watch, staying: int) -> None:
    gone = COUNT - staying
    report = watch.fetch(DAYS[1], 3, rows()[:staying])
    assert report["closed"] == 0
    assert f"{gone} of {COUNT} live calls left the listing" in report["problems"][0]
    assert (watch.withdrawn(), watch.waiting()) == (0, {"leaving": gone})
    watch.fetch(DAYS[1], 3)  # the same day once more confirms nothing
    assert watch.withdrawn() == 0
    report = watch.fetch(DAYS[2], 3)
    assert (report["closed"], watch.withdrawn(), watch.waiting()) == (gone, gone, {})
    assert "a second day confirmed" in report["problems"][0]


def test_calls_that_are_back_on_the_second_day_never_left(watch: Watch) -> None:
    watch.fetch(DAYS[1], 3, rows()[:50])
    watch.fetch(DAYS[2], 0, rows())
    assert (watch.withdrawn(), watch.waiting()) == (0, {})
    with watch.store as store:
        assert {change.kind for change in store.calls.changes()} == {"new"}


@pytest.mark.parametrize(("gone", "code"), [(5, 0), (6, 3), (20, 3)])
def test_few_calls_that_leave_are_believed_and_more_are_told(watch: Watch, gone: int, code: int) -> None:
    report = watch.fetch(DAYS[1], code, rows()[gone:])
    assert (report["closed"], watch.withdrawn(), watch.waiting()) == (gone, gone, {})


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("deadlines", {"deadlineDate": ["2028-03-01T00:00:00.000+0000"], "actions": None}),
        ("budget_eur", {"budgetOverview": None}),
        ("opening", {"startDate": ["2027-01-04T00:00:00.000+0000"], "actions": None}),
        ("title", {"title": ["Untitled"]}),
    ],
)
def test_what_all_calls_change_at_once_waits_for_a_second_day(watch: Watch, what: str, fields: dict) -> None:
    with watch.store as store:
        before = list(store.calls.all())
    report = watch.fetch(DAYS[1], 3, rows(**fields))
    assert any("not believed on one day" in problem for problem in report["problems"])
    assert watch.waiting()[what] == COUNT
    with watch.store as store:
        assert list(store.calls.all()) == before
        assert {change.kind for change in store.calls.changes()} == {"new"}
    watch.fetch(DAYS[2], 3)
    assert watch.waiting() == {}
    with watch.store as store:
        assert [call for call in store.calls.all() if call in before] == []
        assert len({change.call for change in store.calls.changes() if change.kind != "new"}) == COUNT


def test_calls_that_close_or_come_back_all_at_once_wait_too(watch: Watch) -> None:
    closed = [*rows()[:10], *rows(status=[CLOSED])[10:]]
    watch.fetch(DAYS[1], 3, closed)
    assert (watch.withdrawn(), watch.waiting()) == (0, {"closing": 110})
    watch.fetch(DAYS[2], 3)
    assert (watch.withdrawn(), watch.waiting()) == (110, {})
    watch.fetch("2026-06-18", 3, rows())
    assert (watch.withdrawn(), watch.waiting()) == (110, {"returning": 110})
    watch.fetch("2026-06-19", 3)
    assert (watch.withdrawn(), watch.waiting()) == (0, {})


def test_what_waits_is_shown(watch: Watch) -> None:
    watch.fetch(DAYS[1], 3, rows(budgetOverview=None))
    name = topic(3)["metadata"]["identifier"][0]
    shown = json.loads(watch.run(watch.place, "show", name, "--json", "--as-of", DAYS[1]).out)
    assert {one["what"]: one["reported"] for one in shown["unconfirmed"]}["budget_eur"] is None
    assert "not confirmed" in watch.run(watch.place, "show", name, "--as-of", DAYS[1]).out
    assert f"{COUNT} calls have another budget" in watch.run(watch.place, "status").out
    assert json.loads(watch.run(watch.place, "status", "--json").out)["unconfirmed"]["budget_eur"] == COUNT
    assert f"{COUNT} calls have another budget" in watch.run(watch.place, "doctor").out


def test_identifiers_in_another_case_are_the_same_calls(watch: Watch) -> None:
    shouted = [topic(n, identifier=[topic(n)["metadata"]["identifier"][0].lower()]) for n in range(COUNT)]
    report = watch.fetch(DAYS[1], 0, shouted)
    assert (report["new"], report["closed"]) == (0, 0)


@pytest.mark.parametrize(
    "change", [("-", " -"), ("-", "\N{NON-BREAKING HYPHEN}"), ("-", "\N{EN DASH}"), ("MANY", " MANY")]
)
def test_identifiers_as_people_write_them_are_the_same_calls(watch: Watch, change: tuple[str, str]) -> None:
    typed = [topic(n, identifier=[topic(n)["metadata"]["identifier"][0].replace(*change)]) for n in range(COUNT)]
    report = watch.fetch(DAYS[1], 0, typed)
    assert (report["new"], report["closed"]) == (0, 0)


def test_the_bounds_are_settings(watch: Watch) -> None:
    with (watch.place.config / "matcher.toml").open("a") as file:
        file.write("[caution]\ndoubted_count = 80\n")
    watch.fetch(DAYS[1], 3, rows()[:50])
    assert watch.withdrawn() == 70


def test_a_share_is_rounded_up_to_whole_calls() -> None:
    assert USUAL.is_normal(11, 534)
    assert not USUAL.is_normal(12, 534)
    assert not USUAL.is_doubted(20, 21)
    assert USUAL.is_doubted(21, 200)


def test_a_fetch_of_one_programme_leaves_what_waits_of_the_others(watch: Watch) -> None:
    watch.fetch(DAYS[1], 3, rows()[:50])
    watch.run(watch.place, "fetch", "--as-of", DAYS[1], "--programme", "LIFE")
    assert watch.waiting() == {"leaving": 70}


def test_what_left_and_is_over_by_now_waits_no_longer(watch: Watch) -> None:
    watch.fetch(DAYS[1], 3, rows()[:50])
    watch.fetch("2030-01-01", 0)
    assert watch.waiting() == {}
