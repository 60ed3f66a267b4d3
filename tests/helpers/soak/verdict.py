"""What a simulation gave against what it must give: each mistake is a sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.helpers.soak.told import JOINT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.helpers.soak.oracle import Expected
    from tests.helpers.soak.told import Told
    from tests.helpers.soak.year import Sample, Seen

OPERATOR = "ops@example.org"
SUNDAY = 6

NEWS = 4
"""What can be new of a joint bid of two institutes: that it suits them, and that each of them follows its call."""

ROUNDS_APART = 6
"""Days between two rounds of joint bids at least: one whose mails came late counts from the day that it was made."""

MORE_MEMORY = 32_000_000
"""Bytes that a process may hold more after months than in its third: calls and versions grow, and so does the index."""

MORE_FILES, MORE_DESCRIPTORS = 60, 2
"""One generation of the index more or less; a connection that is being closed."""

STORE_PER_KEPT = 8.0
"""The store may be so many times what is kept for good of it: indexes, hashes, changes, what was told to whom."""


@dataclass(frozen=True)
class Mistakes:
    of_mails: list[str]
    of_runs: list[str]
    of_keeping: list[str]
    of_growth: list[str]

    def __iter__(self) -> Iterator[str]:
        yield from (*self.of_mails, *self.of_runs, *self.of_keeping, *self.of_growth)


def mistakes(seen: Seen, expected: Expected) -> Mistakes:
    keeping = [f"{day}: {count} {what} are older than they may be" for day, what, count in seen.overdue]
    return Mistakes(
        [
            *_doubled(seen),
            *_mails(seen, expected),
            *_standing(seen),
            *_joint(seen, expected),
            *_notices(seen, expected),
        ],
        list(_runs(seen, expected)),
        keeping,
        list(_growth(seen.samples)),
    )


def arrived(seen: Seen) -> list[tuple[date, Told]]:
    return [(day, mail) for day, mails in seen.mails.items() for mail in mails]


def digests(seen: Seen) -> list[tuple[date, Told]]:
    """What arrived but notices to the operator and mails of joint bids."""
    return [(day, mail) for day, mail in arrived(seen) if mail.to != OPERATOR and not mail.is_joint]


def _doubled(seen: Seen) -> Iterator[str]:
    for message_id, times in Counter(mail.message_id for _, mail in arrived(seen)).items():
        if times > 1:
            yield f"{message_id} came {times} times"
    for (day, to), times in Counter((day, mail.to) for day, mail in digests(seen)).items():
        if times > 1:
            yield f"{day}: {to} got {times} mails"
    yield from (f"{day}: a call stands twice in the mail to {m.to}" for day, m in arrived(seen) if m.repeated)


def _mails(seen: Seen, expected: Expected) -> Iterator[str]:
    # What the network's digest tells of joint bids depends on fits: `_standing` says how often it may.
    got = {(day, mail.to): {item for item in mail.items if item[0] != JOINT} for day, mail in digests(seen)}
    for day, to in sorted(got.keys() | expected.mails.keys()):
        wanted, given = expected.mails.get((day, to)), got.get((day, to))
        if wanted == given:
            continue
        if wanted is None or given is None:
            yield f"{day}: {to} got {'a mail' if wanted is None else 'no mail'}"
        else:
            yield f"{day}: {to} was not told {sorted(map(str, wanted - given))} but {sorted(map(str, given - wanted))}"


def _standing(seen: Seen) -> Iterator[str]:
    """In the network's digest a joint bid is told once, and again as others come into it or follow its call."""
    told = Counter((mail.to, call) for _, mail in digests(seen) for kind, call, _ in mail.items if kind == JOINT)
    yield from (
        f"{to} was told {times} times of the joint bid for {c}" for (to, c), times in told.items() if times > NEWS
    )


def _joint(seen: Seen, expected: Expected) -> Iterator[str]:
    """A bid is told once, on one day, and so is each for a call that two institutes keep; rounds are a week apart."""
    rounds: dict[date, set[str]] = {}
    for day, mail in arrived(seen):
        if mail.is_joint:
            rounds.setdefault(day, set()).update(call for _, call, _ in mail.items)
    days = sorted(rounds)
    yield from (f"{b}: joint bids so soon after {a}" for a, b in pairwise(days) if (b - a).days < ROUNDS_APART)
    told = Counter(call for calls in rounds.values() for call in calls)
    yield from (f"{call} was told as a joint bid {times} times" for call, times in told.items() if times > 1)
    yield from (f"{call} is kept by two and was told as no joint bid" for call in sorted(expected.joint - told.keys()))


def _notices(seen: Seen, expected: Expected) -> Iterator[str]:
    got = {(day, mail.subject.removeprefix("matcher: ")) for day, mail in arrived(seen) if mail.to == OPERATOR}
    yield from (f"{day}: the operator was not told that {what}" for day, what in sorted(expected.notices - got))
    yield from (f"{day}: the operator was told that {what}" for day, what in sorted(got - expected.notices))


def _runs(seen: Seen, expected: Expected) -> Iterator[str]:
    for day, runs in seen.runs.items():
        daily = [outcome for kind, outcome in runs if kind == "run"]
        attempts = expected.attempts.get(day, 0)
        good = sum(outcome in {"ok", "partial"} for outcome in daily)
        wanted = 0 if day in expected.down or not attempts else attempts if day == min(seen.runs) else 1
        if (len(daily), good) != (attempts, wanted):
            yield f"{day}: the daily runs were {daily}, {wanted} good ones of {attempts} were due"
        weekly = [kind for kind, outcome in runs if kind in {"clean", "bulk"} and outcome == "ok"]
        # The first start catches up the last Sunday's work.
        due = ["bulk", "clean"] if day.weekday() == SUNDAY or day == min(seen.runs) else []
        if sorted(weekly) != due:
            yield f"{day}: the weekly work was {weekly}"


def _growth(samples: list[Sample]) -> Iterator[str]:
    """Compared with the third month, or the second sample of a short form."""
    settled = next((sample for sample in samples if sample.day >= 60), samples[1])
    last = samples[-1]
    for name, more in (
        ("memory", MORE_MEMORY),
        ("files", MORE_FILES),
        ("descriptors", MORE_DESCRIPTORS),
        ("threads", MORE_DESCRIPTORS),
    ):
        before, after = getattr(settled, name), getattr(last, name)
        if after > before + more:
            yield f"{name} grew from {before} on day {settled.day} to {after} on day {last.day}"
    if last.store - settled.store > STORE_PER_KEPT * (last.kept - settled.kept) + 1_000_000:
        yield f"the store grew from {settled.store} to {last.store} bytes, what is kept by {last.kept - settled.kept}"
