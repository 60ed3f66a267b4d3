"""Who covers a call together: who fits best begins, others join where they add, nobody where all is covered."""

from __future__ import annotations

from dataclasses import replace

from matcher.app.answering.bidding import covers
from matcher.app.mishaps import Mishaps
from matcher.model.call import Section, Status
from matcher.model.decision import Act, Decided, Decision, Owner
from matcher.model.terms import Name, Term, Terms, Who
from matcher.ranking.network.bids import LEAST_GAIN, MOST
from tests.helpers.corpus import SUBJECTS, TODAY, call, indexed, profile, some_calls

PHOTONICS, HYDROGEN, BATTERIES = SUBJECTS[:3]
BOTH = "HORIZON-BOTH-2026-01"
UNDECIDED = Decided()


def world(**fields: object):
    """A call of two parts, and three institutes: one a part, and one that is as the first."""
    parts = (Section("Scope", "\n".join([(PHOTONICS + " ") * 20, (HYDROGEN + " ") * 20])),)
    both = replace(
        call(90, PHOTONICS), identifier=BOTH, title="Two parts", sections=parts, status=Status.OPEN, **fields
    )
    skilled = {"one": PHOTONICS, "two": HYDROGEN, "three": PHOTONICS}
    profiles = [replace(profile(words), identifier=name, acronym=name) for name, words in skilled.items()]
    return indexed([*some_calls(), both], *profiles)


def bid(index, threshold: int = 0, decided: Decided = UNDECIDED):
    mishaps = Mishaps()
    found = covers(index, TODAY, threshold, decided, mishaps)
    assert mishaps.problems == []
    return next((one for one in found if one.row == index.row(BOTH)), None)


def test_each_adds_what_the_others_lack() -> None:
    found = bid(world())
    assert found is not None
    names = [member.institute for member in found.members]
    assert "two" in names
    assert len({"one", "three"} & set(names)) == 1
    assert all(member.gain >= LEAST_GAIN for member in found.members[1:])
    assert len(found.members) <= MOST
    assert abs(sum(member.gain for member in found.members) - found.cover) < 1e-5
    assert {member.institute: member.skills for member in found.members}["two"] == (HYDROGEN,)


def test_whom_the_call_suits_too_and_who_adds_nothing_overlaps() -> None:
    found = bid(world())
    assert found is not None
    members = {member.institute for member in found.members}
    assert {name for name, _ in found.overlaps} == {"one", "two", "three"} - members
    assert len(found.members) + len(found.overlaps) <= MOST
    gone = Decided({Owner("three"): {BOTH: Decision(Owner("three"), BOTH, act=Act.DISMISS)}})
    without = bid(world(), decided=gone)
    assert without is not None
    assert without.overlaps == ()


def test_nobody_is_proposed_who_does_not_suit_or_where_research_may_not_enter() -> None:
    assert bid(world(), threshold=101) is None
    closed = Terms((Term(Name.WHO, Who.SME, "a rule"),))
    assert bid(world(terms=closed)) is None


def test_a_day_that_the_index_was_not_built_for_is_answered_too() -> None:
    """Calls that were not read closely, as they were not live on the day of the index, are scored all the same."""
    index = world()
    index.arrays["close_rows"] = index.arrays["close_rows"][:0]
    assert bid(index) is not None


def test_who_dismissed_the_call_is_in_no_bid_for_it() -> None:
    gone = Decided({Owner("two"): {BOTH: Decision(Owner("two"), BOTH, act=Act.DISMISS)}})
    found = bid(world(), decided=gone)
    assert found is None or "two" not in [member.institute for member in found.members]


def test_who_follows_a_call_is_in_its_bid_whatever_he_fits_and_adds() -> None:
    kept = {Owner(name): {BOTH: Decision(Owner(name), BOTH, act=Act.KEEP)} for name in ("one", "three")}
    found = bid(world(), threshold=101, decided=Decided(kept))
    assert found is not None
    assert sorted(member.institute for member in found.members) == ["one", "three"]
    assert found.members[1].gain < LEAST_GAIN
