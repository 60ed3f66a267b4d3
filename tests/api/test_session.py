"""The Python API on the packaged sample and on a store that was fetched."""

from __future__ import annotations

import inspect
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml

import matcher
from matcher.api.drafts import MOVES
from matcher.cli.main import COMMANDS
from matcher.config.institutes import load_institutes
from matcher.config.settings import packaged_config
from matcher.errors import UsageError
from matcher.present import call_rows
from tests.helpers.home import DAY, LIFE_CALL, PHOTONIC, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOT_MIRRORED = {"schedule", "serve", "db", "maintain", "export", "keep", "dismiss", "assign", "note", "state"}
"""Commands for operators, pages, or, as `export`, what frames do by themselves; `decide` does what the last five do."""

LISTED = "HORIZON-CL6-2026-01-CIRCBIO-03"
"""A call of the packaged sample."""


@pytest.fixture(scope="module")
def sample() -> Iterator[matcher.Session]:
    with matcher.open(sample=True) as session:
        yield session


@pytest.fixture
def session(fetched: Place) -> matcher.Session:
    return matcher.open(fetched.home, config=fetched.config, as_of=DAY)


def test_importing_is_cheap() -> None:
    code = "import sys, matcher; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "pydantic", "sklearn", "sqlalchemy", "requests"} & set(loaded)


def test_every_command_has_a_counterpart() -> None:
    names = {name for name in COMMANDS if name not in NOT_MIRRORED}
    assert names <= set(dir(matcher.Session)) | set(matcher.__all__)


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        matcher.nonsense  # noqa: B018


def test_the_sample_is_taken_where_nothing_was_fetched(tmp_path: Path) -> None:
    session = matcher.open(tmp_path)
    assert session.sample
    assert "sample" in session.rank("brgm")._repr_html_()
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_name_is_an_error() -> None:
    for folder in ({"home": ""}, {"config": ""}):
        with pytest.raises(UsageError, match="name is empty"):
            matcher.open(**folder)


def test_a_home_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in a name does not answer from the sample, however it was named; a file is no home either."""
    (tmp_path / "file").touch()
    for name in ("typo", "file"):
        for sample in (None, False):
            with pytest.raises(matcher.errors.ConfigError, match=rf"home(=|: home): found .*{name}"):
                matcher.open(tmp_path / name, sample=sample)
    assert matcher.open(tmp_path / "typo", sample=True).sample
    empty = matcher.open(tmp_path / "typo", writable=True)
    assert "nothing was fetched yet" in repr(empty)
    assert not empty.institutes().attrs
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "typo"))
    with pytest.raises(matcher.errors.ConfigError, match="MATCHER_HOME: found"):
        matcher.open()


ASKED = {
    "Session.rank": ("brgm",),
    "Session.why": ("brgm", LISTED),
    "Session.show": (LISTED,),
    "Session.learned": ("brgm",),
    "Session.digest": (None,),
    "Session.profile": ("brgm",),
    "Session.new_profile": ("mine", "My lab"),
    "Session.first_recommended": ("brgm",),
    "Draft.add": ("hydrogen",),
    "Draft.remove": ("groundwater",),
    "Session.terms": ("HORIZON-CL6-2026-01-CIRCBIO-03",),
    "Draft.exclude": ("climate",),
    "Draft.pin": ("hydrogen",),
    "Draft.add_projects": ("Batteries",),
    "Draft.try_term": ("hydrogen",),
}
"""Method → what it is called with, where it wants something."""

OF_NO_SAMPLE = {"fetch", "run", "decide", "close", "projects", "participations", "predecessors", "partners"}
"""What a session on the sample refuses, as it has no projects, and what gives no answer."""


def answers(thing: object) -> dict[str, Any]:
    """What each public property and method of a thing gives that answers, by name."""
    given: dict[str, Any] = {}
    if isinstance(thing, pd.DataFrame):
        return given
    for name, inner in inspect.getmembers(type(thing)):
        if name[0] == "_" or name in OF_NO_SAMPLE:
            continue
        value, called = getattr(thing, name), f"{type(thing).__name__}.{name}"
        if inspect.isfunction(inner):
            keywords = {"since": "2026-05-01"} if name == "first_recommended" else {}
            keywords |= {"institute": "brgm", "language": "en"} if name == "digest" else {}
            value = value(*ASKED.get(called, ()), **keywords)
        if isinstance(value, pd.DataFrame) or type(value).__name__ in matcher.__all__:
            given[called] = value
    return given


def every_answer(session: matcher.Session) -> dict[str, Any]:
    direct = answers(session)
    inner = [answers(value) for name, value in direct.items() if name != "Session.new_profile"]  # it is a Draft too
    return {"session": session} | direct | {name: value for found in inner for name, value in found.items()}


def test_what_answers_from_the_sample_says_so(sample: matcher.Session) -> None:
    """Every frame carries the label, and every other answer names the sample where it is printed."""
    found = every_answer(sample)
    assert len(found) > 30
    for name, value in found.items():
        if isinstance(value, pd.DataFrame):
            assert value.attrs == {"sample": sample.sample}, name
        else:
            assert "sample" in repr(value).casefold(), name
    assert (sample.sample or "?") in matcher.table(sample.calls(), "title").to_html()
    assert (sample.sample or "?") in sample.profile("brgm")._repr_html_()


def test_what_answers_from_real_calls_says_nothing_of_a_sample(session: matcher.Session) -> None:
    assert not session.rank("cea-leti").frame.attrs
    assert "sample" not in repr(session)
    assert "sample" not in repr(session.rank("cea-leti", top=1))


@pytest.mark.parametrize("wrong", [{"top": 0}, {"top": -1}, {"top": 2.5}, {"min_fit": 200}, {"min_fit": -1}])
def test_limits_that_make_no_sense_are_refused(sample: matcher.Session, wrong: dict[str, Any]) -> None:
    draft = sample.profile("brgm")
    asked: list[Callable[..., object]] = [
        lambda **limits: sample.rank("brgm", **limits),
        lambda **limits: sample.rank(text="hydrogen", **limits),
        lambda **limits: sample.why("brgm", LISTED, **limits),
        lambda **limits: sample.first_recommended("brgm", since="2026-05-01", **limits),
        draft.rank,
    ]
    if "top" in wrong:
        asked += [draft.compare, lambda **limits: draft.try_term("hydrogen", **limits)]
        asked += [
            lambda top: draft.suggest(top),
            lambda top: sample.status(top),
            lambda top: sample.network().groups(top),
        ]
    else:
        asked += [sample.network, sample.changes]
    for question in asked:
        with pytest.raises(matcher.errors.UsageError):
            question(**wrong)


def test_a_closed_session_refuses() -> None:
    with matcher.open(sample=True) as session:
        pass
    session.close()
    assert repr(session) == "<matcher session, closed>"
    for name in ("as_of", "sample"):
        with pytest.raises(matcher.errors.UsageError, match="closed"):
            getattr(session, name)
    for name in ("calls", "institutes", "network", "status", "config", "changes", "fits", "subscribers", "doctor"):
        with pytest.raises(matcher.errors.UsageError, match="closed"):
            getattr(session, name)()
    with pytest.raises(matcher.errors.UsageError, match="closed"):
        session.rank("brgm")
    with pytest.raises(matcher.errors.UsageError, match="closed"), session:
        pass


def test_the_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(matcher.errors.IndexMissing):
        matcher.open(tmp_path, sample=False)


def test_the_samples_folder_goes_with_the_session() -> None:
    session = matcher.open(sample=True)
    folder = session._home.settings.home
    assert folder.is_dir()
    session.close()
    assert not folder.exists()


def test_the_sample_never_touches_a_configured_database(tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "institutes").mkdir(parents=True)
    source = packaged_config() / "institutes" / "brgm.yaml"
    (config / "institutes" / "brgm.yaml").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (config / "matcher.toml").write_text(f'[database]\nurl = "sqlite:///{tmp_path}/other.db"\n', encoding="utf-8")
    with matcher.open(tmp_path / "home", config=config, sample=True) as session:
        assert len(session.calls(status="all"))
    assert not (tmp_path / "other.db").exists()


def test_a_session_only_reads(session: matcher.Session) -> None:
    with pytest.raises(matcher.errors.UsageError, match="writable=True"):
        session.fetch()
    with pytest.raises(matcher.errors.UsageError, match="writable=True"):
        session.run()


def test_matches_are_those_of_the_command_line(session: matcher.Session) -> None:
    matches = session.rank("cea-leti", top=3)
    assert matches[0].call.identifier == PHOTONIC
    assert list(matches.frame["call"]) == [match.call.identifier for match in matches]
    weights = matches.evidence.groupby("call")["weight"].sum()
    assert matches[0].base + weights.loc[PHOTONIC] == pytest.approx(matches[0].score)


def test_frames_have_their_dtypes_with_and_without_rows(session: matcher.Session) -> None:
    frame = session.rank("cea-leti").frame
    for name, dtype in call_rows.MATCH_COLUMNS.items():
        assert str(frame[name].dtype) == dtype
    nothing = session.calls("no call holds these words")
    assert not len(nothing)
    assert {name: str(dtype) for name, dtype in nothing.dtypes.items()} == call_rows.CALL_COLUMNS


def test_unknown_is_missing_and_money_is_a_number(session: matcher.Session) -> None:
    calls = session.calls(status="all").set_index("call")
    assert calls["budget_eur"].isna().any()
    assert calls["budget_eur"].dropna().gt(0).all()
    assert (calls["next_deadline"].dropna() >= pd.Timestamp(DAY)).all()


def test_filters_are_those_of_the_command_line(session: matcher.Session) -> None:
    assert list(session.calls(programme="LIFE")["call"]) == [LIFE_CALL]
    assert len(session.calls(deadline_before="2020-01-01")) == 0
    with pytest.raises(matcher.errors.UsageError, match="No status"):
        session.calls(status="lively")
    with pytest.raises(matcher.errors.UsageError, match="no date"):
        session.calls(deadline_before="soon")


def test_changes_are_of_a_call_or_of_what_suits_an_institute(session: matcher.Session) -> None:
    every = session.changes()
    assert set(session.changes(call=PHOTONIC)["call"]) == {PHOTONIC}
    suiting = session.changes(institute="cea-leti", min_fit=20)
    assert 0 < suiting["call"].nunique() < every["call"].nunique()
    assert not len(session.changes(since="2027-01-01"))


def test_why_and_show_show_themselves(session: matcher.Session) -> None:
    why = session.why("calym", PHOTONIC)
    assert repr(why).startswith(PHOTONIC)
    assert PHOTONIC in why._repr_html_()
    page = session.show(PHOTONIC, "cea-leti")
    assert page.match is not None
    assert "photonics" in page._repr_html_().casefold()


def test_what_a_portal_sends_is_escaped(session: matcher.Session) -> None:
    html = session.rank(text="électronique photonics", top=12, min_fit=0)._repr_html_()
    assert "=HYPERLINK(&#34;" in html


def test_a_draft_changes_nothing_but_itself(sample: matcher.Session) -> None:
    draft = sample.profile("brgm")
    edited = draft.add("hydrogen storage").remove("groundwater")
    assert "hydrogen storage" in edited.keywords
    assert "groundwater" not in edited.keywords
    assert "groundwater" in draft.keywords
    assert "groundwater" in edited._repr_html_()
    moves = edited.compare()
    assert list(moves["move"].cat.categories) == MOVES
    assert (moves["move"] != "same").any()
    assert (draft.compare()["move"] == "same").all()


def test_a_french_keyword_is_kept_as_french(sample: matcher.Session) -> None:
    draft = sample.new_profile("mine", "My lab").add("stockage de l’hydrogène", "hydrogen storage")
    assert draft.institute.keywords_fr == ("stockage de l’hydrogène",)
    assert draft.institute.keywords_en == ("hydrogen storage",)


def test_an_unknown_keyword_is_not_removed(sample: matcher.Session) -> None:
    with pytest.raises(matcher.errors.UsageError, match="no keyword"):
        sample.profile("brgm").remove("cosmology")


def test_projects_suggest_terms_that_calls_hold(sample: matcher.Session) -> None:
    draft = sample.new_profile("mine", "My lab").add_projects("Sodium batteries\nCathodes for stationary storage.")
    suggested = draft.suggest()
    assert "batteries" in set(suggested["term"])
    assert (suggested["calls"] >= 2).all()
    added = draft.add("batteries")
    assert "batteries" not in set(added.suggest()["term"])
    assert added.rank(top=1)[0].fit > 90


def test_a_draft_is_written_as_its_file(tmp_path: Path) -> None:
    """Every shipped profile survives the way to a file and back."""
    from matcher.config.institutes import institute_yaml

    (tmp_path / "institutes").mkdir()
    shipped = load_institutes(packaged_config())
    for institute in shipped:
        text = institute_yaml(institute)
        assert yaml.safe_load(text)["id"] == institute.identifier
        (tmp_path / "institutes" / f"{institute.identifier}.yaml").write_text(text, encoding="utf-8")
    assert load_institutes(tmp_path) == shipped


def test_fits_are_those_of_the_ranking(sample: matcher.Session) -> None:
    fits = sample.fits(["brgm", "inria"])
    assert fits.shape == (2, len(sample.calls()))
    best = sample.rank("brgm", top=1)[0]
    assert fits.loc["brgm", best.call.identifier] == best.fit


def test_the_first_day_is_the_opening_or_later(sample: matcher.Session) -> None:
    found = sample.first_recommended("brgm", since="2026-01-01", top=5)
    calls = sample.calls(status="all").set_index("call")
    assert len(found)
    assert found["call"].is_unique
    for row in found.itertuples():
        assert row.day.date() >= max(date(2026, 1, 1), calls.loc[row.call, "opening"].date())
        assert row.rank <= 5
        assert row.lead_days == (row.deadline - row.day).days >= 0


def test_the_digest_is_shown_in_a_frame_of_its_own(sample: matcher.Session) -> None:
    page = sample.digest(institute="brgm", language="en")
    assert "BRGM" in page.subject
    assert page._repr_html_().startswith("<iframe sandbox")


def test_health_and_settings_are_frames(sample: matcher.Session) -> None:
    assert list(sample.status()["outcome"]) == ["ok"]
    assert not sample.doctor().set_index("check").loc["last fetch", "ok"]
    assert "home" in set(sample.config()["setting"])
    assert not len(sample.subscribers())


def test_what_is_decided_is_kept_and_shown(fetched: Place) -> None:
    with matcher.open(fetched.home, config=fetched.config, as_of=DAY, writable=True) as session:
        made = session.decide("cea-leti", [PHOTONIC, LIFE_CALL], "dismiss", "no capacity", by="ana")
        assert made[["call", "decision", "reason", "by"]].to_numpy().tolist() == [
            [PHOTONIC, "dismiss", "no capacity", "ana"],
            [LIFE_CALL, "dismiss", "no capacity", "ana"],
        ]
        assert session.decide("cea-leti", LIFE_CALL, "dismiss", undo=True).call.tolist() == [PHOTONIC]
        assert session.rank("cea-leti", decided=True).frame.decision.tolist() == ["dismissed: no capacity"]
        assert session.calls(decided=True).call.tolist() == [PHOTONIC]
        assert PHOTONIC not in session.calls(decided=False).call.tolist()
        assert session.decisions(state="won").empty
        for wrong in (("keep", "x"), ("drop", None), ("dismiss", "because")):
            with pytest.raises(matcher.errors.UsageError):
                session.decide("cea-leti", PHOTONIC, *wrong)


def test_several_institutes_are_one_list_with_the_fit_for_each(sample: matcher.Session) -> None:
    found = sample.rank(["brgm", "mines"], top=8)
    alone = {name: sample.rank(name, top=40, min_fit=0) for name in ("brgm", "mines")}
    assert found.institute is None
    assert found.frame["call"].is_unique
    assert found.frame["institute"].isin(["brgm", "mines"]).all()
    assert found.frame["fit"].is_monotonic_decreasing
    assert found.fits.index.tolist() == found.frame["call"].tolist()
    assert found.fits.max(axis=1).tolist() == found.frame["fit"].tolist()
    for name, list_of_one in alone.items():
        for match in list_of_one:
            if match.call.identifier in found.fits.index:
                assert found.fits.loc[match.call.identifier, name] == match.fit
    assert set(found.evidence["institute"]) <= {"brgm", "mines"}
    assert repr(found).startswith("brgm, mines: 8 best calls")
    assert alone["brgm"].fits["brgm"].tolist() == alone["brgm"].frame["fit"].tolist()


def test_too_few_or_unknown_institutes_are_told(sample: matcher.Session) -> None:
    with pytest.raises(UsageError, match="between 1 and"):
        sample.rank([])
    with pytest.raises(UsageError, match="nobody"):
        sample.rank(["brgm", "nobody"])


def test_of_several_the_fits_have_a_column_each_also_where_nothing_suits() -> None:
    with matcher.open(sample=True) as session:
        asked = ["brgm", "mines"]
        for found in (session.rank(asked, top=3), session.rank(asked, deadline_after="2899-01-01")):
            assert found.fits.columns.tolist() == asked
            assert found.fits.index.tolist() == [match.call.identifier for match in found]
        assert session.rank(asked, deadline_after="2899-01-01").fits.empty
