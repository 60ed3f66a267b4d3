"""A study on a cluster: Dask's scheduler and two workers, each a process, that speak over this machine's loopback."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import joblib
import pytest

from benchmarks.enlarged import enlarged
from matcher.ranking.batch import BLOCK, top_matches
from matcher.ranking.index import Index
from tests.helpers.corpus import SUBJECTS, indexed, profile, some_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    from distributed import Client, LocalCluster, get_task_stream
except ImportError:
    if os.environ.get("MATCHER_TEST_CLUSTER") == "required":
        raise
    pytest.skip("distributed is missing: make cluster", allow_module_level=True)

BLOCKS = 40
TIMES = 500
PATIENCE = 60  # seconds


@pytest.fixture
def client() -> Iterator[Client]:
    where = {"host": "127.0.0.1", "dashboard_address": None}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **where) as cluster,
        Client(cluster, timeout=PATIENCE) as connected,
    ):
        connected.wait_for_workers(2, timeout=PATIENCE)
        yield connected


def test_two_workers_share_the_blocks_and_find_what_one_process_finds(client: Client) -> None:
    asked = [replace(profile(subject), identifier=subject) for subject in SUBJECTS]
    index = Index(enlarged(indexed(some_calls(), *asked), TIMES))
    queries = [index.query(SUBJECTS[place % len(SUBJECTS)]) for place in range(BLOCKS * BLOCK - 5)]
    here = top_matches(index, queries, 7, workers=1)
    with joblib.parallel_config(backend="dask"), get_task_stream(client) as stream:
        there = top_matches(index, queries, 7)
    assert (there.rows == here.rows).all()
    assert (there.scores == here.scores).all()
    workers = {task["worker"] for task in stream.data}
    assert [worker.rpartition(":")[0] for worker in workers] == ["tcp://127.0.0.1"] * 2
    steps = [step["action"] for task in stream.data for step in task["startstops"]]
    assert steps.count("transfer") == 1  # one worker has the arrays from here, once; the other one from it, once
