"""Terms of entry measured: what the rules find in calls that were read, against what a reader found in them.

`python -m tests.helpers.entry` prints the table of the documentation, a line a term: how often the call or the table
says it, how often it was found, and how often what was found is right. The calls are 262 of the recorded listing, drawn
by programme; `terms_read.toml` holds what was read in each. By 172 of them (of Horizon Europe 84, of each other
programme more than half) the rules were written, 44 were drawn and read after, then 25 of those that were left of
DIGITAL, EDF, LIFE and external actions, and at last 21 of unlike parts of Horizon Europe.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcher.model.rows import ParsedRow
from matcher.model.terms import Name
from matcher.portal.parsing import parse_row
from tests.helpers.paths import ROOT
from tests.helpers.portal.rows import RECORDED, recorded_rows

if TYPE_CHECKING:
    from matcher.model.call import Call
    from tests.helpers.portal.rows import Row

READ = ROOT / "tests" / "portal" / "terms_read.toml"
PASSES = ("2026-05-07T1130", "2026-05-07T1203")


@dataclass(frozen=True, slots=True)
class Measured:
    """One term: `said` in so many calls, `found` in so many of them, `right` of all that were found anywhere."""

    term: Name
    said: int
    found: int
    right: int
    claimed: int

    @property
    def recall(self) -> float:
        return self.found / self.said if self.said else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else 1.0


def recorded_calls() -> dict[str, Call]:
    """Every call of the recorded passes, as the first row of each that was met."""
    rows: dict[str, Row] = {}
    for name in PASSES:
        for row in recorded_rows(RECORDED / name):
            rows.setdefault(row["url"], row)
    calls: dict[str, Call] = {}
    for row in rows.values():
        parsed = parse_row(row)
        if isinstance(parsed, ParsedRow):
            calls.setdefault(parsed.call.identifier, parsed.call)
    return calls


def read() -> dict[str, dict[str, Any]]:
    """Call → term → value, as read."""
    return tomllib.loads(READ.read_text(encoding="utf-8"))


def measure(calls: dict[str, Call], gold: dict[str, dict[str, Any]]) -> list[Measured]:
    counted: dict[Name, Counter[str]] = {name: Counter() for name in Name}
    for identifier, terms in gold.items():
        for name in Name:
            said, found = terms.get(name.value), calls[identifier].terms.value(name)
            tally = counted[name]
            tally["said"] += said is not None
            tally["claimed"] += found is not None
            tally["found"] += said is not None and found == said
            tally["right"] += found is not None and found == said
    return [Measured(name, *(counted[name][k] for k in ("said", "found", "right", "claimed"))) for name in Name]


def table(calls: dict[str, Call]) -> list[str]:
    """What was measured, as the documentation shows it."""
    everywhere = Counter(term.name for call in calls.values() for term in call.terms.found)
    return [
        "| term | said | found | claimed | right | in all |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{one.term.value}` | {one.said} | {one.recall:.2f} | {one.claimed} | {one.precision:.2f}"
            f" | {everywhere[one.term]} |"
            for one in measure(calls, read())
        ),
    ]


def main() -> None:
    print("\n".join(table(recorded_calls())))


if __name__ == "__main__":
    main()
