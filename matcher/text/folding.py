"""Letters as they are compared: lower case without accents, one form of each."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

MAX_CHARACTERS = 400_000
"""Text beyond this is ignored: the longest call on the portal has a tenth of it."""


def _spelt(letter: str) -> str:
    """The name of a Greek letter: people write `alpha-synuclein` as well as `α-synuclein`."""
    return unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")


_PLAIN = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
"""What no decomposition takes apart."""

_LETTERS = {
    ord(letter): plain
    for letter, plain in (
        *((letter, _spelt(letter)) for letter in "αβγδεζηθικλμνξοπρςστυφχψω"),
        *_PLAIN.items(),
        *((hyphen, "-") for hyphen in "‐‑‒−﹣"),
        *(
            (chr(code), "")
            for code in (0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
        ),
    )
}
"""Nothing stands for what is not seen: soft hyphens, characters without width, marks of direction."""

_MICRO = re.compile(r"μ(?=[a-z])")  # µLED is a micro-LED; by itself it is a letter like the others


def folded(text: str) -> str:
    """Lower case, no accents, one form of each letter (ﬁ → fi, ² → 2, full width → ASCII), Greek ones by name."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(filterfalse(unicodedata.combining, decomposed))
    return _MICRO.sub("micro", plain).translate(_LETTERS)


_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The folded words of a text, in order, a hyphen or any other mark between two of them."""
    return _WORD.findall(folded(text[:MAX_CHARACTERS]))
