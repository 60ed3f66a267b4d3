"""Each notebook runs from clean, on the packaged sample, on a store and on a benchmark, and says what it found.

What runs them takes seconds to load, and is loaded by those tests only that run or read one.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from matcher.app.decisions.deciding import decide
from matcher.app.home import Home
from matcher.app.kept_index import current_index
from matcher.config.settings import load_settings
from matcher.model.decision import Act, Cause, Order
from tests.helpers.benchmarks import BENCHMARK, with_benchmark
from tests.helpers.cordis import participation, project, tables, zipped
from tests.helpers.forms import only_long
from tests.helpers.home import DAY, SETTINGS, Place, fetch_into, some_rows
from tests.helpers.notebooks.strip import NOTEBOOKS, stripped
from tests.helpers.notebooks.warm_kernel import NAME, warm_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.home import Run
    from tests.helpers.portal.server import LocalPortal

NAMES = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
PARAMETERS = {"institute", "date", "home"}
ROOT = NOTEBOOKS.parent


@dataclass
class Executed:
    """A notebook after it ran."""

    cells: list[Any]

    def outputs(self) -> list[Any]:
        return [output for cell in self.cells for output in cell.get("outputs", [])]

    def data(self, kind: str) -> list[str]:
        return [output.data[kind] for output in self.outputs() if kind in output.get("data", {})]

    @property
    def pictures(self) -> int:
        return len(self.data("image/png"))

    @property
    def html(self) -> str:
        return "\n".join(self.data("text/html"))

    @property
    def printed(self) -> str:
        return "".join(output.text for output in self.outputs() if output.get("name") == "stdout")


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Jupyter's folder of data, with a kernel that starts at once."""
    data = tmp_path_factory.mktemp("jupyter")
    with warm_kernel(data):
        yield data


@pytest.fixture
def execute(tmp_path: Path, kernels: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Executed]:
    """Runs a notebook with papermill in a kernel of this Python, far from any store and kernel of the user."""

    import papermill

    def run(name: str, config: Path | None = None, kernel: str = NAME, **parameters: object) -> Executed:
        for setting in SETTINGS:
            monkeypatch.delenv(setting, raising=False)
        (tmp_path / "empty").mkdir(exist_ok=True)
        monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "empty"))
        if config:
            monkeypatch.setenv("MATCHER_CONFIG", str(config))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(kernels))
        for folder in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
            monkeypatch.setenv(folder, str(tmp_path / folder))
        done = papermill.execute_notebook(
            NOTEBOOKS / name,
            tmp_path / name,
            parameters=parameters,
            cwd=NOTEBOOKS,
            kernel_name=kernel,
            progress_bar=False,
            execution_timeout=280,
        )
        executed = Executed(done.cells)
        assert not [output.text for output in executed.outputs() if output.get("name") == "stderr"]
        return executed

    return run


def cells_of(name: str) -> list[Any]:
    import nbformat

    return nbformat.read(NOTEBOOKS / name, as_version=4).cells


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_kept_without_outputs(name: str) -> None:
    text = (NOTEBOOKS / name).read_text(encoding="utf-8")
    assert text == stripped(text), "run: python -m tests.helpers.notebooks.strip"


@pytest.mark.parametrize("name", NAMES)
def test_parameters_come_first(name: str) -> None:
    first = next(cell for cell in cells_of(name) if cell.cell_type == "code")
    assert first.metadata.get("tags") == ["parameters"]
    assert set(re.findall(r"^(\w+) = ", first.source, re.MULTILINE)) >= PARAMETERS


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_has_a_title_and_labels(name: str) -> None:
    cells = cells_of(name)
    plots = [cell.source for cell in cells if "plt.subplots" in cell.source]
    assert plots
    for source in plots:
        assert re.search(r"title=f?\"|set_title\(|suptitle\(", source)
        assert "label" in source
    assert not any("http" in cell.source for cell in cells if cell.cell_type == "code")


def test_what_an_editor_leaves_is_stripped() -> None:
    import nbformat

    text = (NOTEBOOKS / NAMES[0]).read_text(encoding="utf-8")
    used = nbformat.reads(text, as_version=4)
    used.metadata["widgets"] = {}
    used.cells[1].update(execution_count=3, outputs=[nbformat.v4.new_output("stream", text="x")], id="a1b2c3d4")
    assert stripped(nbformat.writes(used)) == text


@only_long
def test_todays_calls_on_the_sample(execute: Callable[..., Executed]) -> None:
    done = execute("1-todays-calls.ipynb", institute="cea-leti", keywords=["lymphoma"])
    assert done.pictures == 4
    assert "CEA-Leti Carnot Institute" in done.html
    assert "Packaged sample" in done.html
    assert "is recommended to cea-leti" in done.html


@only_long
def test_todays_calls_on_a_store(execute: Callable[..., Executed], fetched: Place) -> None:
    done = execute(
        "1-todays-calls.ipynb", institute="cea-leti", date=DAY, home=str(fetched.home), config=fetched.config
    )
    assert done.pictures == 4
    assert "Silicon photonics for sensors" in done.html
    assert "15 Jun 2026" in done.html
    assert "sample" not in done.html
    assert 'HYPERLINK("' not in done.html


@only_long
def test_the_networks_map_on_the_sample(execute: Callable[..., Executed]) -> None:
    done = execute("2-the-networks-map.ipynb", institute="BRGM")
    assert done.pictures == 4
    assert "Packaged sample" in done.printed
    for column in ("second fit", "nearest", "for example", "the one matched by most"):
        assert column in done.html


def test_the_networks_map_on_a_store(execute: Callable[..., Executed], fetched: Place) -> None:
    """In a kernel that is a program, as a reader starts it; the others are forks of one that has everything loaded."""
    done = execute("2-the-networks-map.ipynb", fetched.config, "python3", date=DAY, home=str(fetched.home))
    assert done.pictures == 4
    assert "12 live calls as of 15 June 2026." in done.printed


@only_long
@with_benchmark
def test_how_good_on_a_benchmark(execute: Callable[..., Executed]) -> None:
    done = execute("3-how-good-is-the-ranking.ipynb", benchmark=str(BENCHMARK / "h2020"), calls="*2014*")
    assert done.pictures == 5
    assert "rank by bm25" in done.html


@only_long
@with_benchmark
def test_would_we_have_caught_it(execute: Callable[..., Executed]) -> None:
    done = execute("4-would-we-have-caught-it.ipynb", benchmark=str(BENCHMARK / "horizon-europe"), most=4)
    assert done.pictures == 3
    assert re.search(r"4 organisations, 725 calls with dates, \d\d later wins", done.printed)
    assert "lead days" in done.html


@only_long
def test_how_good_on_what_ships(execute: Callable[..., Executed]) -> None:
    done = execute("3-how-good-is-the-ranking.ipynb")
    assert done.pictures == 5
    assert "made_up_example" in done.html
    assert "rank by bm25" in done.html


@only_long
def test_would_we_have_caught_it_on_what_ships(execute: Callable[..., Executed]) -> None:
    done = execute("4-would-we-have-caught-it.ipynb")
    assert done.pictures == 3
    assert re.search(r"^6 organisations, 72 calls with dates, \d\d later wins", done.printed)
    assert "lead days" in done.html


@pytest.fixture
def with_own_wins(place: Place, serve: Callable[..., LocalPortal], run: Run, tmp_path: Path) -> Place:
    """A store with twelve calls, of which BRGM won eight, and a project of before."""
    (place.config / "institutes" / "brgm.yaml").write_bytes((ROOT / "config" / "institutes" / "brgm.yaml").read_bytes())
    place.portal = serve(some_rows()).url
    fetch_into(place, DAY)
    rows = [project(n, topics=f"HORIZON-TEST-2027-0000-{n:02}", ecSignatureDate="2024-05-01") for n in range(8)]
    rows.append(project(20, title="Geothermal wells", topics="HORIZON-OLD", ecSignatureDate="2022-05-01"))
    parts = [participation(n, "999993662") for n in (*range(8), 20)]
    assert run(place, "fetch", "--projects", str(zipped(tmp_path / "c.zip", tables(rows, parts)))).code == 0
    return place


@only_long
def test_how_good_on_the_institutes_own_wins(execute: Callable[..., Executed], with_own_wins: Place) -> None:
    done = execute("3-how-good-is-the-ranking.ipynb", with_own_wins.config, home=str(with_own_wins.home))
    assert done.pictures == 5
    assert "own-wins" in done.html
    assert "made_up_example" not in done.html


def test_would_we_have_caught_our_own(execute: Callable[..., Executed], with_own_wins: Place) -> None:
    done = execute("4-would-we-have-caught-it.ipynb", with_own_wins.config, home=str(with_own_wins.home))
    assert done.pictures == 3
    assert re.search(r"^1 organisations, \d+ calls with dates, \d later wins", done.printed)


def test_writing_a_profile(execute: Callable[..., Executed]) -> None:
    done = execute("5-writing-a-profile.ipynb", institute="hydro-lab")
    assert done.pictures == 2
    assert "id: hydro-lab" in done.printed
    assert "recyclage des batteries" in done.printed
    assert "keywords match" in done.html


@pytest.fixture
def decided(fetched: Place, tmp_path: Path) -> Place:
    """A store whose institutes decided on two dozen calls."""
    place = Place(tmp_path / "decided", fetched.config, fetched.portal)
    shutil.copytree(fetched.home, place.home)
    home, day = Home(load_settings(environ=place.environment)), date.fromisoformat(DAY)
    calls = sorted(current_index(home).identifiers())
    for institute in ("cea-leti", "mines"):
        decide(home, institute, calls[:5], Order(Act.KEEP), as_of=day)
        decide(home, institute, calls[5:], Order(Act.DISMISS, Cause.NOT_OUR_FIELD), as_of=day)
    decide(home, "mines", calls[:1], Order(Act.STATE, "applied"), as_of=day)
    return place


def test_todays_calls_after_decisions(execute: Callable[..., Executed], decided: Place) -> None:
    done = execute("1-todays-calls.ipynb", institute="mines", date=DAY, home=str(decided.home), config=decided.config)
    assert done.pictures == 7  # what was learned, what became of calls, and the reasons
    assert "15 Jun 2026" in done.html
    assert "sample" not in done.html
    assert 'HYPERLINK("' not in done.html
    assert "Nothing yet" not in done.printed
    assert "By part of the programme and year" in done.html


def test_the_reliability_of_fit_by_decisions(execute: Callable[..., Executed], decided: Place) -> None:
    done = execute("3-how-good-is-the-ranking.ipynb", home=str(decided.home), config=decided.config)
    assert done.pictures == 6
    assert "rank by bm25" in done.html
    assert "decisions say whether" not in done.printed
