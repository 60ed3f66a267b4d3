"""Texts that people rank for (`--text`, `--file`), in an index of a few calls."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from matcher.ranking.build import build
from matcher.ranking.scores.asked_anew import asked_text
from tests.helpers.corpus import META, NOW, some_calls
from tests.helpers.forms import either, has_a_long_form
from tests.helpers.fuzz.harness import FEW, Target
from tests.helpers.fuzz.mutations import STRANGE

INDEX = build(some_calls(), [], now=NOW, meta=META)
WORDS = st.sampled_from(("photonique", "sensors", "l'énergie", "été", *(s for s in STRANGE if isinstance(s, str))))


def check(text):
    assert np.isfinite(asked_text(INDEX, text).scored(INDEX).totals).all()


TEXTS = Target(
    "texts to rank for",
    st.lists(WORDS | st.text(max_size=20), max_size=8).map(" ".join),
    check,
    few=either(short=25, long=FEW),
)


@has_a_long_form
def test_texts():
    TEXTS.run()
