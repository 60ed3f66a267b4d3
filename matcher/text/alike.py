"""How alike two texts are."""

from __future__ import annotations

import math
from collections import Counter

from matcher.text.analysis import Analyzer


def likeness(one: str, other: str) -> float:
    """The cosine of the counts of their terms: 1 for the same words as often, 0 for no word in common."""
    analyzer = Analyzer()
    a, b = Counter(analyzer.terms(one)), Counter(analyzer.terms(other))
    length = math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return sum(n * b[term] for term, n in a.items()) / length if length else float(a == b)
