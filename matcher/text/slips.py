"""Slips of the pen: one word spelt wrongly, told from another word that merely looks like it."""

from __future__ import annotations

from matcher.text.french import is_term_word

_SHORTEST = 5  # letters: shorter words are too often others, or abbreviations
_LONG = 8  # letters from which on two slips are one word


def is_slip(word: str, other: str) -> bool:
    """Whether a folded word is another one misspelt: a letter or two of a long one, and no word of its own."""
    if len(word) < _SHORTEST or is_term_word(word):
        return False
    return slips(word, other) <= (2 if min(len(word), len(other)) >= _LONG else 1)


def slips(word: str, other: str) -> int:
    """How many letters were added, left out, changed, or exchanged with their neighbour."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == there:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
