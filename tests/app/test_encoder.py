"""The encoder as a setting: what it changes in the index and in the commands, with the extra and without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from matcher.app.answering.questions import rank
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.app.mails.day_inputs import Gathering
from matcher.app.sources.fetching import fetch, query_of
from matcher.config.settings import load_settings
from matcher.model.day import noon
from matcher.model.match import EvidenceKind
from matcher.model.question import Question
from matcher.ranking import encoder
from matcher.ranking.build import Known, build
from matcher.ranking.index import LAYOUT
from matcher.ranking.kept_vectors import KeptVectors
from matcher.ranking.meanings import Encoding
from matcher.ranking.texts.generation import write_generation
from tests.helpers.encoders import HashedWords, needs_the_extra, tiny_model
from tests.helpers.home import DAY, PHOTONIC, Place, some_rows

MEANING = "a passage that says the same, by the sentence encoder"


def evidence(answer) -> list[str]:
    assert answer.code == 0, answer.err
    return [item["term"] for match in json.loads(answer.out)["matches"] for item in match["evidence"]]


@pytest.fixture
def encoded(fetched: Place) -> Place:
    """The fetched home with an index of hashed words, as a build with the setting "tiny" leaves it."""
    app = Home(load_settings(environ=fetched.environment))
    before = current_index(app)
    facts = {name: before.meta[name] for name in ("revision", "institutes", "sample", "sample_day")}
    encoding = Encoding("tiny", KeptVectors(HashedWords(), fetched.home / "vectors.db"))
    profiles = [institute.profile() for institute in app.institutes]
    with app.open_store(read_only=True) as store:
        calls = list(store.calls.all())
    now = noon(date.fromisoformat(DAY))
    index = build(
        calls,
        profiles,
        now=now,
        meta=facts,
        previous=before,
        known=Known(encoding=encoding, day=date.fromisoformat(DAY)),
    )
    write_generation(fetched.home / "index", LAYOUT, index.generation)
    return fetched


def test_a_question_about_an_institute_needs_no_encoder_any_more(run, encoded):
    arguments = ("rank", "cea-leti", "--as-of", DAY, "--explain", "--json")
    assert MEANING in evidence(run(encoded, *arguments, MATCHER_RANKING_ENCODER="tiny"))
    why = run(encoded, "why", "cea-leti", PHOTONIC, "--as-of", DAY, "--json", MATCHER_RANKING_ENCODER="tiny")
    found = json.loads(why.out)
    assert MEANING in [item["term"] for item in found["evidence"]]
    weights = sum(item["weight"] for item in found["evidence"])
    assert found["base"] + weights == pytest.approx(found["score"], abs=1e-3)
    shown = run(encoded, "show", PHOTONIC, "--for", "cea-leti", "--as-of", DAY, MATCHER_RANKING_ENCODER="tiny")
    assert MEANING in shown.out


def test_digests_rank_by_the_same_scores(run, encoded):
    app = Home(load_settings(environ={**encoded.environment, "MATCHER_RANKING_ENCODER": "tiny"}))
    with app.open_store(read_only=True) as store:
        inputs = Gathering(store, current_index(app), app.institutes, (), date.fromisoformat(DAY)).inputs()
    told = [(match.call.identifier, match.fit) for match in inputs.matches["cea-leti"]]
    asked = Question(("cea-leti",), as_of=date.fromisoformat(DAY), min_fit=min(fit for _, fit in told))
    ranked = rank(app, asked)
    assert told[: len(ranked.matches)] == [(match.call.identifier, match.fit) for match in ranked.matches]
    assert any(item.kind is EvidenceKind.MEANING for match in ranked.matches for item in match.evidence)


def test_without_the_setting_the_index_is_built_anew_as_it_was(run, fetched, encoded):
    answer = run(encoded, "rank", "cea-leti", "--as-of", DAY, "--explain", "--json")
    assert MEANING not in evidence(answer)
    assert "encoder" not in current_index(Home(load_settings(environ=encoded.environment))).meta


@pytest.fixture
def _without_the_extra(monkeypatch):
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)


@pytest.mark.usefixtures("_without_the_extra")
@pytest.mark.parametrize("command", [("rank", "cea-leti"), ("rank", "--text", "photonics"), ("fetch",), ("run",)])
def test_without_the_extra_the_setting_is_told_in_one_sentence(run, fetched, command):
    answer = run(fetched, *command, MATCHER_RANKING_ENCODER="/models/all-MiniLM-L6-v2")
    assert answer.code == 2
    assert "pip install 'matcher[encoder]'" in answer.err
    assert not list(fetched.home.glob("index.stale.*"))


@pytest.mark.usefixtures("_without_the_extra")
def test_a_text_needs_the_extra_although_the_index_is_there(run, encoded):
    answer = run(encoded, "rank", "--text", "photonics in medicine", MATCHER_RANKING_ENCODER="tiny")
    assert answer.code == 2
    assert "pip install 'matcher[encoder]'" in answer.err


@needs_the_extra
def test_a_model_folder_from_fetch_to_text(run, place, serve, tmp_path):
    model = tiny_model(tmp_path / "model", ("photonics", "silicon", "sensors", "integrated", "circuits", "wafers"))
    place.portal = serve(some_rows()).url
    settings = load_settings(environ={**place.environment, "MATCHER_RANKING_ENCODER": model})
    home = Home(settings, clock=lambda: noon(date.fromisoformat(DAY)))
    fetch(home, query_of(home))
    assert (place.home / "vectors.db").is_file()
    arguments = ("--as-of", DAY, "--explain", "--json")
    assert MEANING in evidence(run(place, "rank", "cea-leti", *arguments, MATCHER_RANKING_ENCODER=model))
    asked = run(place, "rank", "--text", "photonics on wafers", *arguments, MATCHER_RANKING_ENCODER=model)
    assert MEANING in evidence(asked)


@needs_the_extra
def test_who_asks_for_an_institute_loads_no_model(fetched, serve, tmp_path):
    """In a process of its own: what the index holds is enough."""
    model = tiny_model(tmp_path / "model", ("photonics", "silicon", "sensors"))
    environment = {**fetched.environment, "MATCHER_RANKING_ENCODER": model}
    current_index(Home(load_settings(environ=environment)))
    asking = (
        "import sys\n"
        "from matcher.app.home import Home\n"
        "from matcher.app.answering.questions import rank\n"
        "from matcher.config.settings import load_settings\n"
        "from matcher.model.question import Question\n"
        "home = Home(load_settings())\n"
        "for about in (('cea-leti',), 'photonics on wafers of silicon'):\n"
        "    rank(home, Question(about))\n"
        "    print('onnxruntime' in sys.modules)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", asking], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert found.stdout.split() == ["False", "True"], found.stderr
