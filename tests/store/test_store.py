"""What the store promises, on every database."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from matcher.errors import RunGoesOn, StoreBusy, StoreError
from matcher.model.call import Call, Deadline, Kind, Section, Source, Status
from matcher.model.rows import ListingScope, ParsedRow, Saved, SetAside
from matcher.store.database import Store
from tests.helpers.listings import DAY, NOW, bulk, call, row, sample

A, B, C = (call(f"HORIZON-CL4-2027-0{n}") for n in (1, 2, 3))


def kinds(saved: Saved) -> list[tuple[str, str, str]]:
    return [(c.call, c.field, c.kind) for c in saved.changes]


class TestKeeping:
    def test_a_new_call_comes_back_as_it_was(self, store: Store, fetch) -> None:
        saved = fetch([row(A), row(B)], NOW)
        assert (saved.new, saved.changed) == (2, 0)
        assert kinds(saved) == [(A.identifier, "call", "new"), (B.identifier, "call", "new")]
        assert list(store.calls.all()) == [A, B]
        assert store.calls.get(A.identifier.lower()) == A
        assert store.calls.get("HORIZON-NONE") is None
        assert list(store.calls.all(identifiers=[B.identifier.lower(), "none"])) == [B]
        assert store.calls.first_seen() == {A.identifier: NOW, B.identifier: NOW}
        assert store.calls.raw(A.identifier) == row(A).raw
        assert store.calls.versions(A.identifier) == [(NOW, A)]
        assert store.calls.counts() == {Source.SEARCH: 2}

    def test_the_same_listing_writes_nothing(self, store: Store, fetch, tables) -> None:
        fetch([row(A), row(B)], NOW)
        before, revision = tables(), store.revision
        shuffled = replace(A, keywords=A.keywords[::-1], title=unicodedata.normalize("NFD", A.title) + " ")
        saved = fetch([row(B, NOW + DAY, other="ingest"), row(shuffled, NOW + DAY)], NOW + DAY)
        assert saved == Saved(unchanged=2)
        assert tables() == before
        assert store.revision == revision

    def test_each_difference_is_a_version_and_a_change(self, store: Store, fetch) -> None:
        fetch([row(A), row(B)], NOW)
        later = replace(A, deadlines=(Deadline(date(2026, 10, 1)),), budget_eur=25_000_000)
        saved = fetch([row(later, NOW + DAY), row(B)], NOW + DAY)
        assert (saved.changed, saved.unchanged) == (1, 1)
        assert kinds(saved) == [(A.identifier, "deadlines", "moved"), (A.identifier, "budget_eur", "amended")]
        assert store.calls.versions(A.identifier) == [(NOW, A), (NOW + DAY, later)]
        assert store.calls.get(A.identifier) == later
        moved = store.calls.changes(identifier=A.identifier.lower(), since=NOW + DAY)[-1]
        assert moved.old == [{"date": "2026-09-15", "stage": 1, "model": None}]
        assert moved.seen_at == NOW + DAY
        assert [c.kind for c in store.calls.changes(limit=1)] == ["amended"]
        assert store.calls.raw(A.identifier) == row(later, NOW + DAY).raw

    def test_a_revised_text_tells_how_much(self, store: Store, fetch) -> None:
        fetch([row(A)], NOW)
        text = A.sections[0].text
        fetch([row(replace(A, sections=(Section("Scope", text.replace("heal", "mend", 3)),)))], NOW + DAY)
        (change,) = store.calls.changes(since=NOW + DAY)
        assert (change.field, change.kind) == ("text", "revised")
        assert change.ratio == pytest.approx(3 / 84, abs=1e-4)

    def test_revision_grows_with_each_save_that_changed_calls(self, store: Store, fetch) -> None:
        assert store.revision == 0
        fetch([row(A)], NOW)
        fetch([row(A)], NOW)
        assert store.revision == 1
        fetch([row(replace(A, grants=3))], NOW + DAY)
        assert store.revision == 2

    def test_an_older_row_never_overwrites(self, store: Store, fetch) -> None:
        fetch([row(A, NOW)], NOW)
        stale = row(replace(A, budget_eur=1), NOW - DAY)
        assert fetch([stale], NOW + DAY) == Saved(ignored=1)
        assert store.calls.get(A.identifier) == A

    def test_of_two_rows_of_one_call_the_fresher_counts(self, store: Store, fetch) -> None:
        fresh = replace(A, identifier=A.identifier.lower(), budget_eur=7)
        assert fetch([row(A, NOW - DAY), row(fresh, NOW)], NOW).new == 1
        assert store.calls.get(A.identifier).budget_eur == 7

    def test_another_case_of_the_identifier_is_the_same_call(self, store: Store, fetch) -> None:
        fetch([row(A)], NOW)
        assert fetch([row(replace(A, identifier=A.identifier.lower()))], NOW) == Saved(unchanged=1)
        fetch([row(replace(A, identifier=A.identifier.lower(), grants=2))], NOW + DAY)
        assert [c.identifier for c in store.calls.all()] == [A.identifier]

    def test_text_that_no_database_likes(self, store: Store, fetch) -> None:
        odd = call("ODD\ud800\x00É", title="nul \x00 and \udfff", programme="\x00", keywords=("\ud83d", "ß"))
        fetch([row(odd)], NOW)
        assert fetch([row(odd)], NOW + DAY) == Saved(unchanged=1)
        assert fetch([row(replace(odd, title="\x00 new"))], NOW + DAY).changed == 1
        (kept,) = store.calls.all()
        assert (kept.title, kept.keywords) == ("\x00 new", odd.keywords)


class TestLifecycle:
    def test_a_call_opens_by_date_without_a_new_row(self, store: Store, fetch) -> None:
        soon = replace(A, opening=date(2026, 5, 8), status=Status.FORTHCOMING)
        fetch([row(soon)], NOW)
        saved = fetch([row(soon)], NOW + DAY)
        assert kinds(saved) == [(A.identifier, "call", "opened")]
        assert len(store.calls.versions(A.identifier)) == 1
        assert fetch([row(soon)], NOW + 2 * DAY).changes == ()

    def test_a_status_that_becomes_unknown_is_no_change(self, store: Store, fetch) -> None:
        fetch([row(A)], NOW)
        assert fetch([row(replace(A, status=None))], NOW + DAY).changes == ()
        assert fetch([row(A)], NOW + 2 * DAY).changes == ()

    def test_a_call_closes_with_its_deadline_though_still_listed(self, store: Store, fetch) -> None:
        short = replace(A, deadlines=(Deadline(date(2026, 5, 7)),))
        fetch([row(short)], NOW)
        saved = fetch([row(short)], NOW + DAY)
        assert (saved.closed, kinds(saved)) == (1, [(A.identifier, "call", "closed")])
        assert store.calls.get(A.identifier).gone is None

    def test_a_call_that_leaves_after_its_deadline_is_closed(self, store: Store, fetch) -> None:
        short = replace(A, deadlines=(Deadline(date(2026, 5, 7)),))
        fetch([row(short), row(B)], NOW)
        saved = fetch([row(B)], NOW + DAY)
        assert kinds(saved) == [(A.identifier, "call", "closed")]
        assert store.calls.get(A.identifier).gone == date(2026, 5, 8)

    def test_a_call_that_leaves_ahead_of_its_deadline_is_withdrawn_and_may_return(self, store: Store, fetch) -> None:
        fetch([row(A), row(B)], NOW)
        gone = fetch([row(B)], NOW + DAY)
        assert (gone.withdrawn, kinds(gone)) == (1, [(A.identifier, "call", "withdrawn")])
        assert store.calls.get(A.identifier) == replace(A, gone=date(2026, 5, 8))
        assert store.calls.get(A.identifier).status_on(date(2026, 5, 9)) is Status.WITHDRAWN
        assert fetch([row(B)], NOW + 2 * DAY).changes == ()
        back = fetch([row(A), row(B)], NOW + 3 * DAY)
        assert (back.returned, kinds(back)) == (1, [(A.identifier, "call", "returned")])
        assert store.calls.get(A.identifier) == A
        assert len(store.calls.versions(A.identifier)) == 1

    def test_a_call_that_the_portal_closed_early_is_closed(self, store: Store, fetch) -> None:
        fetch([row(A), row(B)], NOW)
        early = fetch([row(replace(A, status=Status.CLOSED)), row(B)], NOW + DAY)
        assert kinds(early) == [(A.identifier, "call", "closed")]
        assert store.calls.get(A.identifier).status_on(date(2026, 5, 9)) is Status.CLOSED
        assert fetch([row(B)], NOW + 2 * DAY).changes == ()
        again = fetch([row(A), row(B)], NOW + 3 * DAY)
        assert kinds(again) == [(A.identifier, "call", "reopened")]

    def test_an_incomplete_listing_takes_nobody_away(self, store: Store, fetch) -> None:
        fetch([row(A), row(B)], NOW)
        assert fetch([row(B)], NOW + DAY, complete=False).changes == ()
        assert store.calls.get(A.identifier).gone is None

    def test_only_calls_of_the_scope_can_leave(self, store: Store, fetch) -> None:
        digital = call("DIGITAL-2026-01", programme="DIGITAL")
        cascade = call("CASCADE-2026-01", kind=Kind.CASCADE)
        forthcoming = call("HORIZON-LATER", opening=date(2026, 8, 1))
        fetch([row(c) for c in (A, digital, cascade, forthcoming)], NOW)
        scope = ListingScope(programmes=frozenset({"horizon"}), statuses=frozenset({Status.OPEN}))
        assert store.saving.absent([], scope, NOW.date()) == [A.identifier]
        assert store.saving.absent([row(A)], scope, NOW.date()) == []
        assert store.saving.absent([], scope, date(2026, 9, 16)) == []
        assert [c for c, _, _ in kinds(fetch([], NOW + DAY, scope=scope))] == [A.identifier]

    def test_a_call_that_is_closed_when_first_seen_is_no_news(self, store: Store, fetch) -> None:
        past = call("H2020-OLD", deadlines=(Deadline(date(2019, 4, 1)),), status=Status.CLOSED)
        saved = fetch([row(past)], NOW)
        assert (saved.new, saved.changes) == (1, ())
        assert store.calls.get("H2020-OLD") == past

    def test_a_flapping_deadline_is_told_three_times_and_when_it_settles(self, store: Store, fetch) -> None:
        other = replace(A, deadlines=(Deadline(date(2026, 9, 16)),))
        for day in range(9):
            fetch([row(A if day % 2 == 0 else other, NOW + day * DAY)], NOW + day * DAY)
        told = [c for c in store.calls.changes() if c.field == "deadlines"]
        assert len(told) == 3
        assert len(store.calls.versions(A.identifier)) == 9
        assert store.calls.get(A.identifier) == A
        # Day 8 said what was told on day 2, so nothing is owed; now it settles on what was last told the other way.
        last = fetch([row(A, NOW + 9 * DAY)], NOW + 10 * DAY)
        (settled,) = last.changes
        assert (settled.kind, settled.old[0]["date"], settled.new[0]["date"]) == ("moved", "2026-09-16", "2026-09-15")
        assert fetch([row(A, NOW + 9 * DAY)], NOW + 11 * DAY).changes == ()

    def test_a_flapping_presence_is_damped_and_told_in_the_end(self, store: Store, fetch) -> None:
        for day in range(6):
            fetch([row(A), row(B)] if day % 2 == 0 else [row(B)], NOW + day * DAY)
        told = [c.kind for c in reversed(store.calls.changes(identifier=A.identifier))]
        assert told == ["new", "withdrawn", "returned", "withdrawn"]
        fetch([row(A), row(B)], NOW + 6 * DAY)
        assert store.calls.get(A.identifier).gone is None
        saved = fetch([row(A), row(B)], NOW + 10 * DAY)
        assert kinds(saved) == [(A.identifier, "call", "returned")]


class TestSources:
    def test_the_archive_never_overwrites_a_richer_row(self, store: Store, fetch, tables) -> None:
        fetch([row(A)], NOW)
        before = tables()
        with fetch.run(NOW + DAY) as run:
            saved = store.saving.archive(iter([bulk(replace(A, title="Poorer"))]), run_id=run, now=NOW + DAY)
        assert saved == Saved(ignored=1)
        assert tables() == before

    def test_the_archive_does_not_bring_a_call_back(self, store: Store, fetch) -> None:
        with fetch.run(NOW) as run:
            store.saving.archive([bulk(A), bulk(B)], run_id=run, now=NOW)
        fetch([row(B)], NOW + DAY)
        assert store.calls.get(A.identifier).gone is not None
        with fetch.run(NOW + 2 * DAY) as run:
            assert store.saving.archive([bulk(A)], run_id=run, now=NOW + 2 * DAY).changes == ()
        assert store.calls.get(A.identifier).gone is not None

    def test_a_richer_row_is_taken_silently_but_a_moved_deadline_is_told(self, store: Store, fetch) -> None:
        with fetch.run(NOW) as run:
            store.saving.archive([bulk(A), bulk(B)], run_id=run, now=NOW)
        assert store.calls.counts() == {Source.BULK: 2}
        moved = replace(B, deadlines=(Deadline(date(2026, 11, 1)),))
        saved = fetch([row(A), row(moved)], NOW + DAY)
        assert kinds(saved) == [(B.identifier, "deadlines", "moved")]
        assert list(store.calls.all()) == [A, moved]

    def test_a_long_archive_comes_in_batches_with_what_is_set_aside(self, store: Store, fetch) -> None:
        old = {"status": Status.CLOSED, "deadlines": (Deadline(date(2020, 1, 1)),)}
        rows: list[ParsedRow | SetAside] = [bulk(call(f"H2020-{n:04}", **old)) for n in range(1200)]
        rows.insert(600, SetAside("k", "no identifier", b"{}"))
        with fetch.run(NOW) as run:
            saved = store.saving.archive(iter(rows), run_id=run, now=NOW)
            again = store.saving.archive(iter(rows), run_id=run, now=NOW)
        assert (saved.new, saved.set_aside, saved.changes) == (1200, 1, ())
        assert (again.new, again.unchanged) == (0, 1200)
        assert sum(1 for _ in store.calls.all()) == 1200

    def test_text_of_topic_details_fills_silently_and_stays(self, store: Store, fetch) -> None:
        bare = replace(A, sections=())
        fetch([row(bare)], NOW)
        text = (Section("Scope", "Filled from the static file."),)
        with fetch.run(NOW) as run:
            assert store.saving.sections(A.identifier.lower(), text, run_id=run, now=NOW) == ()
            assert store.saving.sections("HORIZON-NONE", text, run_id=run, now=NOW) == ()
        assert fetch([row(bare)], NOW + DAY) == Saved(unchanged=1)
        assert store.calls.get(A.identifier).sections == text
        amended = fetch([row(replace(bare, budget_eur=1))], NOW + 2 * DAY)
        assert kinds(amended) == [(A.identifier, "budget_eur", "amended")]
        assert store.calls.get(A.identifier).sections == text
        with fetch.run(NOW + 3 * DAY) as run:
            other = (Section("Scope", "Filled from a newer static file."),)
            changes = store.saving.sections(A.identifier, other, run_id=run, now=NOW + 3 * DAY)
        assert [(c.field, c.kind) for c in changes] == [("text", "revised")]
        own = replace(bare, budget_eur=1, sections=A.sections)
        assert fetch([row(own)], NOW + 4 * DAY).changes == ()
        with fetch.run(NOW + 5 * DAY) as run:
            store.saving.sections(A.identifier, text, run_id=run, now=NOW + 5 * DAY)
        assert store.calls.get(A.identifier) == own

    def test_sample_calls_give_way_to_real_ones(self, store: Store, fetch, tables) -> None:
        with fetch.run(NOW) as run:
            store.saving.archive([sample(A), sample(B)], run_id=run, now=NOW)
            assert store.calls.counts() == {Source.SAMPLE: 2}
            assert store.saving.purge_sample(run) == 0, "a sample is kept until there is something real"
        saved = fetch([row(A), row(C)], NOW + DAY)
        assert kinds(saved) == [(A.identifier, "call", "new"), (C.identifier, "call", "new")]
        assert store.calls.versions(A.identifier) == [(NOW + DAY, A)]
        revision = store.revision
        with fetch.run(NOW + DAY) as run:
            assert store.saving.purge_sample(run) == 1
        assert store.revision == revision + 1
        assert list(store.calls.all()) == [A, C]
        assert len(tables()["raw_rows"]) == 2
        with fetch.run(NOW + DAY) as run:
            assert store.saving.archive([sample(A)], run_id=run, now=NOW + DAY) == Saved(ignored=1)


class TestRuns:
    def test_a_run_is_recorded(self, store: Store) -> None:
        run = store.runs.begin("fetch", NOW)
        assert store.runs.last()[0].outcome == "running"
        store.runs.finish(run, "partial", {"seen": 5, "problems": ["page 3"]}, NOW + DAY)
        other = store.runs.begin("bulk", NOW)
        store.runs.finish(other, "ok", {}, NOW)
        (record,) = store.runs.last(kind="fetch")
        assert (record.started, record.finished, record.outcome) == (NOW, NOW + DAY, "partial")
        assert record.detail == {"seen": 5, "problems": ["page 3"]}
        assert [r.identifier for r in store.runs.last(limit=1)] == [other]

    def test_times_come_back_in_utc_whatever_zone_they_were_told_in(self, store: Store) -> None:
        paris = timezone(timedelta(hours=2))
        store.runs.begin("fetch", datetime(2026, 5, 7, 8, 30, tzinfo=paris))
        started = store.runs.last()[0].started
        assert (started, started.tzinfo) == (NOW, UTC)
        store.runs.finish(1, "ok", {}, NOW)
        with pytest.raises(StoreError, match="without zone"):
            store.runs.begin("fetch", datetime(2026, 5, 7, 8, 30))  # noqa: DTZ001

    def test_a_second_run_is_refused_while_the_first_lives(self, store: Store, store_url: str) -> None:
        run = store.runs.begin("fetch", NOW)
        with Store.open(store_url) as other, pytest.raises(StoreBusy, match="is writing: wait"):
            other.runs.begin("fetch", NOW)
        store.runs.finish(run, "ok", {}, NOW)
        assert store.runs.begin("fetch", NOW) > run

    def test_a_run_lives_from_the_moment_it_shows(self, store: Store, store_url: str) -> None:
        refused = []

        @sa.event.listens_for(store._transactions.engine, "checkin")
        def another_thread_looks(*_: object) -> None:
            if refused:
                return
            with Store.open(store_url) as other:
                assert [run.outcome for run in other.runs.last()] == ["running"]
                try:
                    other.runs.begin("fetch", NOW)
                except RunGoesOn as error:
                    refused.append(error)

        run = store.runs.begin("fetch", NOW)
        assert len(refused) == 1
        store.runs.finish(run, "ok", {}, NOW)

    def test_a_run_without_heartbeat_is_taken_over_and_its_saves_are_refused(self, store: Store) -> None:
        first = store.runs.begin("fetch", NOW)
        store.runs.beat(first, NOW + timedelta(minutes=20))
        with pytest.raises(StoreBusy):
            store.runs.begin("fetch", NOW + timedelta(minutes=45))
        second = store.runs.begin("fetch", NOW + timedelta(minutes=51))
        assert {r.identifier: r.outcome for r in store.runs.last()} == {first: "interrupted", second: "running"}
        with pytest.raises(StoreBusy, match="taken over"):
            store.saving.listing([row(A)], run_id=first, now=NOW, complete=True, scope=ListingScope())
        with pytest.raises(StoreBusy):
            store.runs.finish(first, "ok", {}, NOW)
        assert list(store.calls.all()) == []

    def test_rows_set_aside_are_kept_raw_once(self, store: Store, fetch, tables) -> None:
        for day in range(2):
            with fetch.run(NOW + day * DAY) as run:
                items = [SetAside("SEDIA|1", "no title", b'{"a":1}'), SetAside("SEDIA|2", "no\x00id", b'{"a":1}')]
                store.saving.set_aside(items, run_id=run, now=NOW)
        assert len(store.calls.set_aside()) == 4
        newest = store.calls.set_aside(run)
        assert [(s.run, s.key, s.raw) for s in newest] == [(run, f"SEDIA|{n}", b'{"a":1}') for n in (2, 1)]
        assert len(tables()["raw_rows"]) == 1

    def test_small_facts(self, store: Store) -> None:
        assert store.facts.get("etag") is None
        store.facts.set("etag", '"abc"')
        store.facts.set("etag", '"def"')
        store.facts.set("revision", "not the store's own")
        assert (store.facts.get("etag"), store.revision) == ('"def"', 0)
        store.facts.set("etag", None)
        assert store.facts.get("etag") is None


class TestOpening:
    def test_a_store_is_there_after_it_was_closed(self, store: Store, store_url: str, fetch) -> None:
        fetch([row(A)], NOW)
        store.close()
        with Store.open(store_url) as again:
            assert again.calls.get(A.identifier) == A

    def test_a_reader_reads_and_cannot_write(self, store: Store, store_url: str, fetch) -> None:
        fetch([row(A)], NOW)
        with Store.open(store_url, read_only=True) as reader:
            assert reader.calls.get(A.identifier) == A
            with pytest.raises(StoreError, match="reading only"):
                reader.runs.begin("fetch", NOW)

    def test_reading_goes_on_while_another_writes(self, store: Store, fetch) -> None:
        fetch([row(call(f"HORIZON-{n:04}")) for n in range(1500)], NOW)
        reading = store.calls.all()
        first: Call = next(reading)
        fetch([row(replace(first, grants=9)), row(A)], NOW + DAY, complete=False)
        assert sum(1 for _ in reading) == 1499
        assert store.calls.get(first.identifier).grants == 9
