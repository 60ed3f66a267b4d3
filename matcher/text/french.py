"""French technical terms → English, from the lexicon, and for words that it lacks from the way they are formed.

No service and no model: `lexicon.tsv` holds several thousand terms, and endings that French and English share in a
regular way (`-isation`, `-métrie` → `-metry`) carry the rest. Case, accents, plurals, elisions and hyphens make no
difference. The longest term of the lexicon wins, so that `maladie rare` is not translated word by word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

from matcher.text.analysis import KEYWORD, stop_words
from matcher.text.folding import words
from matcher.text.tokens import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# fmt: off
FUNCTION_WORDS = frozenset(
    {
        "a", "afin", "ainsi", "au", "aux", "avec", "ce", "ces", "cet", "cette", "chez", "comme", "contre", "d", "dans",
        "de", "des", "dont", "du", "elle", "elles", "en", "entre", "est", "et", "il", "ils", "l", "la", "le", "les",
        "leur", "leurs", "mais", "n", "ne", "nos", "notre", "nous", "on", "ont", "ou", "par", "pas", "plus", "pour",
        "qu", "que", "qui", "s", "sa", "sans", "se", "ses", "son", "sont", "sous", "sur", "un", "une", "vers", "vos",
        "votre", "vous", "y",
    }
)
# fmt: on

ENDINGS = (
    ("tronique", "tronics"),
    ("ologique", "ological"),
    ("graphie", "graphy"),
    ("culaire", "cular"),
    ("matique", "matics"),
    ("metrie", "metry"),
    ("omique", "omics"),
    ("etique", "etic"),
    ("ifier", "ify"),
    ("arite", "arity"),
    ("ivite", "ivity"),
    ("icite", "icity"),
    ("ilite", "ility"),
    ("metre", "meter"),
    ("nomie", "nomy"),
    ("logie", "logy"),
    ("laire", "lar"),
    ("toire", "tory"),
    ("iste", "ist"),
    ("gene", "gen"),
    ("lyse", "lysis"),
    ("ique", "ic"),
    ("isme", "ism"),
    ("teur", "tor"),
    ("eux", "ous"),
    ("gie", "gy"),
    ("tif", "tive"),
    ("ene", "ene"),
    ("ite", "ity"),
    ("iel", "ial"),
    ("eur", "or"),
    ("if", "ive"),
    ("ie", "y"),
)
"""French ending → English ending of a folded, singular word, longest first; other words stay as they are."""

_SUBJECTS = frozenset({"elle", "elles", "il", "ils", "n", "ne", "nous", "on", "qui", "s", "se", "vous"})

_JOINED = re.compile(r"(?<![^\W_])[^\W_]++(?:-[^\W_]++)+")  # in one pass, however long a word is
_FRENCH_ONLY = frozenset({"de", "la", "le", "les", "des", "en", "et", "l", "d", "qu"})
_FEMININE = (("trice", "teur"), ("euse", "eux"), ("elle", "el"), ("enne", "en"), ("iere", "ier"), ("ive", "if"))

Key = tuple[str, ...]


def languages(text: str) -> tuple[str, ...]:
    """The languages that a text may be in, by its function words: `fr`, `en`, or both when they do not tell.

    A letter that a hyphen joins is none: `3-D`, `n-type`, `IL-6`.
    """
    found = words(_JOINED.sub(" ", text))
    english = sum(word in stop_words() and word not in FUNCTION_WORDS for word in found)
    french = sum(word in FUNCTION_WORDS and (word not in stop_words() or word in _FRENCH_ONLY) for word in found)
    return ("fr", "en") if french == english else ("fr",) if french > english else ("en",)


def verbs(text: str) -> frozenset[str]:
    """The words of a French text right behind a subject (`nous étudions`, `qui permet`), which name nothing."""
    found = words(text)
    return frozenset(second for first, second in pairwise(found) if first in _SUBJECTS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a French text with its English renderings, the most usual first."""

    french: str
    english: tuple[str, ...]


def translated(text: str, known: Callable[[str], bool]) -> list[tuple[str, str]]:
    """(English, French) for each piece of a text: its most usual rendering, or the first that is `known`.

    Neighbouring pieces come as a pair too, because calls hold pairs of words as terms.
    """
    found: list[tuple[str, str]] = []
    for chosen in _chosen(text, known):
        found += chosen
        found += [(f"{a.split()[-1]} {b.split()[0]}", f"{left} {right}") for (a, left), (b, right) in pairwise(chosen)]
    return found


def in_english(text: str, known: Callable[[str], bool]) -> str:
    """A text in English, piece by piece, its lines as they are."""
    return "\n".join(" ".join(english for english, _ in chosen) for chosen in _chosen(text, known))


def _chosen(text: str, known: Callable[[str], bool]) -> Iterator[list[tuple[str, str]]]:
    """(English, French) of the pieces of each line."""
    for line in text.splitlines():
        yield [(next(filter(known, p.english), p.english[0]), p.french) for p in _of_line(line)]


def pieces(text: str) -> list[Piece]:
    """The pieces of a short text with all their renderings, from left to right."""
    return [piece for line in text.splitlines() for piece in _of_line(line)]


def _of_line(line: str) -> tuple[Piece, ...]:
    """The pieces of a line, from left to right; those of a keyword are kept, as each build asks for all of them."""
    return _of_keyword(line) if len(line) <= KEYWORD else tuple(_pieces(spoken(line)))


@lru_cache(20_000)
def _of_keyword(line: str) -> tuple[Piece, ...]:
    return tuple(_pieces(spoken(line)))


def _pieces(found: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    while position < len(found):
        length, english = _longest(found, position)
        if english:
            pieces.append(Piece(" ".join(found[position : position + length]), english))
        position += length
    return pieces


def _longest(found: list[str], start: int) -> tuple[int, tuple[str, ...]]:
    """How many words the longest known term takes from here, and its English; a function word alone has none."""
    levels, longest = _lexicon()
    if not _begins_a_term(found[start]):
        longest = 1
    for length in range(min(longest, len(found) - start), 0, -1):
        piece = found[start : start + length]
        if piece[0] in FUNCTION_WORDS or piece[-1] in FUNCTION_WORDS:
            continue
        for level, key in zip(levels, _keys(piece), strict=True):
            if key in level:
                return length, level[key]
    word = found[start]
    return 1, () if word in FUNCTION_WORDS else (_by_ending(word),)


@cache
def _lexicon() -> tuple[tuple[dict[Key, tuple[str, ...]], ...], int]:
    """The lexicon by exact words, by singular, by singular and masculine; and the words of its longest term."""
    levels: tuple[dict[Key, tuple[str, ...]], ...] = ({}, {}, {})
    longest = 1
    text = resources.files("matcher.text").joinpath("lexicon.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        french, tab, english = line.partition("\t")
        if not tab or line.startswith("#"):
            continue
        found = spoken(french)
        longest = max(longest, len(found))
        for level, key in zip(levels, _keys(found), strict=True):
            level.setdefault(key, tuple(english.split("; ")))
    return levels, longest


@cache
def _term_words() -> frozenset[str]:
    """Every word of the lexicon, French and English, in the singular."""
    levels, _ = _lexicon()
    french = (word for key in levels[1] for word in key)
    english = (word for terms in levels[1].values() for term in terms for word in words(term))
    return frozenset(map(_singular, (*french, *english)))


def is_term_word(word: str) -> bool:
    """Whether a folded word stands in a technical term, in French or English: rightly spelt, whoever has it."""
    return _singular(word) in _term_words()


@cache
def _beginnings() -> frozenset[str]:
    """The first words of all terms of several words, in every form that they are looked up in."""
    levels, _ = _lexicon()
    return frozenset(key[0] for level in levels for key in level if len(key) > 1)


@lru_cache(100_000)
def _begins_a_term(word: str) -> bool:
    return any(key[0] in _beginnings() for key in _keys([word]))


def _keys(found: list[str]) -> tuple[Key, Key, Key]:
    """The ways a term is looked up, from the strictest: `graines` is no `grain`, but `actives` is `actif`."""
    singular = tuple(map(_singular, found))
    inner = [word for i, word in enumerate(singular) if i == 0 or found[i] not in FUNCTION_WORDS]
    return tuple(found), singular, tuple(map(_masculine, inner))


def _singular(word: str) -> str:
    if word.endswith("aux") and len(word) > 4:
        return word[:-1] if word.endswith(("eaux", "iaux", "yaux")) else word[:-3] + "al"
    return word[:-1] if word.endswith(("s", "x")) and len(word) > 3 and not word.endswith("eux") else word


def _masculine(word: str) -> str:
    for feminine, masculine in _FEMININE:
        if word.endswith(feminine) and len(word) > len(feminine) + 1:
            return word[: -len(feminine)] + masculine
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _by_ending(word: str) -> str:
    """The English word that a French one is formed like: `thermographie` → `thermography`."""
    for candidate in (_singular(word), _masculine(_singular(word))):
        for french, english in ENDINGS:
            if candidate.endswith(french) and len(candidate) > len(french) + 2:
                return candidate[: -len(french)] + english
    return _singular(word)
