"""What the words of a compound count by themselves: `hazards` of natural hazards finds chemical ones too."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from matcher.ranking.texts.vocabulary import is_fitted
from matcher.text.analysis import pair_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.ranking.texts.vocabulary import Vocabulary
    from matcher.text.abbreviations import Read
    from matcher.text.analysis import Analyzer

FLATTENED = 0.25
"""A part that stands for its whole in a share of the texts that have it counts this root of the share: measured."""

LEAST_PART = 0.3
"""What a part counts that hardly ever stands in such company: it may still be what the whole is about."""


def part_weights(words: str, analyzer: Analyzer, vocabulary: Vocabulary) -> dict[str, float]:
    """What each word of a skill counts, 1 where it stands alone.

    Of two neighbours, a word counts for how often it stands for both: the share of the texts with the word that have
    the pair. The pair itself always counts whole, and so does what is added aside (`carbon capture and storage`).
    """
    found: dict[str, float] = {}
    for line in analyzer.asked_lines(words, partial(is_fitted, vocabulary)):
        main = [read for read in line if not read.aside]
        for place, read in enumerate(main):
            shares = [_share(read, other, vocabulary) for other in _neighbours(main, place)]
            weight = max(max(shares) ** FLATTENED, LEAST_PART) if shares else 1.0
            found[read.stem] = max(found.get(read.stem, 0.0), weight)
    return found


def _neighbours(main: Sequence[Read], place: int) -> Iterator[Read]:
    yield from main[max(place - 1, 0) : place]
    yield from main[place + 1 : place + 2]


def _share(read: Read, other: Read, vocabulary: Vocabulary) -> float:
    """The share of the texts with a word that have it beside another: their idf tells.

    Pairs that came with calls after the fit count as unknown until the next, or they would move what others score.
    """
    word, pair = (vocabulary.find_term(term) for term in (read.stem, pair_of(read.stem, other.stem)))
    if word is None or pair is None or max(word, pair) >= vocabulary.fitted_terms:
        return 0.0
    return float(np.exp(min(vocabulary.idf[word] - vocabulary.idf[pair], 0.0)))
