"""What people search for: words, phrases, what must not be there, and names of parts of programmes."""

from __future__ import annotations

from hypothesis import strategies as st

from matcher.config.part_file import packaged_parts
from matcher.errors import MatcherError
from matcher.model.question import Question
from matcher.ranking.build import build
from matcher.ranking.call_words import search_calls
from tests.helpers.corpus import META, NOW, some_calls
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, short
from tests.helpers.fuzz.mutations import STRANGE

INDEX = build(some_calls(), [], now=NOW, meta={**META, "part_table": packaged_parts().to_json()})

TYPED = st.sampled_from(
    (
        "batteries",
        "HORIZON-CL2-2026-D2-01",
        "horizon cl2 2026",
        "capteurs",
        "l'énergie",
        "soil mission",
        "EIC",
        "cluster 4",
        "…",
        "the of",
        "word " * 10_000,
        *(one for one in STRANGE if isinstance(one, str)),
    )
)
SPELT = TYPED | st.text(max_size=20) | st.text("aeé-_/.:*?\"'()[]%\\ 0123\u202e\u200b\x00\ud800", max_size=12)


def check(asked):
    try:
        question = Question.of(None, asked, explain=True)
        wanted = question.filter.in_parts(INDEX.parts)
        found = search_calls(INDEX, question.search)
    except MatcherError as error:
        short(error, 2_000)
        return
    assert len(set(found.rows)) == len(found.rows)
    calls = [INDEX.call(row) for row in found.rows]
    for sentence in found.sentences(calls).values():
        assert 0 < len(sentence) <= 250
    assert all(isinstance(wanted.stopped_by(call, NOW.date()), str | None) for call in calls)


SEARCHES = Target(
    "searches and names of parts",
    st.fixed_dictionaries(
        {"words": st.lists(SPELT, max_size=4)},
        optional={
            "without": st.lists(SPELT, max_size=3),
            "phrase": st.booleans(),
            "programme": st.lists(SPELT, max_size=2),
        },
    ),
    check,
)


@has_a_long_form
def test_searches():
    SEARCHES.run()
