"""Calls and profiles of a few made-up subjects, small enough to index in a blink."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from matcher.model.call import Action, Call, Section
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.ranking.build import build
from matcher.ranking.scores.scoring import score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.ranking.index import Index
    from matcher.ranking.scores.scoring import Scored


def scored_of(index: Index, name: str) -> Scored:
    """Every call scored for an institute of the index."""
    return score(index, index.need(name), everything=True)


NOW = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
META = {"sample": None, "sample_day": None}

SUBJECTS = (
    "silicon photonics for sensors",
    "hydrogen storage in metal hydrides",
    "recycling of lithium batteries",
    "offshore wind turbines",
    "soil health and crop rotation",
    "rare diseases and gene therapy",
    "quantum computing hardware",
    "composite materials for aircraft",
    "marine biodiversity monitoring",
    "cybersecurity of hospitals",
    "additive manufacturing of steel",
    "membranes for water treatment",
)
WORDS = tuple(dict.fromkeys(word for subject in SUBJECTS for word in subject.split()))


def call(number: int, text: str, *, title: str = "", keywords: tuple[str, ...] = (), action: str = "RIA") -> Call:
    return Call(
        identifier=f"HORIZON-CL{1 + number % 6}-2026-D{1 + number % 3}-{number:02}",
        title=title or f"Topic about {text.split(maxsplit=1)[0] if text.strip() else 'nothing'}",
        actions=(Action(f"HORIZON-{action}"),),
        keywords=keywords,
        sections=(Section("Scope", text),) if text else (),
    )


def some_calls() -> list[Call]:
    """Two calls on each subject, in neighbouring words."""
    texts = [
        f"{own}\nprojects should address {own} and {other}"
        for own, other in zip(SUBJECTS, SUBJECTS[1:] + SUBJECTS[:1], strict=True)
    ]
    texts += [f"{other}. {own}, demonstrated at scale" for own, other in zip(SUBJECTS, SUBJECTS[3:], strict=False)]
    return [call(i, text, action="CSA" if i % 7 == 3 else "RIA") for i, text in enumerate(texts)]


DISTANT = ("silicon photonics", "hydrogen storage", "soil microbes", "textile recycling", "ice core drilling")


def distant_calls() -> list[Call]:
    """Three calls on each of five subjects that are far from each other, in the order of rows."""
    return [
        Call(
            f"HORIZON-CL4-2026-{n:02}", name, sections=(Section("Scope", f"Work on {name} and {name} in number {n}."),)
        )
        for n, name in enumerate(name for name in DISTANT for _ in range(3))
    ]


def profile(
    *keywords: str, french: Sequence[str] = (), exclude: tuple[str, ...] = (), pin: tuple[str, ...] = ()
) -> Profile:
    parts = [ProfilePart("keyword", word, word, "en") for word in keywords]
    parts += [ProfilePart("keyword", word, word, "fr") for word in french]
    return Profile("one", "One", tuple(parts), exclude, pin, "ONE")


def indexed(calls: Sequence[Call], *profiles: Profile, previous: Index | None = None) -> Index:
    return build(calls, profiles, now=NOW, meta=META, previous=previous)


def totals(index: Index, name: str = "one") -> dict[str, float]:
    """The score of every call by identifier."""
    scores = scored_of(index, name).totals.tolist()
    return dict(zip(index.identifiers(), scores, strict=True))


def fits(index: Index, name: str = "one") -> dict[str, int]:
    """The fit of every call by identifier."""

    scored = scored_of(index, name)
    return {identifier: scored.fit(row) for row, identifier in enumerate(index.identifiers())}


phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
"""A few known words in any order."""

keywords = st.lists(phrases, min_size=1, max_size=6, unique=True)
texts = st.lists(st.lists(st.sampled_from([*WORDS, "zyxomatic", "the", "of"]), max_size=12).map(" ".join), max_size=4)
