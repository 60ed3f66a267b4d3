"""What an index lends to the next one that keeps its fit: only what changed is read again, and all is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from matcher.model.call import Call, Section
from matcher.model.institute import project_part
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.project import Project
from matcher.ranking import build as module
from matcher.ranking import call_arrays
from matcher.ranking.build import build

if TYPE_CHECKING:
    from matcher.ranking.index import Index

NOW = datetime(2026, 6, 15, tzinfo=UTC)
FIELDS = (
    "laser sources and optical fibres",
    "grapevine disease resistance",
    "geothermal wells",
    "textile weaving looms",
)


def call(number: int, text: str) -> Call:
    return Call(f"HORIZON-CL1-2026-{number:02}", text, sections=(Section("Scope", f"{text}. More of it {number}."),))


CALLS = [call(n, FIELDS[n % 4]) for n in range(40)]
NEWS = call(50, "zyxomatic laser sources")


def project(number: int, text: str, *, selected: bool) -> ProfilePart:
    made = Project(str(number), text, f"{text} again, zyxomatic", acronym=f"P{number}", date=date(2021, 3, 1))
    return project_part(made, made.identifier, selected=selected)


OWN = (*(project(n, FIELDS[n % 4], selected=n > 3) for n in range(12)),)


def profile(name: str, *skills: str, own: tuple[ProfilePart, ...] = OWN, exclude: tuple[str, ...] = ()) -> Profile:
    return Profile(name, name, (*(ProfilePart("keyword", skill, skill) for skill in skills), *own), exclude)


PROFILES = [profile("one", "laser sources", "optical fibres"), profile("two", "geothermal wells")]


def indexed(calls: list[Call], profiles: list[Profile], previous: Index | None = None) -> Index:
    return build(calls, profiles, now=NOW, meta={"sample": None, "sample_day": None}, previous=previous)


def same(one: Index, other: Index) -> bool:
    return one.meta == other.meta and all(
        np.array_equal(array, other.arrays[name]) and array.dtype == other.arrays[name].dtype
        for name, array in one.arrays.items()
    )


def test_what_is_lent_comes_out_as_if_it_were_made_again(monkeypatch):
    before = indexed(CALLS, PROFILES)
    changed = replace(CALLS[7], title="Ocean currents", sections=(Section("Scope", "ocean currents, laser sources"),))
    calls = [*CALLS[:7], changed, *CALLS[8:39], NEWS]
    lent = indexed(calls, PROFILES, before)
    assert lent.meta["fitted"] == before.meta["fitted"]
    monkeypatch.setattr(module, "lent_own_side", lambda *_: None)
    monkeypatch.setattr(call_arrays, "lent_rows", lambda _lender, names, _weights: np.full(len(list(names)), -1))
    assert same(lent, indexed(calls, PROFILES, before))
    assert not same(lent, before)


def test_only_new_calls_and_changed_ones_are_held_against_the_background_again(monkeypatch):
    before, read = indexed(CALLS, PROFILES), []
    nearest = call_arrays._nearest
    monkeypatch.setattr(
        call_arrays, "_nearest", lambda rows, arrays: read.append(rows.shape[0]) or nearest(rows, arrays)
    )
    indexed(CALLS, PROFILES, before)
    other = replace(CALLS[7], sections=(Section("Scope", "ocean currents and laser sources"),))
    indexed([*CALLS[:7], other, *CALLS[8:], NEWS], PROFILES, before)
    closed = replace(CALLS[7], budget_eur=1)  # a change of what its words do not say
    indexed([*CALLS[:7], closed, *CALLS[8:]], PROFILES, before)
    assert read == [0, 2, 0]


@pytest.mark.parametrize(
    "changed",
    [
        profile("two", "geothermal wells", "weaving looms"),
        profile("two", "geothermal drilling"),
        profile("two", "geothermal wells", own=OWN[:-1]),
        profile("two", "geothermal wells", own=(*OWN[:4], replace(OWN[4], selected=False), *OWN[5:])),
        profile("two", "geothermal wells", exclude=("textile",)),
        profile("three", "geothermal wells"),
    ],
)
def test_own_projects_are_read_again_only_of_a_profile_that_changed(monkeypatch, changed):
    before, read = indexed(CALLS, PROFILES), []
    own_side = module.own_side
    monkeypatch.setattr(module, "own_side", lambda one, *rest: read.append(one.identifier) or own_side(one, *rest))
    indexed([*CALLS, NEWS], PROFILES, before)
    assert read == []
    indexed([*CALLS, NEWS], [PROFILES[0], changed], before)
    assert read == [changed.identifier]


def test_a_new_call_moves_nothing_of_what_own_projects_say(monkeypatch):
    """It brings a word that they have too, and that no call had at the fit."""
    monkeypatch.setattr(module, "lent_own_side", lambda *_: None)
    before = indexed(CALLS, PROFILES)
    after = indexed([*CALLS, NEWS], PROFILES, before)
    assert after.find_term("zyxomat") >= after.fitted_terms
    for name in ("own_query_ids", "own_query_weights", "owned_ids", "owned_weights", "owned_shares"):
        assert np.array_equal(before.arrays[name], after.arrays[name])
    assert after.meta["own"] == before.meta["own"]
