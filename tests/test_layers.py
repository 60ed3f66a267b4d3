"""The plan of docs/architecture.md holds: imports point down, and what is heavy stays where it may be."""

from __future__ import annotations

import ast
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.helpers.modules import (
    FACES,
    arrows,
    between_rooms,
    circles,
    classes,
    imports,
    layer_of,
    layers,
    lines_of,
    named,
    sources,
    tree,
    upward,
)
from tests.helpers.paths import ROOT
from tests.helpers.plan import MOST_LINES, figures

if TYPE_CHECKING:
    from pathlib import Path

ROOT_MODULES = 6
MODULES = 411

HEAVY = {
    "sqlalchemy",
    "alembic",
    "sklearn",
    "scipy",
    "pandas",
    "requests",
    "pydantic",
    "numpy",
    "jinja2",
    "joblib",
    "apscheduler",
}


def heavy(root: Path) -> list[str]:
    known, plan = sources(root), layers(root)
    return [
        f"{module} imports {target}"
        for module, path in known.items()
        for target in imports(path, known)
        if (library := target.split(".")[0]) in HEAVY
        and module not in FACES
        and library not in plan[layer_of(module)][1]
    ]


def test_imports_point_down_only() -> None:
    assert upward(ROOT) == []


def test_no_module_comes_back_to_itself() -> None:
    assert circles(arrows(ROOT)) == []


def test_no_room_of_a_layer_comes_back_to_itself() -> None:
    assert circles(between_rooms(arrows(ROOT))) == []


def test_heavy_libraries_stay_where_the_plan_has_them() -> None:
    assert heavy(ROOT) == []


def test_a_layer_imports_only_layers_below_it() -> None:
    order = list(layers(ROOT))
    assert [
        (layer, below)
        for layer, (may, _) in layers(ROOT).items()
        for below in may
        if order.index(below) <= order.index(layer)
    ] == []


def test_every_package_and_module_of_the_root_is_in_the_plan() -> None:
    there = {layer_of(module) for module in sources(ROOT)} - {"", "__main__"}
    assert there == set(layers(ROOT))


def test_a_package_says_what_it_is_for_and_holds_nothing_else() -> None:
    for module, path in sources(ROOT).items():
        if path.name == "__init__.py" and module != "matcher":
            body = tree(path).body
            assert [type(node) for node in body] == [ast.Expr], module


def test_a_package_says_what_it_may_import_and_what_it_may_load() -> None:
    for layer, (may, heavy_ones) in layers(ROOT).items():
        if (ROOT / "matcher" / layer).is_dir():
            body = tree(ROOT / "matcher" / layer / "__init__.py")
            said = re.search(r"May import: (.*?)\. Heavy: (.*?)\. Never: ", ast.get_docstring(body) or "", re.DOTALL)
            assert said is not None, layer
            assert [named(part) for part in said.groups()] == [may, heavy_ones], layer


def test_the_plan_can_be_seen_from_the_street() -> None:
    known = sources(ROOT)
    assert sum(path.parent == ROOT / "matcher" for path in known.values()) <= ROOT_MODULES
    assert len(known) <= MODULES
    names = Counter(path.stem for path in known.values() if path.stem != "__init__")
    assert [name for name, times in names.items() if times > 1] == []


def test_one_noun_is_one_class() -> None:
    names = Counter(node.name for path in sources(ROOT).values() for node in classes(path))
    assert [name for name, times in names.items() if times > 1] == []


def test_no_class_is_longer_than_a_person_reads() -> None:
    long = [
        (module, node.name)
        for module, path in sources(ROOT).items()
        for node in classes(path)
        if lines_of(node) > MOST_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("from matcher.store.database import Store", upward),
        ("def late():\n    from matcher.app.home import Home", upward),
        ("import pandas", heavy),
    ],
)
def test_what_breaks_the_plan_is_found(tmp_path, line, what) -> None:
    write_checkout(tmp_path, {"store/database": "", "app/home": "", "model/call": line})
    (tmp_path / "docs").mkdir()
    shutil.copy2(ROOT / "docs" / "architecture.md", tmp_path / "docs")
    assert len(what(tmp_path)) == 1


def test_a_circle_is_found(tmp_path) -> None:
    write_checkout(tmp_path, {"model/a": "from matcher.model import b", "model/b": "from matcher.model.a import x"})
    assert circles(arrows(tmp_path)) == [["matcher.model.a", "matcher.model.b"]]


def test_figures_of_another_checkout(tmp_path) -> None:
    """A circle and nine parameters are counted where there is no list of layers yet."""
    wide = "class A:\n    def f(self, a, b, c, d, e, f, /, g, *, h, i, **others): pass"
    write_checkout(tmp_path, {"app": "from matcher.store.a import x", "store/a": "import matcher.app", "mail/a": wide})
    counted = {figure.what: figure for figure in figures(tmp_path)}
    assert counted["modules"].count == 3
    assert counted["lines"].count == 4
    assert counted["modules at the root"].count == 1
    assert counted["circles of imports"].shown == ("2 (app store.a)",)
    assert counted["circles of layers"].shown == ("2 (app store)",)
    assert counted["imports against the list of layers"].count is None
    assert counted["most parameters"].shown[0] == "mail.a.f 9"
    assert counted["modules of one name"].shown == ("a 2",)


def write_checkout(folder: Path, modules: dict[str, str]) -> None:
    for name, text in modules.items():
        path = folder / "matcher" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
