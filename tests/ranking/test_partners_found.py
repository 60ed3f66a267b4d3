"""Partners against real consortia: the long form measures all, the short one that signals are what they say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from benchmarks.grown import SHARED
from matcher.ranking.network.consortia import Consortia, consortia_of
from matcher.ranking.network.earlier import Earlier
from matcher.ranking.network.partner_signals import WEIGHTS, Signals
from matcher.ranking.network.team import team_of
from tests.helpers.forms import only_long

DAY = date(2024, 1, 1)
LIKE, OFTEN, ALONE, OURS = "like", "often", "alone", "ours"
"""Who was in the project like the call; who is often with him; who is in a project by himself; who asks."""


@pytest.fixture
def past() -> Consortia:
    projects = [(f"P{n}", f"HORIZON-CL{n}-2022-D1-01", date(2022, 1, 1)) for n in range(4)]
    projects.append(("LATER", "HORIZON-CL0-2022-D1-01", DAY))
    members = {"P0": ("like", "third", "fourth"), "P1": ("like", "often"), "P2": ("alone",), "P3": ("ours", "third")}
    members["LATER"] = ("alone", "ours")
    parts = [(number, pic, "participant") for number, pics in members.items() for pic in pics]
    kinds = {"ours": "HES", "often": "HES"}
    lines = [(pic, pic.upper(), "FR", kinds.get(pic, "REC"), None) for pic in sorted({pic for _, pic, _ in parts})]
    return Consortia(consortia_of(projects, parts, lines, {}))


@pytest.fixture
def signals(past: Consortia) -> dict[str, dict[str, float]]:
    """Signal → organisation → value, for a call that is like the first project alone."""
    shared = np.array([0.0, 0.5, 0.0, 0.0, 0.0])  # LATER stands first
    found = Signals(Earlier(past, DAY), team_of(past, ["P3"], [OURS]), "HORIZON-CL0-2026-D1-01", shared, shared).named()
    names = [past.organisation(one)[0] for one in range(past.organisations)]
    return {name: dict(zip(names, values.tolist(), strict=True)) for name, values in found.items()}


def test_every_weight_has_its_signal(signals: dict[str, dict[str, float]]) -> None:
    assert signals.keys() == WEIGHTS.keys()
    assert all(np.isfinite(list(values.values())).all() for values in signals.values())


def test_one_organisation_is_told_as_all_of_them_are() -> None:
    kinds = [("REC", None), ("PRC", True), ("PRC", False), ("PRC", None), ("XYZ", None)]
    lines = [(str(pic), f"Name {pic}", "EL", code, sme) for pic, (code, sme) in enumerate(kinds)]
    past = Consortia(consortia_of([], [], lines, {}))
    assert [past.kind(one) for one in range(len(lines))] == past.kinds == ["RTO", "SME", "large", "company", None]
    assert (past.countries.tolist(), past.types.tolist()) == (["EL"] * 5, [code for code, _ in kinds])


def test_a_team_is_of_the_country_and_kind_of_most_of_its_entities(past: Consortia) -> None:
    team = team_of(past, [], [OURS, LIKE, ALONE, "unknown"])
    assert (team.country, team.kind, len(team.entities)) == ("FR", "REC", 3)
    lines = [("1", "One", "DE", "HES", None), ("2", "Two", "DE", "HES", None), ("3", "Three", "AT", "REC", None)]
    other = Consortia(consortia_of([], [], lines, {}))
    assert (team_of(other, [], "123").country, team_of(other, [], "123").kind) == ("DE", "HES")
    assert team_of(other, [], ["9"]).country == "FR"


def test_what_was_done_before_the_day_counts_and_for_whom(signals: dict[str, dict[str, float]]) -> None:
    for name in ("words", "words_each", "ranked"):
        assert signals[name][LIKE] > signals[name][OFTEN]
    assert signals["words_each"]["fourth"] > signals["words_each"][LIKE]  # all that it did
    assert signals["with_these"][OFTEN] > signals["with_these"][ALONE]
    assert signals["from_ours"]["third"] > signals["from_ours"][LIKE] > signals["from_ours"][ALONE]
    assert signals["from_ours"][OURS] == signals["from_ours"][ALONE]  # the team is no partner of itself
    assert signals["any_cluster"][LIKE] == 1.0
    assert signals["any_cluster"][ALONE] == 0.0  # what it did there came later
    assert (signals["universities"][OFTEN], signals["universities"][LIKE]) == (1.0, 0.0)


@only_long
@pytest.mark.skipif(not (SHARED / "cordis").is_dir(), reason=f"no projects at {SHARED}")
def test_the_others_of_real_consortia_are_among_the_first() -> None:
    """On what is asked for, and for projects of the year after, from all that was signed before that."""
    from benchmarks.partners import cases, measured
    from benchmarks.past_calls import CUT, world

    for day, least in ((CUT, (0.28, 0.38)), (DAY, (0.25, 0.35))):
        known = world(day=day)
        found = np.array(measured(known, cases(known), {"all": WEIGHTS})["all"]).mean(axis=0)
        assert tuple(found) >= least
        assert found[1] >= least[1]
