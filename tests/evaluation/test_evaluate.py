"""`matcher evaluate` on folders and CORDIS dumps written here, and, where they are, on the real folders."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.comparable import COUNTS, Judges, as_written, some, with_a_word_more
from benchmarks.learning import change, judged
from matcher.app.measuring.backgrounds import background_of
from matcher.cli.main import main
from matcher.evaluation import learning, rankers
from matcher.evaluation.benchmark import load_benchmark
from matcher.model.match import THRESHOLD
from matcher.ranking.build import build
from matcher.ranking.needs.chance import LEARNED
from matcher.ranking.scores.asked_anew import asked_text
from tests.helpers.benchmarks import BENCHMARK, with_benchmark, write
from tests.helpers.encoders import MODEL, needs_the_extra, tiny_model, with_model
from tests.helpers.forms import only_long, only_long_marks
from tests.helpers.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

MEASURES = {"ndcg@10", "p@10", "recall@10", "recall@50", "map", "mrr", "profiles"}


@pytest.fixture
def evaluate(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))

    def command(*arguments: object) -> dict:
        with pytest.raises(SystemExit) as ended:
            main(["--quiet", "evaluate", *map(str, arguments), "--json"])
        captured = capsys.readouterr()
        assert ended.value.code == 0, captured.err
        return json.loads(captured.out)

    return command


def test_json_holds_what_design_says(evaluate, tmp_path):
    answer = evaluate(write(tmp_path))
    assert answer["schema"] == 1
    assert answer["benchmark"] == tmp_path.name
    assert list(answer["models"]) == ["matcher", "naive", "bm25"]
    for model in answer["models"].values():
        assert set(model) >= MEASURES
        assert model["profiles"] == 1
        assert model["mrr"] == 1.0
    assert {(c["model"], c["against"]) for c in answer["comparisons"]} == {("matcher", "naive"), ("matcher", "bm25")}


def test_runs_are_in_trec_form(evaluate, tmp_path):
    path = tmp_path / "run.txt"
    evaluate(write(tmp_path), "--model", "bm25", "--run", path)
    lines = [line.split() for line in path.read_text().splitlines()]
    assert {tuple(line[i] for i in (1, 5)) for line in lines} == {("Q0", "bm25")}
    first = [line for line in lines if line[0] == "w"]
    assert [line[3] for line in first] == ["1", "2"]
    assert first[0][2] == "HORIZON-CL4-2027-01-02"
    evaluate(tmp_path, "--run", path)
    assert {p.name for p in tmp_path.glob("run.*.txt")} == {"run.matcher.txt", "run.naive.txt", "run.bm25.txt"}


def test_an_unknown_model_is_told_with_those_that_are(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(write(tmp_path)), "--model", "nonesuch"])
    assert ended.value.code == 2
    assert "there are bm25" in capsys.readouterr().err


PROJECTS = """\ufeffid;acronym;status;title;startDate;topics;ecSignatureDate;objective;keywords
1;AAA;CLOSED;"Laser welding; of steel";2021-03-01;HORIZON-CL4-2021-01-01;2021-02-01;"Seams of ""steel"" by laser.";laser
2;BBB;SIGNED;Welding at sea;2024-03-01;HORIZON-CL4-2023-02-05;2024-02-01;Ships.;
3;CCC;SIGNED;No topic;2024-03-01;;2024-02-01;x;
4;DDD;SIGNED;Same topic again;2024-05-01;HORIZON-CL4-2021-01-01;2024-05-01;x;
short;row
"""
ORGANISATIONS = """projectID;projectAcronym;organisationID;name;country;role
1;AAA;999;INSTITUT DE SOUDURE;FR;coordinator
2;BBB;999;INSTITUT DE SOUDURE;FR;participant
4;DDD;999;INSTITUT DE SOUDURE;FR;participant
2;BBB;111;NEWCOMER;DE;coordinator
77;ZZZ;111;NEWCOMER;DE;coordinator
"""
TOPICS = """projectID;topic;title;rcn
2;HORIZON-CL4-2023-02-05;Joining ship hulls by laser;1
"""


def cordis(folder: Path) -> Path:
    (folder / "project.csv").write_text(PROJECTS, encoding="utf-8")
    (folder / "organization.csv").write_text(ORGANISATIONS, encoding="utf-8")
    (folder / "topics.csv").write_text(TOPICS, encoding="utf-8")
    return folder


def test_a_folder_is_built_from_cordis(evaluate, tmp_path):
    source = tmp_path / "dump"
    source.mkdir()
    answer = evaluate(tmp_path / "out", "--from-cordis", cordis(source), "--cutoff", "2023-07-01")
    assert answer["models"]["matcher"]["profiles"] == 1
    assert answer["models"]["matcher"]["mrr"] == 1.0
    # project 4 is in a topic that was won before the cut-off: no new win
    assert (tmp_path / "out" / "qrels.txt").read_text() == "999 0 HORIZON-CL4-2023-02-05 1\n"


def test_a_dump_without_a_column_is_told(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    cordis(tmp_path)
    (tmp_path / "project.csv").write_text("id,title\n1,x\n")
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(tmp_path / "out"), "--from-cordis", str(tmp_path), "--cutoff", "2023-07-01"])
    assert ended.value.code == 1
    assert "found no column" in capsys.readouterr().err


def test_from_cordis_needs_a_cutoff(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(tmp_path / "out"), "--from-cordis", str(tmp_path)])
    assert ended.value.code == 2
    assert "--cutoff" in capsys.readouterr().err


INSTITUTES = BENCHMARK / "h2020"
"""Written profiles and the calls of Horizon 2020."""


REAL_PROJECTS = str(SHARED / "cordis" / "cordis-HORIZONprojects-csv.zip")
"""Real projects to learn words from; tests in the short form do without, as in a store that has none."""


@pytest.fixture(scope="module")
def built():
    """Indexes by what they are made of."""
    return {}


@pytest.fixture
def _built_once(monkeypatch, built):
    """An index of the same calls, profiles and projects is fitted once for all tests that ask for it."""

    def build_once(calls, profiles, *, known, **others):
        made_of = (tuple(call.identifier for call in calls), tuple(profiles), known.mark, known.encoding is not None)
        if made_of not in built:
            built[made_of] = build(calls, profiles, known=known, **others)
        return built[made_of]

    for user in (learning, rankers):
        monkeypatch.setattr(user, "build", build_once)


@only_long
@with_benchmark
def test_targets_on_real_wins(evaluate):
    """Of Horizon Europe."""
    models = evaluate(BENCHMARK / "horizon-europe")["models"]
    ours = models["matcher"]
    assert ours["ndcg@10"] >= 1.30 * models["bm25"]["ndcg@10"]
    assert ours["ndcg@10"] >= 1.45 * models["naive"]["ndcg@10"]
    assert ours["recall@50"] >= 0.52


JUDGED = BENCHMARK / "judged"


@only_long
@with_benchmark
@pytest.mark.usefixtures("_built_once")
def test_targets_on_calls_judged_by_reading(evaluate):
    """Each topic by numbers learned on the others, here and below; docs/ranking.md shows the figures."""
    asked = ("--background", REAL_PROJECTS, "--cross-validate", "--model", "matcher", "--model", "bm25")
    models = evaluate(JUDGED, *asked)
    ours = models["models"]["matcher"]
    assert ours["ndcg@10"] >= 0.77
    assert ours["ndcg@10"] >= 1.10 * models["models"]["bm25"]["ndcg@10"]
    found = ours["judgement"]
    assert found["average_precision"] >= 0.64
    assert found["calibration_error"] <= 0.06
    assert found["grade_0_in_10"]["institute"] <= 0.06
    shown = _shown(found)
    assert shown["calls"] <= 12
    assert shown["precision"] >= 0.50
    assert shown["of_grade_3"] >= 0.90
    assert shown["of_relevant"] >= 0.68


@with_benchmark
@pytest.mark.usefixtures("_built_once")
def test_what_a_store_without_projects_loses_is_known(evaluate):
    ours = evaluate(JUDGED, "--cross-validate", "--model", "matcher")["models"]["matcher"]
    assert ours["ndcg@10"] >= 0.71
    found = ours["judgement"]
    assert found["average_precision"] >= 0.60
    assert found["calibration_error"] <= 0.06
    shown = _shown(found)
    assert shown["calls"] <= 12.5
    assert shown["precision"] >= 0.49
    assert shown["of_grade_3"] >= 0.90
    assert shown["of_relevant"] >= 0.65


def _shown(found: dict) -> dict:
    """What the default threshold shows."""
    (row,) = [row for row in found["shown"] if row["fit"] == THRESHOLD]
    return row


in_both_stores = pytest.mark.parametrize("projects", [(), pytest.param((REAL_PROJECTS,), marks=only_long_marks)])
"""Without projects, and in the long form with them too."""


@pytest.fixture
def ask(_built_once, projects):
    """What calls judged by reading are for a typed text: the index, and the calls as they are scored."""
    index = learning.index_of(replace(load_benchmark(JUDGED), known=background_of(projects, None)))
    return index, lambda text: asked_text(index, text).scored(index)


@only_long
@pytest.mark.parametrize("projects", [(REAL_PROJECTS,)])
@with_benchmark
def test_an_optical_fibre_is_no_textile_however_it_is_written(ask):
    index, scored = ask
    totals = [scored(text).totals for text in ("optical fibre", "optical fibers", "fibre optique")]
    assert "textile" not in index.call(int(np.nanargmax(totals[0]))).title.casefold()
    assert totals[1] == pytest.approx(totals[0])
    assert totals[2] == pytest.approx(totals[0])


@in_both_stores
@with_benchmark
@pytest.mark.usefixtures("_built_once")
def test_what_is_shipped_is_what_learning_gives(monkeypatch, tmp_path, projects):
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    file = tmp_path / "learned.json"
    background = [word for name in projects for word in ("--background", name)]
    with pytest.raises(SystemExit):
        main(["evaluate", str(JUDGED), *background, "--learn", str(file)])
    kind = "with_projects" if projects else "without_projects"
    again, shipped = (json.loads(path.read_text(encoding="utf-8"))[kind] for path in (file, LEARNED))
    weights = [[row["weight"] for row in record["features"].values()] for record in (again, shipped)]
    assert weights[0] == pytest.approx(weights[1], abs=0.02)


@pytest.fixture
def judges(_built_once, built):
    """The judged topics, with an index of their calls; made once."""
    if Judges not in built:
        built[Judges] = Judges(REAL_PROJECTS)
    return built[Judges]


@only_long
@with_benchmark
def test_fits_do_not_hang_on_how_a_profile_is_written(judges):
    """Each institute by numbers learned on the other topics, here and below; docs/ranking.md shows the figures."""
    written = judges.institutes(as_written)
    assert judges.institutes(lambda keywords: keywords * 3).totals == pytest.approx(written.totals)
    in_labs = judges.institutes(
        lambda keywords: [replace(k, kind="lab", label=f"lab {i % 5}") for i, k in enumerate(keywords)]
    )
    assert in_labs.totals == pytest.approx(written.totals)
    doubled = judges.institutes(with_a_word_more)
    assert doubled.expected == pytest.approx(written.expected, rel=0.15)
    assert [fits.surplus for fits in (written, doubled)] == pytest.approx([0, 0], abs=0.1)


@only_long
@with_benchmark
def test_fewer_keywords_expect_fewer_calls_and_are_never_too_sure_of_them(judges):
    """What is left of an institute suits fewer calls; what it is sure of is as often relevant for the whole."""
    fits = [judges.institutes(some(count)) for count in sorted(COUNTS)]
    assert max(one.surplus for one in fits) <= 0
    assert max(one.share for one in fits) <= 1
    expected = [one.expected for one in fits]
    assert expected == sorted(expected)


@only_long
@with_benchmark
def test_fits_mean_the_same_for_institutes_and_for_groups_of_a_few_keywords(judges):
    """Groups with less: docs/ranking.md says how sure this is."""
    by_kind = judges.by_kind()
    for kind, apart, surplus in (("institute", 0.1, 0.1), ("group", 0.25, 0.13)):
        assert by_kind[kind].share == pytest.approx(1, abs=apart), kind
        assert by_kind[kind].surplus == pytest.approx(0, abs=surplus), kind


@needs_the_extra
def test_the_encoder_that_is_set_is_measured_and_learned_with(evaluate, monkeypatch, tmp_path):
    model = tiny_model(tmp_path / "model", ("photonics", "silicon", "hydrogen", "storage"))
    monkeypatch.setenv("MATCHER_RANKING_ENCODER", model)
    (folder := tmp_path / "folder").mkdir()
    qrels = write(folder) / "qrels.txt"
    qrels.write_text(qrels.read_text(encoding="utf-8").replace(" 1\n", " 2\n"), encoding="utf-8")
    models = evaluate(folder, "--model", "matcher", "--model", "encoder", "--cross-validate")["models"]
    assert list(models) == ["matcher", "encoder"]
    file = tmp_path / "learned.json"
    with pytest.raises(SystemExit):
        main(["evaluate", str(folder), "--model", "matcher", "--model", "encoder", "--learn", str(file)])
    learned = json.loads(file.read_text(encoding="utf-8"))
    plain, encoded = learned["without_projects"], learned["without_projects_with_encoder"]
    assert set(encoded["features"]) - set(plain["features"]) == {"encoder.best"}


@only_long
@with_benchmark
@with_model
def test_what_an_encoder_is_worth(evaluate, monkeypatch):
    """Where there are no projects; docs/ranking.md shows the figures."""
    monkeypatch.setenv("MATCHER_RANKING_ENCODER", MODEL)
    asked = ("--cross-validate", "--model", "matcher", "--model", "encoder")
    plain, encoded = evaluate(JUDGED, *asked)["models"].values()
    assert encoded["ndcg@10"] >= plain["ndcg@10"] + 0.01
    assert encoded["judgement"]["average_precision"] >= plain["judgement"]["average_precision"] + 0.02
    assert encoded["judgement"]["calibration_error"] <= 0.06


@only_long
@with_benchmark
@pytest.mark.parametrize("pattern", [(), ("--calls", "*2014*")], ids=["all", "2014"])
@pytest.mark.usefixtures("_built_once")
def test_written_profiles_are_ahead_of_both_baselines(evaluate, pattern):
    models = evaluate(INSTITUTES, *pattern, "--background", REAL_PROJECTS)["models"]
    for measure in ("ndcg@10", "recall@50", "map"):
        assert models["matcher"][measure] > models["naive"][measure]
        assert models["matcher"][measure] > models["bm25"][measure]


@only_long
@with_benchmark
def test_french_keywords_find_what_english_ones_do(evaluate):
    """A third as many French words as English ones, in a store with projects."""
    asked = (INSTITUTES, "--model", "matcher", "--background", REAL_PROJECTS, "--use")
    english = evaluate(*asked, "keywords")["models"]["matcher"]
    french = evaluate(*asked, "keywords_fr")["models"]["matcher"]
    assert french["recall@50"] >= 0.85 * english["recall@50"]


@only_long
@with_benchmark
@pytest.mark.usefixtures("_built_once")
def test_decisions_improve_what_comes_next_and_two_wrong_ones_hardly_harm():
    """Over the calls not yet seen, each topic by numbers learned on the others; docs/ranking.md shows the table."""
    known = judged(JUDGED, [REAL_PROJECTS])
    assert change(known, rounds=1, wrong=0) >= 0.04
    assert change(known, rounds=1, wrong=2) >= -0.01
    assert change(known, rounds=3, wrong=0) >= 0.12
