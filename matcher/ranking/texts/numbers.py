"""The numbers of the ranking model, and what it does not read; docs/ranking.md says what each was measured against."""

from __future__ import annotations

UNREAD_SECTIONS = frozenset({"Conditions"})
"""Sections about rules of participation and TRL, nearly the same on every call: they say nothing about the subject."""

BACKGROUND_CALLS = 1.0
"""How much of the average call is taken off a written profile: EU boilerplate, which every call has, tells nothing."""

BACKGROUND_PRIOR = 100
"""As many empty texts count in each average, so that a small body of calls has hardly any background."""

BACKGROUND_PROJECTS = 1.75
"""How much of the average past project is taken off an institute's projects."""

DESCRIPTION = 0.2
"""A description against the keywords of a written profile: mostly words of presentation."""

FRENCH = 0.25
"""A French keyword against an English one in a profile that has both: they say the same, less exactly."""

PROFILE_TERMS = 2_000
"""Terms of a profile that are kept, the heaviest."""

LENGTH_FLOOR = 0.05
"""Share of the average call's squared length that every call has on top of its own."""

SIMILAR_CALLS = 10

SIMILAR_WEIGHT = 0.8
"""The score of the calls most like this one adds to its own."""

SIMILAR_SHARE = 0.02

SIMILAR_FREQUENT = 200
"""Terms in more than this share of the calls do not count for which calls are alike, nor, in a small body of calls,
terms in more than this number of them or a tenth: they make everything alike, and the search slow."""

HISTORY_WEIGHT = 0.025
"""For each ln(1 + past projects in the same part of the programme)."""

COORDINATION_WEIGHT = 0.03
"""Taken off coordination and support actions, which research institutes win less often."""
