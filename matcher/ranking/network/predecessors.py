"""Which closed calls a call continues: named in its text, of its family, or such that their projects are like it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from matcher.model.programmes import programme_cluster, programme_part
from matcher.text.saying import Saying

if TYPE_CHECKING:
    from datetime import date

    from matcher.ranking.index import Index
    from matcher.ranking.network.consortia import Consortia

_IDENTIFIER = re.compile(r"\b[A-Z][A-Z0-9]+(?:-[A-Za-z0-9]+){2,12}\b")
_NUMBERS = re.compile(r"\d+")
_NEAR = Saying("{n} of its {of} projects are among the nearest to the call")

NAMED = 10.0
"""What being named in the text is worth; likeness is at most 1 and grows by these factors."""
FAMILY = 2.0
SAME_PART, SAME_CLUSTER = 2.0, 1.5

_FAMILIES_HELD = 50_000
"""Each call is held against the topics of all projects, the same ones for the next call."""


@dataclass(frozen=True, slots=True)
class Found:
    """A topic that a call continues, why, and its projects by their rows.

    `is_close` where more than likeness says so: the text names it, or family or part of the programme are the same.
    """

    topic: str
    score: float
    reasons: tuple[Saying, ...]
    rows: tuple[int, ...]
    is_close: bool = True


@lru_cache(_FAMILIES_HELD)
def family(identifier: str) -> str:
    """An identifier without its numbers: `HORIZON-MSCA-2026-DN-01-01` is of `HORIZON-MSCA-DN`."""
    words = [word for word in identifier.upper().split("-") if not _NUMBERS.fullmatch(word)]
    return "-".join(words)


def predecessors(index: Index, row: int, past: Consortia, day: date, most: int = 5) -> list[Found]:
    """The topics that a call continues, best first, of projects signed before a day.

    A topic of many projects is like everything a little, so that likeness is shared by the root of their number.
    """
    call = index.full_call(row)
    rows_of, itself = past.by_topic(day), {call.identifier.upper()}
    text = "\n".join([call.title, *(section.text for section in call.sections)])
    named = {name.upper() for name in _IDENTIFIER.findall(text)} & rows_of.keys()
    likeness, near = _likeness(index, row, past, day)
    own_family = family(call.identifier)
    alike = {topic for topic in rows_of if family(topic) == own_family}
    found = []
    for topic in (likeness.keys() | named | (alike if _is_broad(own_family) else set())) - itself:
        score = likeness.get(topic, 0.0)
        reasons: list[Saying] = []
        if topic in named:
            reasons.append(Saying("named in the text"))
        if topic in alike:
            reasons.append(Saying("of the same family, {family}", family=own_family))
        same_part = programme_part(topic) == programme_part(call.identifier)
        if same_part:
            score *= SAME_PART
            reasons.append(Saying("same part of the programme, {part}", part=programme_part(topic)))
        elif programme_cluster(topic) == programme_cluster(call.identifier):
            score *= SAME_CLUSTER
        score += (topic in named) * NAMED + (topic in alike and _is_broad(own_family)) * FAMILY
        if near[topic]:
            reasons.append(_NEAR.of(n=near[topic], of=len(rows_of[topic])))
        newest = max(int(past.signed[number]) for number in rows_of[topic])
        is_close = topic in named or topic in alike or same_part
        found.append((score, newest, Found(topic, score, tuple(reasons), tuple(rows_of[topic]), is_close)))
    found.sort(key=lambda one: (-one[0], -one[1], one[2].topic))
    return [one for *_, one in found[:most]]


def _is_broad(name: str) -> bool:
    """A family of calls without a subject, which come again every year: ERC, MSCA, EIC."""
    return name.startswith(("ERC", "HORIZON-MSCA", "HORIZON-ERC", "HORIZON-EIC"))


def _likeness(index: Index, row: int, past: Consortia, day: date) -> tuple[dict[str, float], Counter[str]]:
    """Topic → what the projects nearest to the call say for it, and how many of them are its own."""
    if not past.is_background_of(index):
        return {}, Counter()
    rows_of, earlier = past.by_topic(day), past.before(day)
    shares: dict[str, float] = defaultdict(float)
    near: Counter[str] = Counter()
    rows, weights = index.arrays["call_near_rows"][row].tolist(), index.arrays["call_near_shares"][row].tolist()
    for number, weight in zip(rows, weights, strict=True):
        topic = past.topics[number]
        if weight > 0 and topic and earlier[number]:
            shares[topic] += weight
            near[topic] += 1
    return {topic: share / len(rows_of[topic]) ** 0.5 for topic, share in shares.items()}, near
