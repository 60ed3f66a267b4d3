"""The sentence encoder, with real, small ones made here: hashed words, and a model in the ONNX form."""

from __future__ import annotations

import json
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
from matcher.ranking import build as building
from matcher.ranking import encoder as module
from matcher.ranking import kept_vectors, meanings
from matcher.ranking.build import Known, build
from matcher.ranking.encoder import Prefixes, SentenceEncoder, prefixes_of
from matcher.ranking.index import LAYOUT, open_index
from matcher.ranking.kept_vectors import KeptVectors
from matcher.ranking.meanings import Encoding
from matcher.ranking.needs import chance
from matcher.ranking.needs.likeness import ways_of
from matcher.ranking.proposals.skills import try_term
from matcher.ranking.scores.asked_anew import asked_text
from matcher.ranking.scores.matching import Depth, best_matches
from matcher.ranking.scores.scoring import NOTHING
from matcher.ranking.texts.generation import write_generation
from tests.helpers.corpus import META, NOW, TODAY, indexed, profile, scored_of, some_calls
from tests.helpers.encoders import MODEL, HashedWords, needs_the_extra, tiny_model, with_model

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matcher.ranking.index import Index

CALLS = [Call("A-1", "car engines"), Call("A-2", "sea water"), Call("A-3", "old books"), Call("A-4", "automobile tax")]
PROFILES = [Profile("p", "P", (ProfilePart("keyword", "automobile", "automobile"),))]


def kept(folder: Path, encoder: HashedWords | None = None) -> KeptVectors:
    return KeptVectors(encoder or HashedWords(), folder / "vectors.db")


def ranked(folder: Path, calls: Sequence[Call], encoder: HashedWords | None = None) -> np.ndarray:
    return MatcherRanker(Encoding("m", kept(folder, encoder))).rank_scores(calls, PROFILES)


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
    encoding = Encoding("m", kept(folder, encoder))
    return build(calls, profiles, now=NOW, meta=META, previous=previous, known=Known(encoding=encoding, day=TODAY))


@pytest.fixture
def asked(monkeypatch) -> HashedWords:
    """The encoder of questions that are asked anew, and what it was asked."""
    encoder = HashedWords()
    monkeypatch.setattr(meanings, "sentence_encoder", lambda model: encoder)
    return encoder


# as a ranker of `matcher evaluate`


def test_it_finds_what_is_said_in_other_words(tmp_path):
    terms = MatcherRanker().rank_scores(CALLS, PROFILES)[0]
    scores = ranked(tmp_path, CALLS)[0]
    assert terms.argsort().tolist()[-2:] == [2, 3]
    assert scores.argsort().tolist()[-2:] == [0, 3]


def test_a_text_is_encoded_once(tmp_path):
    first, second = HashedWords(), HashedWords()
    ranked(tmp_path, CALLS, first)
    assert len(first.encoded) == len(CALLS) + 1
    ranked(tmp_path, [*CALLS, Call("A-5", "new moon")], second)
    assert second.encoded == ["new moon\n"]


def test_models_never_share_vectors(tmp_path):
    other = HashedWords()
    other.name = "another"
    ranked(tmp_path, CALLS)
    ranked(tmp_path, CALLS, other)
    assert len(other.encoded) == len(CALLS) + 1


def test_nothing_to_rank_and_empty_profiles(tmp_path):
    ranker = MatcherRanker(Encoding("m", kept(tmp_path)))
    assert ranker.rank_scores([], PROFILES).shape == (1, 0)
    assert ranker.rank_scores(CALLS, [Profile("e", "E", ())]).tolist() == [[NOTHING] * 4]


# the vectors that are kept


class DiesLater(HashedWords):
    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self.encoded:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_what_was_encoded_before_the_end_is_kept(tmp_path):
    texts = [f"text {number}" for number in range(kept_vectors.AT_ONCE + 5)]
    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path, DiesLater()).encode(texts)
    later = HashedWords()
    assert set(kept(tmp_path, later).encode(texts)) == set(texts)
    assert later.encoded == texts[kept_vectors.AT_ONCE :]


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "vectors.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="delete that file"):
        kept(tmp_path).encode(["one"])


def test_the_file_holds_what_the_index_needs_and_no_more(tmp_path):
    calls = live(some_calls())
    fused(tmp_path, calls, profile("hydrogen storage"))
    later = HashedWords()
    fused(tmp_path, calls[:3], profile("hydrogen storage"), encoder=later)
    assert later.encoded == []
    with closing(sqlite3.connect(tmp_path / "vectors.db")) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (4,)


def test_many_new_texts_are_told(tmp_path, caplog):
    kept(tmp_path).encode([f"text {number}" for number in range(kept_vectors.MANY)])
    assert [record.levelname for record in caplog.records] == ["WARNING"]


# in the index


def test_only_what_is_read_closely_and_skills_are_encoded(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "FEW_LIVE", 1)
    encoder = HashedWords()
    calls = live(some_calls(), closed=18)
    index = fused(tmp_path, calls, profile("quantum computing", french=("capteurs",)), encoder=encoder)
    assert [text for text in encoder.encoded if "\n" not in text] == ["quantum computing"]
    assert len(encoder.encoded) == len(calls) - 18 + 1
    closed = [index.row(call.identifier) for call in calls[:18]]
    edges = index.arrays["passage_edges"]
    found = index.arrays["passage_meanings"]
    assert not any(found[edges[row] : edges[row + 1]].any() for row in closed)


def test_calls_that_were_not_encoded_are_scored_as_in_a_store_without_an_encoder(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "FEW_LIVE", 1)
    calls, own = live(some_calls(), closed=10), profile("silicon photonics", "gene therapy")
    plain, with_it = build(calls, [own], now=NOW, meta=META, known=Known(day=TODAY)), fused(tmp_path, calls, own)
    first, second = scored_of(plain, "one"), scored_of(with_it, "one")
    rows = [with_it.row(call.identifier) for call in calls]
    assert second.totals[rows[:10]] == pytest.approx(first.totals[rows[:10]], abs=1e-6)
    assert second.totals[rows[10:]] != pytest.approx(first.totals[rows[10:]], abs=1e-3)
    for row in rows:
        evidence = second.evidence(row)
        assert second.base_of(row, evidence) + sum(e.weight for e in evidence) == pytest.approx(second.totals[row])
    assert not [e for row in rows[:10] for e in second.evidence(row) if e.kind is EvidenceKind.MEANING]


def test_the_parts_add_up_to_the_score_and_meaning_is_one_line_of_them(tmp_path):
    index = fused(tmp_path, live(some_calls()), profile("silicon photonics", "gene therapy"))
    scored = scored_of(index, "one")
    matches = best_matches(scored, CallFilter(), TODAY, Depth(50))
    assert matches
    for match in matches:
        row = index.row(match.call.identifier)
        meant = [item for item in match.evidence if item.kind is EvidenceKind.MEANING]
        assert len(meant) == 1
        assert match.base + sum(item.weight for item in match.evidence) == pytest.approx(match.score, abs=1e-9)
        assert meant[0].term not in match.words(50)
        every_way = scored.skill_weights([row]).sum()
        skills = [e.weight for e in match.evidence if e.kind in {EvidenceKind.TERM, EvidenceKind.LIKENESS}]
        assert every_way == pytest.approx(sum(skills) + meant[0].weight, abs=1e-9)


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
    assert len(scored_of(index, "one").compared) == len(ways_of(encoder=False))


def test_calls_that_a_model_cannot_tell_apart(tmp_path):
    alike = live([Call(f"A-{number}", "car engines") for number in range(3)])
    index = fused(tmp_path, alike, *PROFILES)
    assert len(set(scored_of(index, "p").totals.tolist())) == 1


def test_a_text_is_encoded_when_it_is_asked(tmp_path, asked):
    index = fused(tmp_path, live(CALLS), *PROFILES)
    scored = asked_text(index, "automobile").scored(index)
    assert asked.encoded == []  # a skill of an institute, which the index knows
    assert scored.totals == pytest.approx(scored_of(index, "p").totals)
    scored = asked_text(index, "sea books").scored(index)
    assert asked.encoded == ["sea books"]
    (row,) = (index.row("A-2"),)
    assert any(item.kind is EvidenceKind.MEANING and item.weight > 0 for item in scored.evidence(row))


def test_a_text_is_not_compared_with_vectors_of_another_model(tmp_path, asked):
    index = fused(tmp_path, live(CALLS), *PROFILES)
    asked.name = "another"
    with pytest.raises(IndexMissing, match="encoder changed"):
        asked_text(index, "old books")


def test_a_tried_term_is_compared_on_the_scores_of_the_list(tmp_path, asked):
    calls, own = live(some_calls()), profile("silicon photonics")
    index = fused(tmp_path, calls, own)
    trial = try_term(index, own, "soil health", TODAY)
    listed = scored_of(index, "one")
    assert all(match.score == pytest.approx(listed.totals[index.row(match.call.identifier)]) for match in trial.leaving)
    assert asked.encoded == ["silicon photonics", "soil health"]


@pytest.mark.parametrize("background", ["with_projects", "without_projects"])
def test_numbers_are_shipped_for_stores_with_and_without_an_encoder(background):
    for encoder in (False, True):
        names = chance.feature_names(encoder=encoder)
        shipped = json.loads(chance.LEARNED.read_text(encoding="utf-8"))[
            chance.kind_of_store(background, encoder=encoder)
        ]
        assert tuple(shipped["features"]) == names
        weights = {name: row["weight"] for name, row in shipped["features"].items()}
        assert all(weight >= 0 for name, weight in weights.items() if name not in chance.FACTS)
        assert weights.get("encoder.best", 1.0) > 0


@with_model
def test_the_model_that_the_numbers_were_learned_with_knows_other_words():
    """In other words, and in steps that another machine has too."""
    encoder = SentenceEncoder(MODEL)
    about, same, other = encoder.encode(
        ["recycling of batteries", "recovering metals from spent cells", "medieval law"]
    )
    assert about.astype(int) @ same > 2 * (about.astype(int) @ other)


# models


@pytest.mark.parametrize(
    ("model", "prefixed"),
    [
        ("/models/multilingual-e5-small", True),
        ("/models/E5-base-v2/", True),
        ("/models/e5/all-MiniLM-L6-v2", False),
        ("somebody/se5quence", False),
    ],
)
def test_models_of_the_e5_family_read_prefixes(model, prefixed):
    assert prefixes_of(model) == (("query: ", "passage: ") if prefixed else ("", ""))


def test_prefixes_stand_before_calls_and_skills(tmp_path, asked):
    encoder = HashedWords()
    encoder.prefixes = asked.prefixes = Prefixes("query: ", "passage: ")
    index = fused(tmp_path, live(CALLS), *PROFILES, encoder=encoder)
    asked_text(index, "old books")
    assert sorted(encoder.encoded + asked.encoded) == [
        *(f"passage: {call.title}\n" for call in sorted(CALLS, key=lambda call: call.title)),
        "query: automobile",
        "query: old books",
    ]


def test_without_the_extra_it_says_which_one(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'matcher\[encoder\]'"):
        SentenceEncoder(str(tmp_path))
    monkeypatch.setenv("MATCHER_RANKING_ENCODER", str(tmp_path))
    with pytest.raises(ConfigError, match=r"pip install 'matcher\[encoder\]'"):
        load_ranker("encoder")


def test_the_ranker_asks_for_a_model(monkeypatch):
    monkeypatch.delenv("MATCHER_RANKING_ENCODER", raising=False)
    with pytest.raises(ConfigError, match=r"ranking\.encoder"):
        load_ranker("encoder")


@needs_the_extra
@pytest.mark.parametrize("model", ["model.onnx", "onnx/model.onnx", "onnx/model_quint8_avx2.onnx"])
def test_a_model_is_found_where_its_makers_put_it(tmp_path, model):
    found = SentenceEncoder(tiny_model(tmp_path, ("sea", "water"), model=model)).encode(["sea water", "sea", "air"])
    assert found.dtype == np.int8
    assert found.tolist() == [[0, 127, 127], [0, 127, 0], [0, 0, 0]]


@needs_the_extra
def test_a_text_has_the_same_vector_alone_and_among_others(tmp_path):
    encoder = SentenceEncoder(tiny_model(tmp_path, ("sea", "water", "car")))
    texts = ["sea water", "car", "sea \ud800", ""]
    assert [encoder.encode([text])[0].tolist() for text in texts] == encoder.encode(texts).tolist()


@needs_the_extra
def test_folders_without_a_model_are_told(tmp_path):
    with pytest.raises(ConfigError, match=r"expected a folder with model\.onnx .* and tokenizer\.json"):
        SentenceEncoder(str(tmp_path / "nowhere"))
    several = tmp_path / "several"
    for model in ("onnx/model_O1.onnx", "onnx/model_O2.onnx"):
        tiny_model(several, ("sea",), model=model)
    with pytest.raises(ConfigError, match="or one model in onnx"):
        SentenceEncoder(str(several))
    broken = tmp_path / "broken"
    tiny_model(broken, ("sea",))
    (broken / "model.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(ConfigError, match="holds no sentence encoder"):
        SentenceEncoder(str(broken)).encode(["a text"])
    with pytest.raises(ConfigError, match="it wants pixels"):
        SentenceEncoder(tiny_model(tmp_path / "seeing", ("sea",), given="pixels")).encode(["a text"])


@needs_the_extra
def test_a_model_from_a_build_to_a_text(tmp_path):
    model = tiny_model(tmp_path / "model", ("car", "engines", "automobile", "sea", "water", "old", "books"))
    vectors = KeptVectors(SentenceEncoder(model), tmp_path / "vectors.db")
    index = build(live(CALLS), PROFILES, now=NOW, meta=META, known=Known(encoding=Encoding(model, vectors)))
    by_encoder = asked_text(index, "old automobile").scored(index).compared[-1, 0]
    assert by_encoder[index.row("A-1")] > by_encoder[index.row("A-2")]
