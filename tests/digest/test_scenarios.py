"""Who gets what, told as stories on a real store. Day 0 is a Monday; calls fit the reader's institute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from matcher.model.call import Deadline, Section, Status
from matcher.model.decision import Act, Entry, Owner
from matcher.model.language import Language
from matcher.model.subscription import Frequency, MailState
from matcher.model.terms import Name, Term, Terms, Who
from matcher.present import facts
from matcher.present.words import Words
from tests.helpers.story import ANA, World, call, changed, day, told


def test_a_new_call_is_told_once(world: World) -> None:
    world.show(call("A"))
    assert told(world.morning(0)) == {"new": ["A"]}
    assert world.morning(1) is None


def test_a_missed_day(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.show(call("B"))
    world.fetch(1)  # the listing was read, and then the machine went down: no mail that day
    world.show(call("C"))
    assert told(world.morning(2)) == {"new": ["B", "C"]}


def test_two_missed_weeks(world: World) -> None:
    world.show(call("OLD", closes=40), call("MOVES"))
    assert told(world.morning(0)) == {"new": ["MOVES", "OLD"]}
    world.show(call("BRIEF", closes=10), call("LONG"))
    world.fetch(2)
    world.show(call("MOVES", closes=150))
    digest = world.morning(15)
    # BRIEF came and went meanwhile; the reminder at 30 days of OLD is caught up with 25 days left
    assert told(digest) == {"closing": ["OLD"], "new": ["LONG"], "changed": ["MOVES"]}
    assert digest.items[0].reminder == 30
    assert digest.items[0].days_left == 25
    assert world.morning(16) is None


def test_a_changed_deadline(world: World) -> None:
    world.show(call("A", closes=60))
    world.morning(0)
    world.show(call("A", closes=90))
    digest = world.morning(1)
    assert told(digest) == {"changed": ["A"]}
    (change,) = digest.items[0].changes
    assert (change.field, change.old[0]["date"], change.new[0]["date"]) == (
        "deadlines",
        day(60).isoformat(),
        day(90).isoformat(),
    )
    assert world.morning(2) is None


def test_a_deadline_that_went_to_and_fro_between_two_mails_is_no_news(world: World) -> None:
    world.show(call("A", closes=60))
    world.morning(0)
    for number, closes in ((1, 90), (2, 60)):
        world.show(call("A", closes=closes))
        world.fetch(number)
    assert world.morning(3) is None


def test_several_changes_are_told_from_what_was_told_last(world: World) -> None:
    world.show(call("A", budget_eur=1_000_000))
    world.morning(0)
    for number, budget in ((1, 2_000_000), (2, 3_000_000)):
        world.show(call("A", budget_eur=budget))
        world.fetch(number)
    (change,) = world.morning(3).items[0].changes
    assert (change.old, change.new) == (1_000_000, 3_000_000)


def test_a_call_that_closes_and_reopens(world: World) -> None:
    world.show(call("A", closes=60))
    world.morning(0)
    early = replace(ANA, reminders=())
    del world.listing["A"]
    digest = world.morning(1, early)
    assert told(digest) == {"changed": ["A"]}
    assert changed(digest) == [("A", "call", "withdrawn")]
    assert world.morning(2, early) is None
    world.show(call("A", closes=80))
    digest = world.morning(3, early)
    assert told(digest) == {"changed": ["A"]}
    assert changed(digest) == [("A", "deadlines", "moved"), ("A", "call", "returned")]
    assert world.morning(4, early) is None


def test_a_deadline_passes_and_the_call_opens_again(world: World) -> None:
    quiet = replace(ANA, reminders=())
    world.show(call("A", closes=5))
    world.morning(0, quiet)
    assert world.morning(6, quiet) is None  # it closed on the day that was told
    world.show(call("A", closes=50))
    assert changed(world.morning(7, quiet)) == [("A", "deadlines", "moved"), ("A", "call", "reopened")]
    assert world.morning(8, quiet) is None


def test_a_call_that_nobody_was_told_of_leaves_silently(world: World) -> None:
    world.show(call("A"), call("B"))
    world.fetch(0)
    del world.listing["A"]
    assert told(world.morning(1)) == {"new": ["B"]}


def test_a_subscriber_added_midway(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.show(call("A", budget_eur=1), call("B"))
    bea = replace(ANA, identifier="bea", address="bea@example.org")
    assert told(world.morning(5)) == {"new": ["B"], "changed": ["A"]}
    assert told(world.morning(5, bea, fetch=False)) == {"new": ["A", "B"]}
    assert world.morning(6, bea) is None


def test_the_budget_of_a_muted_call_is_amended(world: World) -> None:
    muted = replace(ANA, mute_calls=("a",))
    world.show(call("A"), call("B"))
    assert told(world.morning(0, muted)) == {"new": ["B"]}
    world.show(call("A", budget_eur=99))
    assert world.morning(1, muted) is None
    wants_to_know = replace(muted, resurface=True)
    world.show(call("A", budget_eur=100))
    digest = world.morning(2, wants_to_know)
    assert told(digest) == {"changed": ["A"]}
    world.show(call("A", budget_eur=100, grants=4))
    assert world.morning(3, wants_to_know) is None


def test_a_dismissed_call_stays_away_until_its_deadline_moves(world: World) -> None:
    resurfacing = replace(ANA, resurface=True)
    world.show(call("A", closes=40))
    world.morning(0)
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    world.store.decisions.add([Entry(Owner("ana", is_reader=True), "A", Act.DISMISS, at, by="ana")])
    assert world.morning(11) is None  # no reminder at 30 days
    world.show(call("A", closes=45))
    assert world.morning(12) is None
    assert told(world.morning(12, resurfacing, fetch=False)) == {"changed": ["A"]}
    assert world.morning(13, resurfacing) is None


def test_a_call_that_matches_by_a_muted_term_stays_away(world: World) -> None:
    world.words = {"A": ("batteri", "storag"), "B": ("rock",)}
    world.show(call("A"), call("B"))
    assert told(world.morning(0, replace(ANA, mute_terms=("Batteries",)))) == {"new": ["B"]}


def test_a_reminder_the_day_after_a_call_was_new(world: World) -> None:
    two = replace(ANA, reminders=(14, 3))
    world.show(call("A", closes=15))
    assert told(world.morning(0, two)) == {"new": ["A"]}
    digest = world.morning(1, two)
    assert told(digest) == {"closing": ["A"]}
    assert (digest.items[0].reminder, digest.items[0].first) == (14, False)
    assert world.morning(2, two) is None
    assert told(world.morning(12, two)) == {"closing": ["A"]}
    assert world.morning(13, two) is None


def test_a_call_first_seen_within_a_reminder_is_closing_and_reminds_once(world: World) -> None:
    world.show(call("A", closes=10))
    digest = world.morning(0)
    assert told(digest) == {"closing": ["A"]}
    assert (digest.items[0].reminder, digest.items[0].first) == (14, True)
    assert world.morning(1) is None
    assert [n for n in range(2, 11) if world.morning(n)] == [7]


def test_a_moved_deadline_reminds_anew(world: World) -> None:
    world.show(call("A", closes=20))
    world.morning(0)
    world.show(call("A", closes=40))
    assert told(world.morning(5)) == {"changed": ["A"]}
    assert told(world.morning(10)) == {"closing": ["A"]}


def test_two_stages_each_remind(world: World) -> None:
    world.show(call("A", deadlines=(Deadline(day(3), 1), Deadline(day(20), 2))))
    digest = world.morning(0, replace(ANA, reminders=(3,)))
    assert (digest.items[0].deadline.stage, digest.items[0].days_left) == (1, 3)
    assert [n for n in range(1, 20) if world.morning(n, replace(ANA, reminders=(3,)))] == [17]


def test_a_weekly_mail_with_nothing_says_so(world: World) -> None:
    weekly = replace(ANA, frequency=Frequency.WEEKLY, weekday=0)
    world.show(call("A"))
    assert told(world.morning(0, weekly)) == {"new": ["A"]}
    assert [n for n in range(1, 15) if world.morning(n, weekly)] == [7, 14]
    assert told(world.composed(14, weekly)) == {}


def test_a_missed_weekly_mail_is_caught_up(world: World) -> None:
    weekly = replace(ANA, frequency=Frequency.WEEKLY, weekday=0)
    world.show(call("A"))
    world.morning(0, weekly)
    world.show(call("B"))
    assert told(world.morning(9, weekly)) == {"new": ["B"]}  # Wednesday, for Monday
    assert [n for n in range(10, 16) if world.morning(n, weekly)] == [14]


def test_a_failed_fetch_stands_on_top(world: World) -> None:
    world.show(call("A"))
    world.fetch(0)
    world.problem = "The portal did not answer."
    digest = world.morning(1, fetch=False)
    assert told(digest) == {"new": ["A"]}
    assert (digest.health.stale, digest.health.problems) == (True, ("The portal did not answer.",))


def test_what_a_mail_that_failed_for_good_told_is_new_again(world: World) -> None:
    world.show(call("A"))
    assert told(world.morning(0, end=MailState.FAILED)) == {"new": ["A"]}
    assert told(world.morning(1)) == {"new": ["A"]}
    assert world.morning(2) is None


def test_what_waits_in_the_outbox_is_not_told_twice(world: World) -> None:
    world.show(call("A"))
    assert told(world.morning(0, end=MailState.QUEUED)) == {"new": ["A"]}
    world.show(call("B"))
    assert told(world.morning(1, end=MailState.SENDING)) == {"new": ["B"]}


def test_what_is_left_out_comes_later_the_best_first(world: World) -> None:
    short = replace(ANA, most=2)
    world.fits = {"A": 60, "B": 80, "C": 70, "LOW": 40}
    world.show(call("A"), call("B"), call("C"), call("LOW"))
    digest = world.morning(0, short)
    assert (told(digest), digest.left_out) == ({"new": ["B", "C"]}, 1)
    world.show(call("B", budget_eur=1), call("D"))
    digest = world.morning(1, short)
    assert (told(digest), digest.left_out) == ({"new": ["D"], "changed": ["B"]}, 1)  # news of B is not left out
    assert told(world.morning(2, short)) == {"new": ["A"]}


def test_a_forthcoming_call_is_told_early_and_its_opening_is_no_news(world: World) -> None:
    world.show(call("A", opening=day(3), status=Status.FORTHCOMING))
    assert told(world.morning(0)) == {"forthcoming": ["A"]}
    assert world.morning(3) is None
    world.show(call("B", opening=day(10), status=Status.FORTHCOMING))
    world.morning(4)
    world.show(call("B", opening=day(20), status=Status.FORTHCOMING))
    assert changed(world.morning(5)) == [("B", "opening", "amended")]


def test_a_polished_text_is_no_news_and_a_revised_one_is(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    text = call("A").sections[0].text
    world.show(call("A", sections=(Section("Scope", text.replace("warm", "hot", 1)),)))
    assert world.morning(1) is None
    world.show(call("A", sections=(Section("Scope", text.replace("warm", "cold")),)))
    assert changed(world.morning(2)) == [("A", "text", "revised")]
    assert world.morning(3) is None


def test_a_second_fetch_of_the_same_day_that_changed_something_is_told_the_next_day(world: World) -> None:
    world.show(call("A"))
    world.morning(0)
    world.show(call("A", budget_eur=3))
    world.fetch(0)
    assert changed(world.morning(1)) == [("A", "budget_eur", "amended")]


def test_a_past_day_is_replayed_as_it_was(world: World) -> None:
    world.show(call("A"))
    first = world.morning(0)
    world.morning(1, replace(ANA, send_empty=True))
    assert world.composed(0) == first


def terms(*found: tuple[Name, object]) -> Terms:
    return Terms.of(Term(name, value, "text") for name, value in found)


def test_changed_terms_of_entry_are_told_in_words(world: World) -> None:
    consortium = ((Name.WHO, Who.CONSORTIUM), (Name.PARTNERS, 3))
    before = (Section("Conditions", "Three partners, all costs are paid."),)
    after = (Section("Conditions", "Three partners, seven tenths of a lump sum are paid."),)
    world.show(call("A", terms=terms(*consortium, (Name.RATE, 100)), sections=before))
    world.morning(0)
    world.show(call("A", terms=terms(*consortium, (Name.RATE, 70), (Name.COSTS, "lump sum")), sections=after))
    digest = world.morning(1)
    assert told(digest) == {"changed": ["A"]}
    lines = [(line.label, line.old, line.new) for line in facts.changes(digest.items[0].changes, Words(Language.EN))]
    assert lines[0] == ("Entry", "100% for you", "70% for you; lump sum")
    french = facts.changes(digest.items[0].changes, Words(Language.FR))[0]
    assert (french.old, french.new) == ("100\u202f% pour vous", "70\u202f% pour vous\u202f; forfait")
    assert world.morning(2) is None
    shut = (Section("Conditions", "Small companies alone may apply, and nobody else."),)
    world.show(call("A", terms=terms((Name.WHO, Who.SME), (Name.RATE, 70), (Name.COSTS, "lump sum")), sections=shut))
    digest = world.morning(3)
    line = facts.changes(digest.items[0].changes, Words(Language.EN))[0]
    assert (line.label, line.old, line.new) == ("Entry", "consortium of 3+", "small companies only")


def test_terms_that_other_rules_read_of_the_same_text_are_no_news(world: World) -> None:
    same = (Section("Conditions", "Three partners, all costs are paid."),)
    world.show(call("A", terms=terms((Name.RATE, 100)), sections=same))
    world.morning(0)
    world.show(call("A", terms=terms((Name.RATE, 70)), sections=same))
    assert world.morning(1) is None
