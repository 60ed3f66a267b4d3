"""A listing of any size, grown from real rows: the real calls first, then calls mixed from their sentences.

The same seed gives the same listing but for its days, and a longer listing starts with the shorter one. Mixed calls
keep the shape of real ones (sections, lengths, identifiers, types of action), three in a hundred are live on `TODAY`,
and their vocabulary goes on growing the way that of real calls does: words that move elsewhere make new pairs, and now
and then a word is new.
"""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.evaluation.benchmark import load_benchmark
from matcher.model.call import Action, Deadline, Section, Source, Status
from matcher.model.day import brussels_day

if TYPE_CHECKING:
    from matcher.model.call import Call

SHARED = Path(os.environ.get("MATCHER_SHARED", Path(__file__).parents[1].parent / "shared"))
TODAY = brussels_day(datetime.now(UTC))
"""The day itself: an index reads closely what is live when it is built, and every call for a day that is past."""

LIVE_SHARE = 0.03

MOVED_WORDS = 0.12
"""Share of the long words that another call's word takes the place of."""

COINED_WORDS = 0.004
"""Share of the long words that are new: the first half of one word with the second half of another."""

_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n+")
_LONG_WORD = re.compile(r"[a-z]{7,}")
_ACTIONS = ("HORIZON-RIA", "HORIZON-RIA", "HORIZON-IA", "HORIZON-CSA", "HORIZON-EIC")


@dataclass(frozen=True)
class _Stock:
    calls: tuple[Call, ...]
    sentences: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


def grown(size: int) -> list[Call]:
    """The first `size` calls of the listing."""
    stock = _stock()
    chance = random.Random(20260601)
    calls = [_dated(call, chance) for call in stock.calls[:size]]
    calls += [_mixed(stock, number, chance) for number in range(len(calls), size)]
    return calls


@cache
def _stock() -> _Stock:
    read = chain.from_iterable(
        load_benchmark(SHARED / "benchmark" / name).calls for name in ("horizon-europe", "h2020")
    )
    calls = tuple({call.identifier.upper(): call for call in read}.values())
    texts = ["\n".join(section.text for section in call.sections) for call in calls]
    sentences = tuple(tuple(s for s in _SENTENCE.split(text) if s.strip()) for text in texts)
    words = tuple(chain.from_iterable(_LONG_WORD.findall(text)[:40] for text in texts))
    return _Stock(calls, sentences, words)


def _mixed(stock: _Stock, number: int, chance: random.Random) -> Call:
    """Two thirds of one real call, the rest from another, some words moved and coined."""
    first, second = chance.randrange(len(stock.calls)), chance.randrange(len(stock.calls))
    own, foreign = stock.sentences[first], stock.sentences[second]
    kept = [s for s in own if chance.random() < 2 / 3]
    kept += [s for s in foreign if chance.random() < 1 / 3]
    text = [_varied(stock, sentence, chance) for sentence in kept]
    middle = len(text) // 3
    sections = (Section("Expected Outcome", "\n".join(text[:middle])), Section("Scope", "\n".join(text[middle:])))
    identifier = f"HORIZON-CL{1 + number % 6}-{2021 + number % 7}-D{1 + number % 5}-{number:06}"
    model = stock.calls[first]
    call = replace(
        model,
        identifier=identifier,
        title=_varied(stock, model.title, chance),
        programme="HORIZON",
        actions=(Action(chance.choice(_ACTIONS)),),
        sections=tuple(section for section in sections if section.text),
    )
    return _dated(call, chance)


def _varied(stock: _Stock, text: str, chance: random.Random) -> str:
    def other(found: re.Match[str]) -> str:
        draw = chance.random()
        if draw < COINED_WORDS:
            left, right = chance.choice(stock.words), chance.choice(stock.words)
            return left[: len(left) // 2] + right[len(right) // 2 :]
        return chance.choice(stock.words) if draw < MOVED_WORDS else found[0]

    return _LONG_WORD.sub(other, text)


def _dated(call: Call, chance: random.Random) -> Call:
    """Live for three in a hundred, else closed within the eight years before."""
    days = chance.randrange(10, 200) if chance.random() < LIVE_SHARE else -chance.randrange(1, 3_000)
    last = TODAY + timedelta(days)
    return replace(
        call,
        status=Status.OPEN if days > 0 else Status.CLOSED,
        opening=last - timedelta(120),
        deadlines=(Deadline(last, 1, "single-stage"),),
        deadline_model="single-stage",
        budget_eur=1_000_000 * chance.randrange(2, 60),
        contribution_eur=(2_000_000, 6_000_000),
        grants=chance.randrange(1, 8),
        url=f"https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/topic-details/{call.identifier}",
        source=Source.SEARCH,
    )
