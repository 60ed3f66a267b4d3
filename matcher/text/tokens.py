"""Words as scientists write them: formulas, Greek letters, species, numbers and hyphens that belong to a word.

`e-health`, `p-type`, `3-D`, `CAR-T`, `α-synuclein`, `PM2.5`, `C++` and `R&D` are words of their own: their pieces say
something else. What is written together, with a hyphen or apart comes to one word (`micro-LED`, `microLED`, `µLED`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from matcher.text.folding import folded

_TOKEN = re.compile(
    r"[a-z](?: ?& ?[a-z])+(?![^\W_])"  # R&D
    r"|(?:car|hepatitis|vitamin) [a-z](?![^\W_])"  # names that end in a letter
    r"|[b-hj-z]\.? [a-z]{3,}"  # T cells, E. coli
    r"|[a-z]{2,} ?\d+\.\d+(?![^\W_])"  # PM2.5, Industry 5.0
    r"|c(?:\+\+|#)"
    r"|[^\W_]+(?:-[^\W_]+)*"
)

GREEK = frozenset(("alpha", "beta", "gamma", "delta", "epsilon", "kappa", "lambda", "sigma", "tau", "omega"))
"""Letters that name one of several kinds: what stands behind them belongs to them."""

# fmt: off
COMBINING = frozenset({
    "aero", "agri", "agro", "anti", "auto", "bio", "cardio", "chemo", "co", "cryo", "cyber", "eco", "electro", "exo",
    "femto", "geo", "hetero", "homo", "hydro", "hyper", "immuno", "infra", "inter", "intra", "iso", "macro", "magneto",
    "mechano", "meso", "meta", "micro", "milli", "mono", "multi", "nano", "neuro", "non", "nutri", "opto", "pharma",
    "photo", "physico", "pico", "piezo", "poly", "post", "pre", "pro", "proto", "quasi", "radio", "re", "semi", "socio",
    "sub", "super", "techno", "tele", "thermo", "trans", "tri", "ultra", "un",
})
# fmt: on
"""Beginnings of words that are none by themselves."""

_LONG = 7
"""A second part of so many letters says something by itself: `synuclein`, `electronics`, not `type` or `cell`."""

_WORD = 4  # a first part of so many letters is a word: `covid-19` has something of covid, `car-t` nothing of cars
_SHORT_NUMBER = 3


class Token(NamedTuple):
    """A folded word; an `aside` says the same as its neighbours in another way, and makes no pair with them."""

    word: str
    aside: bool = False


def tokens(line: str) -> list[Token]:
    """The words of a line, in order; stop words and numbers too."""
    found: list[Token] = []
    for piece in _TOKEN.findall(folded(line)):
        if found and found[-1].word in _BEFORE and not found[-1].aside and piece.isalpha():
            found.append(Token(found[-1].word + piece, True))
        if piece.isalnum():
            found.append(Token(piece))
        else:
            found += _parted(piece)
    return found


_BEFORE = GREEK | COMBINING

_SIGNED = re.compile(
    r"[a-z](?:&[a-z])+(?![^\W_])|c(?:\+\+|#)|[a-z]{2,}\d+\.\d+(?![^\W_])|[a-z]{2,4}-[a-z](?![^\W_-])|[^\W_]+"
)

_DIMENSIONS = re.compile(r"(?<![^\W_])(\d)-d(?![^\W_])")


def spoken(line: str) -> list[str]:
    """The folded words of a line; no language takes those apart that have a sign or a letter at the end, or `3-D`."""
    return _SIGNED.findall(_DIMENSIONS.sub(r"\1d", folded(line)))


@lru_cache(100_000)
def _parted(piece: str) -> tuple[Token, ...]:
    """The words of a piece that is more than letters and digits."""
    if piece.startswith("c") and piece[1:] in {"++", "#"}:
        return (Token(piece),)
    if "&" in piece:
        return (Token(piece.replace(" ", "")),)
    if piece[-1].isdigit() and "." in piece:
        return _numbered(piece)
    if re.match(r"[a-z]\.? ", piece):
        return _lettered(piece)
    return tuple(_hyphenated(re.split("[- ]", piece)))


def _numbered(piece: str) -> tuple[Token, ...]:
    """`pm2.5`; `industry 5.0` is a word and its number together."""
    word, blank, number = piece.partition(" ")
    return (Token(word), Token(word + number, True)) if blank else (Token(word),)


def _lettered(piece: str) -> tuple[Token, ...]:
    """`t cells` as `t-cells`, and the second word by itself."""
    letter, _, word = piece.replace(".", "").partition(" ")
    return Token(letter), Token(letter + word, True), Token(word)


def _hyphenated(parts: list[str]) -> list[Token]:
    found: list[Token] = []
    i = 0
    while i < len(parts):
        one, other = parts[i], parts[i + 1] if i + 1 < len(parts) else ""
        joined = _joined(one, other)
        found += joined or (Token(one),)
        i += 2 if joined else 1
    return found


def _joined(one: str, other: str) -> tuple[Token, ...]:
    """Two parts that are one word; empty where the hyphen only stands between two."""
    if not other:
        return ()
    if len(one) == 1 or (one in _BEFORE and len(other) > 1):
        keeps = other.isalpha() and len(other) >= _LONG and one != "e"
        return (Token(one + other), Token(other, True)) if keeps else (Token(one + other),)
    if not one.isalpha():
        return ()
    if other.rstrip("0123456789") in GREEK or (other.isdigit() and len(other) <= _SHORT_NUMBER):
        return _after(one, one + other)
    return _after(one, f"{one}-{other}") if len(other) == 1 else ()


def _after(one: str, whole: str) -> tuple[Token, ...]:
    """`covid-19`, `vitamin-d`: a word and what is added to it; `car-t`, `pm-10` and `iii-v` are only the whole."""
    return (Token(one), Token(whole, True)) if len(one) > _WORD else (Token(whole),)
