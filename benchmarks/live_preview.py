"""The live look at an edited profile: what its page asks at each pause in the typing, against the list itself.

`python -m benchmarks live_preview`. On the real calls of the recorded listing, all of them live on the day that is
asked for; every institute's profile with one keyword more, which the page checks and compares with the list of before.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cost import DAY, matcher, portal, real_rows, write_config, write_rows
from benchmarks.timing import Figure
from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.profiles.profile_editing import check_terms, compare, editable
from matcher.config.settings import load_settings
from matcher.model.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3
SHOWN = 20
"""Calls of the list that the comparison looks at."""

ADDED = "hydrogen storage"


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="matcher-bench-") as name:
        folder = Path(name)
        write_config(folder / "config")
        with portal(write_rows(folder / "rows", real_rows())) as base:
            matcher(folder, "home", base, "fetch")
        environment = {"MATCHER_HOME": str(folder / "home"), "MATCHER_CONFIG": str(folder / "config")}
        return _looked_at(Home(load_settings(environ=environment)))


def _looked_at(home: Home) -> list[Figure]:
    day, index = date.fromisoformat(DAY), current_index(home)
    previews, lists, keywords = [], [], []
    for institute in home.institutes:
        name, terms = institute.identifier, editable(home, institute.identifier).terms
        if not terms.en:
            continue
        edited = replace(terms, en=(*terms.en, ADDED))

        def preview() -> None:
            check_terms(home, name, edited)  # noqa: B023 (asked for at once)
            compare(home, name, edited, as_of=day)  # noqa: B023

        previews.append(_computed(preview))
        lists.append(_computed(lambda: rank(home, Question((name,), top=SHOWN, as_of=day))))  # noqa: B023
        keywords.append(sum(len(held) for _, held in edited.lists()))
    topic = f"live look at a profile, {len(index.live_rows(day))} live calls"
    how = f"least of {ROUNDS}, in turns; {len(previews)} institutes, {statistics.median(keywords):.0f} keywords or so"
    middle = statistics.median(previews)
    return [
        Figure(topic, "verdicts and what enters, leaves, moves: processor, median", middle, most=1.0, note=how),
        Figure(topic, f"the slowest, of {max(keywords)} keywords at most", max(previews), most=1.0),
        Figure(topic, f"the list's first {SHOWN}, processor, median", statistics.median(lists), note=how),
        Figure(topic, "look / list", middle / statistics.median(lists), "x"),
    ]


def _computed(work: Callable[[], object]) -> float:
    """The least seconds of the processor of some rounds."""
    found = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)
