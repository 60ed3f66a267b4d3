"""The network's map: likeness and groups as they were put into the fits, joint bids, calls and skills left alone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import matcher
from matcher.api.network import _grouped, _likeness, _side_by_side
from matcher.errors import UsageError
from tests.helpers.home import DAY, PHOTONIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.home import Place


@pytest.fixture(scope="module")
def session() -> Iterator[matcher.Session]:
    with matcher.open(sample=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def network(session: matcher.Session) -> matcher.Network:
    return session.network(min_fit=20)


def test_those_that_match_the_same_calls_are_one_group() -> None:
    fits = np.array([[99, 97, 0, 0], [0, 0, 98, 96], [97, 99, 3, 0], [0, 0, 0, 0], [0, 4, 95, 99]])
    likeness = _likeness(fits)
    assert likeness[0, 2] > 0.9
    assert likeness[0, 1] == 0
    first, second, third, nothing, fifth = _grouped(likeness, 3)
    assert first == third != second == fifth
    assert nothing not in {first, second}
    order = _side_by_side(likeness)
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(4)) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_to_compare(count: int) -> None:
    likeness = _likeness(np.full((count, 3), 99))
    assert _side_by_side(likeness) == list(range(count))
    assert _grouped(likeness, 8) == [1] * count


def test_the_map_is_the_fits_in_another_order(session: matcher.Session, network: matcher.Network) -> None:
    pd.testing.assert_frame_equal(network.fits, session.fits().loc[network.fits.index, network.fits.columns])
    groups = network.groups(5)
    assert list(groups["institute"]) == list(network.fits.index)
    assert groups["group"].is_monotonic_increasing
    assert groups["group"].nunique() == 5


def test_what_a_group_has_in_common(network: matcher.Network) -> None:
    groups = network.groups(5)
    for row in network.common(5).itertuples():
        members = groups.loc[groups["group"] == row.group, "institute"]
        counts = network.matched.loc[members].sum()
        assert row.institutes.count(", ") == len(members) - 1
        assert row.calls == (counts > 1).sum()
        assert pd.isna(row.call) or counts[row.call] == counts.max() > 1


def test_shared_calls_are_counted(network: matcher.Network) -> None:
    one, other = network.fits.index[:2]
    both = ((network.fits.loc[one] >= 20) & (network.fits.loc[other] >= 20)).sum()
    assert network.shared.loc[one, other] == both
    assert network.shared.loc[one, one] == (network.fits.loc[one] >= 20).sum()


def test_joint_bids_are_of_the_two_that_are_least_alike(network: matcher.Network) -> None:
    bids = network.joint_bids
    assert set(bids["call"]) == set(network.matched.columns[network.matched.sum() > 1])
    for bid in bids.itertuples():
        suitors = network.matched.index[network.matched[bid.call]]
        assert bid.matched_by == len(suitors)
        assert {bid.institute, bid.partner} <= set(suitors)
        alike = network.alike.loc[suitors, suitors].to_numpy()
        assert bid.alike == pytest.approx(alike.min())
        assert bid.fit >= bid.partner_fit >= 20
    assert bids["brings"].notna().all()
    totals = bids["fit"] + bids["partner_fit"]
    assert totals.is_monotonic_decreasing


def test_a_call_is_matched_or_not(network: matcher.Network) -> None:
    unmatched = network.unmatched
    assert 0 < len(unmatched) < network.fits.shape[1]
    assert (unmatched["fit"] < 96).all()
    assert unmatched["fit"].is_monotonic_increasing
    row = unmatched.iloc[-1]
    assert network.fits.loc[row["nearest"], row["call"]] == row["fit"] == network.fits[row["call"]].max()


def test_unused_skills_are_those_that_a_check_finds(session: matcher.Session, network: matcher.Network) -> None:
    checked = session.profile("brgm").check()
    expected = checked.loc[checked["verdict"] == "never matches", "skill"]
    unused = network.unused_skills
    assert list(unused.loc[unused["institute"] == "brgm", "skill"]) == list(expected)
    assert len(expected)


def test_a_small_network(fetched: object) -> None:
    """Three institutes and twelve calls, several of which say the same."""
    session = matcher.open(fetched.home, config=fetched.config, as_of=DAY)  # type: ignore[attr-defined]
    network = session.network()
    assert network.fits.shape == (3, 12)
    assert set(network.groups()["institute"]) == {"cea-leti", "mines", "calym"}
    assert set(network.unmatched["call"]).isdisjoint(network.joint_bids["call"])


def test_a_network_of_what_was_decided(fetched: Place, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    shutil.copytree(fetched.home, home)
    with matcher.open(home, config=fetched.config, as_of=DAY, writable=True) as session:
        session.decide("mines", PHOTONIC, "keep")
        assert list(session.network(decided=True).fits.columns) == [PHOTONIC]
        undecided = session.network(undecided=True).fits.columns
        assert PHOTONIC not in undecided
        assert len(undecided) == 11
        assert PHOTONIC not in set(session.bids(decided=False)["call"])
        with pytest.raises(UsageError):
            session.network(decided=True, undecided=True)
