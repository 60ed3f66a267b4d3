"""Runs of ascending numbers: whatever they are they come back, and small steps take one byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.ranking.texts.generation import edges_of, narrowest
from matcher.ranking.texts.packed_runs import PackedRuns, pack_runs
from tests.helpers.forms import tries

numbers = st.one_of(st.integers(0, 300), st.integers(0, 2**40))
runs = st.lists(st.sets(numbers, max_size=9).map(sorted), max_size=9)


def packed(found: list[list[int]]) -> dict[str, np.ndarray]:
    flat = np.array([number for run in found for number in run], dtype=np.int64)
    return pack_runs(flat, edges_of([len(run) for run in found]), "some")


@given(found=runs)
@example(found=[[], [0, 127, 128, 255, 16_383, 16_384], [], [2**21 - 1, 2**21, 2**35], []])
@settings(max_examples=tries(200), deadline=None)
def test_runs_come_back_one_by_one_and_many_at_once(found):
    kept = PackedRuns({name: narrowest(array) for name, array in packed(found).items()}, "some")
    assert [kept[run].tolist() for run in range(len(found))] == found
    for first in range(len(found)):
        assert kept.span(first, len(found)).tolist() == [number for run in found[first:] for number in run]


def test_a_step_takes_as_many_bytes_as_it_needs():
    assert packed([[1_000_000 + 100 * n for n in range(1_000)]])["some_steps"].size == 1_002


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        ([0, 254], np.uint8),
        ([0, 255], np.uint16),  # `edges[rows + 1]` of the row 255 is the place 256
        ([0, 65_534], np.uint16),
        ([0, 65_535], np.uint32),
        ([2**32 - 2], np.uint32),
        ([2**32], np.int64),  # numpy turns unsigned numbers of 64 bits to floats
        ([-1, 3], np.int64),
        ([], np.int64),
    ],
)
def test_whole_numbers_take_the_smallest_kind_that_holds_them_and_one_more(held, kind):
    kept = narrowest(np.array(held, dtype=np.int64))
    assert kept.dtype == kind
    assert kept.tolist() == held
    assert kept.size == 0 or int((kept + 1).max()) == max(held) + 1


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.int8, np.uint8, np.bool_])
def test_what_is_no_wide_whole_number_stays_as_it_is(kind):
    assert narrowest(np.ones(3, dtype=kind)).dtype == kind
