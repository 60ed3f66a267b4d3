"""The sentence encoder, with a real, small one made here: hashed words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from matcher.errors import ConfigError, IndexMissing, StoreError
from matcher.evaluation.rankers import MatcherRanker, load_ranker
from matcher.model.call import Call, Deadline, Status
from matcher.model.match import EvidenceKind
from matcher.model.profile_parts import Profile, ProfilePart
from matcher.model.question import CallFilter
from matcher.ranking import encoder as module
from matcher.ranking.build import Known, build
from matcher.ranking.encoder import Encoding, KeptVectors, Prefixes, SentenceEncoder, prefixes_of
from matcher.ranking.index import LAYOUT, open_index
from matcher.ranking.proposals.skills import try_term
from matcher.ranking.scores.asked_anew import asked_text
from matcher.ranking.scores.matching import Depth, best_matches
from matcher.ranking.scores.scoring import NOTHING
from matcher.ranking.texts.generation import write_generation
from matcher.ranking.texts.numbers import MEANING_WEIGHT
from tests.helpers.corpus import META, NOW, TODAY, indexed, profile, scored_of, some_calls
from tests.helpers.encoders import HashedWords, needs_the_extra, without_the_extra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.ranking.index import Index

CALLS = [Call("A-1", "car engines"), Call("A-2", "sea water"), Call("A-3", "old books")]
PROFILES = [Profile("p", "P", (ProfilePart("keyword", "automobile", "automobile"),))]


def kept(folder: Path, encoder: HashedWords | None = None) -> KeptVectors:
    return KeptVectors(encoder or HashedWords(), folder / "vectors.db")


def ranked(folder: Path, calls: Sequence[Call], encoder: HashedWords | None = None) -> np.ndarray:
    return MatcherRanker(Encoding("m", kept(folder, encoder), None)).rank_scores(calls, PROFILES)


def live(calls: Sequence[Call], closed: int = 0) -> list[Call]:
    """These calls open until next month, the first `closed` of them over since last month."""
    days = [TODAY - timedelta(days=30)] * closed + [TODAY + timedelta(days=30)] * (len(calls) - closed)
    return [
        replace(call, status=Status.OPEN, deadlines=(Deadline(day),)) for call, day in zip(calls, days, strict=True)
    ]


def fused(
    folder: Path,
    calls: Sequence[Call],
    *profiles: Profile,
    encoder: HashedWords | None = None,
    previous: Index | None = None,
) -> Index:
    encoding = Encoding("m", kept(folder, encoder), TODAY)
    return build(calls, profiles, now=NOW, meta=META, previous=previous, known=Known(encoding=encoding))


# as a ranker of `matcher evaluate`


def test_it_finds_what_is_said_in_other_words(tmp_path):
    terms = MatcherRanker().rank_scores(CALLS, PROFILES)[0]
    scores = ranked(tmp_path, CALLS)[0]
    assert len(set(terms.tolist())) == 1
    assert scores.argmax() == 0
    assert 0 < scores[0] - terms[0] <= MEANING_WEIGHT


def test_a_text_is_encoded_once(tmp_path):
    first, second = HashedWords(), HashedWords()
    ranked(tmp_path, CALLS, first)
    assert len(first.encoded) == 4
    ranked(tmp_path, [*CALLS, Call("A-4", "new moon")], second)
    assert second.encoded == ["new moon"]


def test_models_never_share_vectors(tmp_path):
    other = HashedWords()
    other.name = "another"
    ranked(tmp_path, CALLS)
    ranked(tmp_path, CALLS, other)
    assert len(other.encoded) == 4


def test_nothing_to_rank_and_empty_profiles(tmp_path):
    ranker = MatcherRanker(Encoding("m", kept(tmp_path), None))
    assert ranker.rank_scores([], PROFILES).shape == (1, 0)
    assert ranker.rank_scores(CALLS, [Profile("e", "E", ())]).tolist() == [[NOTHING] * 3]


# the vectors that are kept


class DiesLater(HashedWords):
    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self.encoded:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_what_was_encoded_before_the_end_is_kept(tmp_path):
    texts = [f"text {number}" for number in range(module.AT_ONCE + 5)]
    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path, DiesLater()).encode(texts)
    later = HashedWords()
    assert set(kept(tmp_path, later).encode(texts)) == set(texts)
    assert later.encoded == texts[module.AT_ONCE :]


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "vectors.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="delete that file"):
        kept(tmp_path).encode(["one"])


def test_the_file_holds_what_the_live_calls_and_the_profiles_need_and_no_more(tmp_path):
    calls = live(some_calls())
    fused(tmp_path, calls, profile("quantum computing"))
    later = HashedWords()
    fused(tmp_path, calls[:3], profile("quantum computing"), encoder=later)
    assert later.encoded == []
    with closing(sqlite3.connect(tmp_path / "vectors.db")) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (4,)


def test_many_new_texts_are_told(tmp_path, caplog):
    kept(tmp_path).encode([f"text {number}" for number in range(module.MANY)])
    assert [record.levelname for record in caplog.records] == ["WARNING"]


# in the index


def test_only_live_calls_and_profiles_are_encoded(tmp_path):
    encoder = HashedWords()
    calls = live(some_calls(), closed=18)
    index = fused(tmp_path, calls, profile("quantum computing", french=("capteurs",)), encoder=encoder)
    assert len(encoder.encoded) == len(calls) - 18 + 2
    meaning = scored_of(index, "one").meaning
    encoded = {index.row(call.identifier) for call in calls[18:]}
    assert {row for row in range(len(index)) if meaning[row]} <= encoded
    assert np.count_nonzero(meaning) > 1


def test_the_parts_add_up_to_the_score_and_meaning_is_one_of_them(tmp_path):
    index = fused(tmp_path, live(some_calls()), profile("silicon photonics", "gene therapy"))
    matches = best_matches(scored_of(index, "one"), CallFilter(), TODAY, Depth(50))
    assert any(item.kind is EvidenceKind.MEANING for match in matches for item in match.evidence)
    for match in matches:
        assert match.base + sum(item.weight for item in match.evidence) == pytest.approx(match.score, abs=1e-9)
        assert all(item.kind is not EvidenceKind.MEANING for item in match.evidence if item.term in match.words(50))


def test_a_call_that_shares_no_word_is_a_match(tmp_path):
    calls = live([Call("A-1", "car engines"), Call("A-2", "sea water"), Call("A-3", "old books")])
    assert best_matches(scored_of(indexed(calls, *PROFILES), "p"), CallFilter(), TODAY, Depth(5)) == []
    index = fused(tmp_path, calls, *PROFILES)
    best = best_matches(scored_of(index, "p"), CallFilter(), TODAY, Depth(5))
    assert [match.call.identifier for match in best] == ["A-1"]
    assert EvidenceKind.MEANING in {item.kind for item in best[0].evidence}


def test_what_terms_say_is_the_same_with_and_without_and_so_are_the_fits_of_closed_calls(tmp_path):
    calls, own = live(some_calls(), closed=10), profile("silicon photonics", "gene therapy")
    without, with_it = indexed(calls, own), fused(tmp_path, calls, own)
    plain, other = (scored_of(i, "one") for i in (without, with_it))
    rows = [with_it.row(call.identifier) for call in calls[:10]]
    assert [plain.fit(row) for row in rows] == [other.fit(row) for row in rows]


def test_a_call_more_moves_no_other_score_or_fit(tmp_path):
    calls, own = live(some_calls()), profile("silicon photonics", "gene therapy")
    before = fused(tmp_path, calls, own)
    new = live([Call("HORIZON-NEW-1", "photonics of gene sensors")])
    after = fused(tmp_path, [*calls, *new], own, previous=before)
    first, second = (scored_of(i, "one") for i in (before, after))
    for call in calls:
        old, row = before.row(call.identifier), after.row(call.identifier)
        assert second.totals[row] == pytest.approx(first.totals[old], abs=1e-6)
        assert second.fit(row) == first.fit(old)


def test_the_vectors_are_saved_and_read_with_the_index(tmp_path):
    index = fused(tmp_path, live(some_calls()), profile("silicon photonics"))
    write_generation(tmp_path / "index", LAYOUT, index.generation)
    opened = open_index(tmp_path / "index")
    assert np.array_equal(scored_of(opened, "one").totals, scored_of(index, "one").totals)


def test_without_an_encoder_an_index_has_nothing_of_it():
    index = indexed(live(some_calls()), profile("silicon photonics"))
    assert not [name for name in index.arrays if "meaning" in name]
    assert "encoder" not in index.meta
    assert not scored_of(index, "one").meaning.any()


def test_no_live_call_and_identical_calls_leave_the_terms_alone(tmp_path):
    nothing_live = fused(tmp_path, live(some_calls(), closed=len(some_calls())), profile("silicon photonics"))
    assert not scored_of(nothing_live, "one").meaning.any()
    alike = live([Call(f"A-{number}", "car engines") for number in range(3)])
    index = fused(tmp_path, alike, *PROFILES)
    assert not scored_of(index, "p").meaning.any()


def test_a_text_is_encoded_when_it_is_asked(tmp_path):
    calls = live([Call("A-1", "car engines"), Call("A-2", "sea water"), Call("A-3", "old books")])
    index = fused(tmp_path, calls, *PROFILES)
    scored = asked_text(index, "roadster", HashedWords()).scored(index)
    assert scored.totals.argmax() == index.row("A-1")
    assert scored.meaning[index.row("A-1")] > 0
    assert not asked_text(index, "roadster").scored(index).meaning.any()


def test_a_text_is_not_compared_with_vectors_of_another_model(tmp_path):
    index = fused(tmp_path, live(CALLS), *PROFILES)
    other = HashedWords()
    other.name = "another"
    with pytest.raises(IndexMissing, match="encoder changed"):
        asked_text(index, "roadster", other)


def test_a_tried_term_is_compared_on_the_scores_of_the_list(tmp_path):
    calls, own = live(some_calls()), profile("silicon photonics")
    index = fused(tmp_path, calls, own)
    trial = try_term(index, own, "soil health", TODAY)
    listed = scored_of(index, "one")
    assert all(match.score == pytest.approx(listed.totals[index.row(match.call.identifier)]) for match in trial.leaving)
    assert any("soil" in item.term for match in trial.entering for item in match.evidence)


# models


@pytest.mark.parametrize(
    ("model", "prefixed"),
    [
        ("intfloat/multilingual-e5-small", True),
        ("/models/E5-base-v2/", True),
        ("/models/e5/all-MiniLM-L6-v2", False),
        ("somebody/se5quence", False),
    ],
)
def test_models_of_the_e5_family_read_prefixes(model, prefixed):
    assert prefixes_of(model) == (("query: ", "passage: ") if prefixed else ("", ""))


def test_prefixes_stand_before_calls_and_profiles(tmp_path):
    encoder = HashedWords()
    encoder.prefixes = Prefixes("query: ", "passage: ")
    index = fused(tmp_path, live(CALLS), *PROFILES, encoder=encoder)
    asked_text(index, "boats", encoder)
    assert encoder.encoded == [
        "passage: car engines", "passage: old books", "passage: sea water", "query: automobile", "query: boats",
    ]  # fmt: skip


@without_the_extra
def test_without_the_extra_it_says_which_one(monkeypatch):
    with pytest.raises(ConfigError, match=r"pip install 'matcher\[encoder\]'"):
        SentenceEncoder("intfloat/multilingual-e5-small")
    monkeypatch.setenv("MATCHER_RANKING_ENCODER", "intfloat/multilingual-e5-small")
    with pytest.raises(ConfigError, match=r"pip install 'matcher\[encoder\]'"):
        load_ranker("encoder")


def test_the_ranker_asks_for_a_model(monkeypatch):
    monkeypatch.delenv("MATCHER_RANKING_ENCODER", raising=False)
    with pytest.raises(ConfigError, match=r"ranking\.encoder"):
        load_ranker("encoder")


@needs_the_extra
def test_a_model_that_is_not_there_and_a_folder_that_is_none_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="hf download"):
        SentenceEncoder("nobody/nothing")
    with pytest.raises(ConfigError, match="holds no sentence encoder"):
        SentenceEncoder(str(tmp_path)).encode(["a text"])
