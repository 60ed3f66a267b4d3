"""Commands as whole processes on 20,000 calls, against a bm25s script and against the plain script."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.grown import TODAY, grown
from benchmarks.timing import Figure, Spent, stopwatch, whole_processes
from matcher.app.answering import questions
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.config.settings import load_settings, packaged_config
from matcher.model.question import Question
from matcher.model.rows import ParsedRow

if TYPE_CHECKING:
    from matcher.model.call import Call
    from matcher.model.institute import Institute

SIZE = 20_000
ROUNDS = 9
INSTITUTE = "cea-leti"
BARE = "python with numpy and click"
AGAINST_BARE = {"rank": 2.0, "calls": None, "calls WORDS": None, "why": None, "show": None, "rank --text": None}
TOPIC = f"a process, {SIZE:,} calls"


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="matcher-bench-") as name:
        folder = Path(name)
        calls = grown(SIZE)
        app = Home(load_settings(home=folder / "home", config_dir=packaged_config(), environ={}))
        keep(app, calls)
        with stopwatch() as first:
            current_index(app)
        live = questions.rank(app, Question((INSTITUTE,), as_of=TODAY)).matches[0].call.identifier
        _write_scripts_data(folder, calls, app.institute(INSTITUTE))
        taken = whole_processes(_commands(folder, live), rounds=ROUNDS, folder=folder, seldom=("plain script",))
    seconds = {name: spent.seconds for name, spent in taken.items()}
    rank, bm25s, plain = seconds["rank"], seconds["bm25s script"], seconds["plain script"]
    return [
        Figure(TOPIC, f"matcher rank {INSTITUTE}", rank, note=f"median of {ROUNDS}"),
        Figure(TOPIC, "bm25s script, index mapped", bm25s, note=f"median of {ROUNDS}, in turns with matcher"),
        Figure(TOPIC, "plain scikit-learn script", plain, note="median of 2"),
        Figure(TOPIC, BARE, seconds[BARE], note=f"median of {ROUNDS}, in turns with matcher"),
        *(_against_bare(name, taken, most) for name, most in AGAINST_BARE.items()),
        Figure(TOPIC, "rank / bm25s script", rank / bm25s, "x", 1.0),
        Figure(TOPIC, "rank / plain script", rank / plain, "x", 0.05, f"1 / {plain / rank:.1f}"),
        Figure(TOPIC, "calls WORDS / rank", seconds["calls WORDS"] / rank, "x", 1.3),
        Figure(TOPIC, "calls WORDS / rank, processor's time", _computed(taken, "calls WORDS", "rank"), "x", 1.3),
        *(
            Figure(TOPIC, f"matcher {name}", seconds[name])
            for name in ("calls WORDS", "why", "show", "calls", "rank --text", "--help")
        ),
        Figure(TOPIC, "first question: store read, index built and saved", first.seconds),
    ]


def _against_bare(name: str, taken: dict[str, Spent], most: float | None) -> Figure:
    """The processor's time of a command against that of a python that only imports what every one of them needs."""
    spent, bare = taken[name], taken[BARE]
    note = f"processor's time, medians; of the least {spent.least / bare.least:.2f}"
    return Figure(TOPIC, f"{name} / {BARE}", spent.computed / bare.computed, "x", most, note)


def _computed(taken: dict[str, Spent], name: str, other: str) -> float:
    return taken[name].computed / taken[other].computed


def keep(app: Home, calls: list[Call]) -> None:
    """Keep the calls in an empty home; its first question builds the index."""
    now = datetime.now(UTC)
    with app.open_store() as store:
        run = store.runs.begin("bulk", now)
        rows = (ParsedRow(call.identifier, call, b"{}") for call in calls)
        store.saving.archive(rows, run_id=run, now=now)
        store.runs.finish(run, "ok", {}, now)


def _commands(folder: Path, call: str) -> dict[str, list[str]]:
    matcher = [str(Path(sys.executable).with_name("matcher")), "--home", "home", "--config", str(packaged_config())]
    day = ["--as-of", TODAY.isoformat()]
    here = Path(__file__).parent
    return {
        "rank": [*matcher, "rank", INSTITUTE, *day],
        BARE: [sys.executable, "-c", "import click, numpy"],
        "bm25s script": [sys.executable, str(here / "bm25s_script.py"), str(folder)],
        "why": [*matcher, "why", INSTITUTE, call, *day],
        "show": [*matcher, "show", call, *day],
        "calls WORDS": [*matcher, "calls", "hydrogen", "storage", *day],
        "calls": [*matcher, "calls", *day],
        "rank --text": [*matcher, "rank", "--text", "recyclage des batteries lithium-ion", *day],
        "--help": [*matcher, "--help"],
        "plain script": [sys.executable, str(here / "plain_script.py"), str(folder)],
    }


def _write_scripts_data(folder: Path, calls: list[Call], institute: Institute) -> None:
    """The same calls and the same profile in the form that each script would keep them in."""
    import bm25s
    import Stemmer

    texts = ["\n".join(section.text for section in call.sections) for call in calls]
    listed = [{"id": c.identifier, "title": c.title, "text": text} for c, text in zip(calls, texts, strict=True)]
    (folder / "calls.json").write_text(json.dumps(listed), encoding="utf-8")
    (folder / "identifiers.json").write_text(json.dumps([call.identifier for call in calls]), encoding="utf-8")
    parts = institute.profile().parts
    (folder / "query.txt").write_text("\n".join(p.text for p in parts if p.language == "en"), encoding="utf-8")
    corpus = [f"{item['title']}\n{item['text']}" for item in listed]
    tokens = bm25s.tokenize(corpus, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False)
    retriever = bm25s.BM25(method="lucene")
    retriever.index(tokens, show_progress=False)
    retriever.save(folder / "bm25s")
