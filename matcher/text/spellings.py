"""One spelling for words that British and American texts write in two ways: `fibre` and `fiber` are one word.

Each rule goes the way that joins nothing else: `-ization` becomes `-isation`, as the stemmer makes `character` of
characterization, and `labour` becomes `labor`, as not every `labor…` is a labour (`laboratory`).
"""

from __future__ import annotations

import re

_OUR = "arm|behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|od|rig|rum|sav|tum|val|vap|vig"

_RULES = (
    (r"(?<=[a-z]{3})iz(e[sdr]?|ers|ing|ations?|ational)$", r"is\1"),
    (r"(?<=[a-z]{2}l)yz(e[sdr]?|ers|ing)$", r"ys\1"),
    (rf"^((?:[a-z]{{2,5}})?(?:{_OUR}))our", r"\1or"),
    (r"(fib|cent|lit|theat|calib)re(s?)$", r"\1er\2"),
    (r"(cent|calib)red$", r"\1ered"),
    (r"(?<=[a-z]{3})metre(s?)$", r"meter\1"),
    (r"^(ana|cata|dia|homo|mono)logue(s?)$", r"\1log\2"),
    (r"^(def|cyberdef|lic|off)ence(s?)$", r"\1ense\2"),
    (r"aluminium", "aluminum"),
    (r"sulph", "sulf"),
    (r"(h|p)ae(?=m|d)", r"\1e"),  # haemoglobin, paediatric
    (r"aemi", "emi"),
    (r"(?<=[nr])aesth", "esth"),
    (r"^(pal|arch)aeo", r"\1eo"),
    (r"^aetiol", "etiol"),
    (r"^gynaec", "gynec"),
    (r"^caesium", "cesium"),
    (r"faec", "fec"),
    (r"^oe(?=str|soph|dem)", "e"),
    (r"rrhoe", "rrhe"),
    (r"^foet", "fet"),
    (r"^grey", "gray"),
    (r"^mould", "mold"),
    (r"^artefact", "artifact"),
)

_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _RULES))
"""Hardly a word has any: one look tells."""


def one_spelling(word: str) -> str:
    """A folded word as all texts are read."""
    if _ANY.search(word):
        for pattern, spelling in _RULES:
            word = re.sub(pattern, spelling, word)
    return word
