"""When a mail is due, the network's digest, and laws that hold over any sequence of days."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.app.mails.day_inputs import Gathering
from matcher.app.sample import load_sample
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.digest.compose import compose, is_due, is_worth_sending
from matcher.digest.inputs import Inputs, for_subscriber
from matcher.digest.network_part import compose_network
from matcher.digest.news import facts_of, told_by
from matcher.model.call import Deadline, Status
from matcher.model.institute import Lab
from matcher.model.language import Language
from matcher.model.outcomes import RunRecord
from matcher.model.rows import ListingScope
from matcher.model.subscription import NETWORK, Delivered, Frequency, Freshness, Mail, MailSection, MailState
from matcher.model.terms import Name, Term, Terms, Who
from matcher.portal.parsing import parse_rows
from matcher.ranking.build import build
from matcher.store.database import Store
from tests.helpers.forms import tries
from tests.helpers.matches import match_of
from tests.helpers.story import ANA, World, call, day, told

if TYPE_CHECKING:
    from pathlib import Path

    from matcher.model.match import Match

FRESH = Freshness(None, stale=False)


class TestDue:
    @pytest.mark.parametrize(
        ("frequency", "expected"),
        [(Frequency.DAILY, [0, 1, 2, 3, 4, 5, 6]), (Frequency.WEEKDAYS, [0, 1, 2, 3, 4]), (Frequency.OFF, [])],
    )
    def test_days_of_a_week(self, frequency: Frequency, expected: list[int]) -> None:
        subscriber = replace(ANA, frequency=frequency)
        assert [n for n in range(7) if is_due(subscriber, day(n), None)] == expected
        assert not is_due(subscriber, day(1), day(1))
        assert not is_due(subscriber, day(1), day(2))

    def test_weekly(self) -> None:
        thursday = replace(ANA, frequency=Frequency.WEEKLY, weekday=3)
        assert [n for n in range(14) if is_due(thursday, day(n), None)] == [3, 10]
        assert [n for n in range(4, 14) if is_due(thursday, day(n), day(3))] == [10, 11, 12, 13]
        assert not is_due(thursday, day(11), day(10))

    def test_empty(self) -> None:
        empty = compose(ANA, Inputs(day(0), {"brgm": ()}, {}, FRESH))
        assert empty.is_empty
        assert not is_worth_sending(empty)
        for wish in ({"send_empty": True}, {"frequency": Frequency.WEEKLY}):
            assert is_worth_sending(replace(empty, subscriber=replace(ANA, **wish)))


class TestOrder:
    def inputs(self, *matches: Match, **fields: object) -> Inputs:
        return Inputs(day(0), {"brgm": matches}, {"brgm": "BRGM"}, FRESH, **fields)

    def test_each_section_has_its_order(self) -> None:
        soon = {"opening": day(9), "status": Status.FORTHCOMING}
        inputs = self.inputs(
            match_of(call("N1"), 70),
            match_of(call("N2"), 90),
            match_of(call("C1", closes=20), 99),
            match_of(call("C2", closes=10), 60),
            match_of(call("F1", **soon), 80),
            match_of(call("F2", **soon), 81),
            match_of(call("OVER", closes=-1), 99),
        )
        digest = compose(ANA, inputs)
        assert told(digest) == {"closing": ["C2", "C1"], "new": ["N2", "N1"], "forthcoming": ["F2", "F1"]}

    def test_filters(self) -> None:
        inputs = self.inputs(
            match_of(call("A"), 90), match_of(call("LIFE", programme="LIFE"), 90), match_of(call("L"), 9)
        )
        assert told(compose(replace(ANA, programmes=("HORIZON",)), inputs)) == {"new": ["A"]}
        assert told(compose(replace(ANA, actions=("CSA",)), inputs)) == {}
        assert told(compose(replace(ANA, actions=("RIA",), mute_calls=("A",)), inputs)) == {"new": ["LIFE"]}

    def test_what_is_not_open_to_research_stands_apart_and_last(self) -> None:
        closed = {"terms": Terms((Term(Name.WHO, Who.AUTHORITIES, "a rule"),))}
        inputs = self.inputs(match_of(call("TOWNS", closes=3, **closed), 99), match_of(call("A"), 60))
        assert told(compose(ANA, inputs)) == {"new": ["A"], "closed_to_us": ["TOWNS"]}
        assert told(compose(replace(ANA, most=1), inputs)) == {"new": ["A"]}
        alone = compose(ANA, self.inputs(match_of(call("TOWNS", **closed), 99)))
        assert not is_worth_sending(alone)

    def test_several_institutes_are_one_item(self) -> None:
        a = call("A")
        matches = {
            "brgm": (match_of(a, 60, "rock"),),
            "cetim": (match_of(a, 80, "metal", institute="cetim"),),
            "onera": (match_of(a, 95, "air", institute="onera"),),
            "inria": (match_of(a, 19, institute="inria"),),
        }
        names = {"brgm": "BRGM", "cetim": "Cetim", "onera": "Onera", "inria": "Inria"}
        digest = compose(replace(ANA, institutes=("brgm", "cetim")), Inputs(day(0), matches, names, FRESH))
        (item,) = digest.items
        assert item.matches == (*matches["cetim"], *matches["brgm"])
        assert item.others == matches["onera"]
        assert digest.names == names


class TestNetwork:
    SUBSCRIBER = replace(ANA, institutes=(NETWORK,), threshold=0, language=Language.EN)

    def test_what_is_not_open_to_research_is_no_joint_bid(self) -> None:
        closed = call("TOWNS", terms=Terms((Term(Name.WHO, Who.AUTHORITIES, "a rule"),)))
        matches = {key: [match_of(closed, 95, institute=key)] for key in ("x", "y")}
        digest = compose_network(self.SUBSCRIBER, Inputs(day(0), matches, {}, FRESH), set())
        assert (digest.network.joint, digest.network.unseen, digest.network.calls) == ((), (), ())

    def test_the_view(self) -> None:
        a, b, c = call("A"), call("B"), call("C")
        fits = {
            "x": (match_of(a, 99, "gas"), match_of(b, 95)),
            "y": (match_of(b, 94), match_of(a, 91, "ice"), match_of(c, 15)),
            "z": (match_of(c, 14),),
            "x/lab": (match_of(c, 99),),
        }
        matches = {key: [replace(m, institute=key) for m in of_one] for key, of_one in fits.items()}
        run = RunRecord(
            1, "fetch", datetime(2026, 6, 1, 4, tzinfo=UTC), None, "failed", {"problems": ["No answer: 127.0.0.1:9"]}
        )
        inputs = Inputs(day(0), matches, {"x": "X", "y": "Y", "z": "Z"}, FRESH, runs=(run,))
        told = {c.identifier: Delivered(c.identifier, day(-9), day(-9), facts_of(c, day(-9))) for c in (a, b)}
        inputs = replace(inputs, delivered=told)
        digest = compose_network(self.SUBSCRIBER, inputs, {"A", "B"})
        view = digest.network
        assert [c.identifier for c in view.calls] == ["B", "A"]
        assert view.matrix == (("X", (95, 99)), ("Y", (94, 91)))
        assert [(i.call.identifier, [m.institute for m in i.matches]) for i in view.joint] == [
            ("B", ["x", "y"]),
            ("A", ["x", "y"]),
        ]
        assert view.joint[1].matches[1].words(5) == ("ice",)
        assert view.unseen == ()
        assert view.without == ("Z",)
        assert view.runs == ("1 June 2026, 06:00, fetch, failed: No answer.",)
        assert {item.call.identifier for item in digest.items} == {"C"}
        french = compose_network(replace(self.SUBSCRIBER, language=Language.FR), inputs, set()).network
        assert french.runs == ("1er juin 2026, 06:00, lecture du portail, échoué",)

    @pytest.mark.parametrize("most", [1, 3, 5, 99])
    @pytest.mark.parametrize("heard", [0, 2, 6])
    def test_no_call_stands_under_two_headings(self, most: int, heard: int) -> None:
        calls = [call(f"C{n:02}") for n in range(12)]
        matches = {
            key: [match_of(found, 90 - n, institute=key) for n, found in enumerate(calls) if (n * step) % 3]
            for key, step in (("x", 1), ("y", 2), ("z", 0), ("w", 4))
        }
        matches["z"] = [match_of(calls[0], 95, institute="z")]
        told = {c.identifier: Delivered(c.identifier, day(-9), day(-9), facts_of(c, day(-9))) for c in calls[:heard]}
        inputs = Inputs(day(0), matches, {}, FRESH, delivered=told)
        digest = compose_network(replace(self.SUBSCRIBER, most=most), inputs, {c.identifier for c in calls[:heard:2]})
        listed = [item.call.identifier for item in (*digest.items, *digest.network.joint, *digest.network.unseen)]
        assert len(listed) == len(set(listed))


def test_the_inputs_are_read_from_store_and_index(tmp_path: Path) -> None:
    institutes = [i for i in load_institutes(packaged_config()) if i.identifier in {"brgm", "cea-leti"}]
    lab = Lab("Ground", ("geothermal energy", "groundwater", "mineral resources"))
    institutes = [replace(i, labs=(lab,), keywords_fr=(), description_fr="") for i in institutes]
    listing = load_sample()
    today = listing.as_of
    readers = [replace(ANA, threshold=10), replace(ANA, identifier="lea", institutes=("brgm/Ground",), threshold=20)]
    now = datetime.combine(today, time(6), tzinfo=UTC)
    with Store.open(f"sqlite:///{tmp_path}/matcher.db") as store:
        run = store.runs.begin("fetch", now)
        store.saving.listing(parse_rows(listing.rows)[0], run_id=run, now=now, complete=True, scope=ListingScope())
        store.runs.finish(run, "partial", {"problems": ["One row is odd."]}, now)
        meta = {"revision": store.revision, "institutes": "", "sample": "a sample", "sample_day": None}
        index = build(list(store.calls.all()), [i.profile() for i in institutes], now=now, meta=meta)
        inputs = Gathering(store, index, institutes, readers, today).inputs()
        assert inputs.network == ("brgm", "cea-leti")
        assert inputs.names["brgm/Ground"] == "Ground"
        assert inputs.health == Freshness(now, stale=False, problems=("One row is odd.",), sample="a sample")
        assert Gathering(store, index, institutes, [], today + timedelta(days=2)).inputs().health.stale
        for matches in inputs.matches.values():
            assert matches
            assert [m.fit for m in matches] == sorted((m.fit for m in matches), reverse=True)
            assert all(m.call.is_live(today) and (m.fit >= 10 or m.pinned) for m in matches)
            assert 0 < len(matches[0].evidence) <= 5
        for reader in readers:
            digest = compose(reader, for_subscriber(inputs, store, reader))
            assert digest.items
            mail = Mail(f"<{reader.identifier}@x>", reader.identifier, reader.address, today, "", b"", "")
            store.outbox.queue(mail, told_by(digest), now=now)
            tomorrow = Gathering(store, index, institutes, readers, today + timedelta(days=1)).inputs()
            seen = {item.call.identifier for item in digest.items}
            again = compose(reader, for_subscriber(tomorrow, store, reader))
            assert not {item.call.identifier for item in again.items if item.first} & seen
            assert compose(reader, for_subscriber(inputs, store, reader)) == digest


# Laws over random stories

events = st.lists(
    st.tuples(
        st.sampled_from(["mail", "missed", "failed", "queued", "fetch only"]),
        st.lists(
            st.tuples(
                st.sampled_from("ABCDE"), st.sampled_from(["appear", "move", "budget", "vanish"]), st.integers(1, 60)
            ),
            max_size=2,
        ),
    ),
    min_size=1,
    max_size=12,
)


def happen(world: World, number: int, name: str, what: str, amount: int) -> None:
    kept = world.listing.get(name)
    if what == "vanish":
        world.listing.pop(name, None)
    elif kept is None or what == "appear":
        world.show(kept or call(name, closes=number + amount))
    elif what == "move":
        world.show(replace(kept, deadlines=(Deadline(day(number + amount)),)))
    else:
        world.show(replace(kept, budget_eur=amount))


@settings(max_examples=tries(60), deadline=timedelta(seconds=20))
@given(events, st.integers(1, 4))
def test_no_call_twice_as_new_in_two_sections_or_lost(story: list, most: int) -> None:
    reader = replace(ANA, most=most)
    arrived: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/m.db") as store:
        world = World(store)
        for number, (outcome, happenings) in enumerate(story):
            for name, what, amount in happenings:
                happen(world, number, name, what, amount)
            if outcome == "missed":
                continue
            if outcome == "fetch only":
                world.fetch(number)
                continue
            end = {"failed": MailState.FAILED, "queued": MailState.QUEUED}.get(outcome, MailState.SENT)
            digest = world.morning(number, reader, end=end)
            if digest is None:
                continue
            names = [item.call.identifier for item in digest.items]
            assert len(names) == len(set(names)) <= most
            first = {item.call.identifier for item in digest.items if item.first}
            assert not first & arrived
            assert {
                i.call.identifier for p in (MailSection.NEW, MailSection.FORTHCOMING) for i in digest.of(p)
            } <= first
            assert all(not item.changes for item in digest.items if item.first)
            if end is not MailState.FAILED:
                arrived |= set(names)
        # Nothing is lost: mornings without anything happening bring every live call, then silence but for reminders.
        end = len(story)
        for number in range(end, end + 8):
            digest = world.morning(number, reader)
            arrived |= {item.call.identifier for item in digest.items} if digest else set()
        last = day(end + 7)
        assert {c.identifier for c in store.calls.all() if c.is_live(last)} <= arrived
        for told_call in store.told.delivered("ana").values():
            kept = store.calls.get(told_call.call)
            if kept.is_live(last):
                assert told_call.facts["budget_eur"] == kept.budget_eur
                assert [d["date"] for d in told_call.facts["deadlines"]] == [d.date.isoformat() for d in kept.deadlines]
